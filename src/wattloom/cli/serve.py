"""`wattloom serve`: the server."""

from __future__ import annotations

import inspect
from typing import Annotated, Any, Optional, get_args

import typer


def serve(**flags: Any) -> None:
    """Serve households live: streams, statistics, history, the page and the widget.

    Every flag can also be set as WATTLOOM_FLAG in the environment and as a key of a TOML file (--config).

    Example: wattloom serve --port 5000 --data home=measurements.csv
    """
    from wattloom.settings import read_settings
    from wattloom.web.server import run

    config = flags.pop("config")
    raise typer.Exit(run(read_settings(flags, file=config)))


def _signature() -> inspect.Signature:
    """One option for each setting."""
    import msgspec

    from wattloom.settings import Settings

    file = Annotated[str | None, typer.Option("--config", help="Settings file (TOML).")]
    options = [inspect.Parameter("config", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=file)]
    for field in msgspec.structs.fields(Settings):
        kind, meta = get_args(field.type)
        several = isinstance(field.default, tuple)
        taken = list[str] if several else kind if kind in (int, float) else str
        shown = "" if several or field.default in ("", None) else f" [default: {field.default}]"
        flag = typer.Option(f"--{field.name.replace('_', '-')}", help=meta.description + shown, show_default=False)
        annotation = Annotated[Optional[taken], flag]  # type: ignore[valid-type] # noqa: UP045
        options.append(
            inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        )
    return inspect.Signature(options)


_OPTIONS = _signature()
serve.__signature__ = _OPTIONS  # type: ignore[attr-defined]
serve.__annotations__ = {name: option.annotation for name, option in _OPTIONS.parameters.items()}
