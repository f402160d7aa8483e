"""The command `wattloom`: one verb per file, one line on standard error for whatever cannot be done.

A verb is a module `wattloom.cli.VERB` with a function `VERB` (or a `typer.Typer` named `app` where the verb has verbs
of its own). Its docstring is the help and ends with a paragraph `Example: wattloom VERB ...`. Modules here import
only `typer` and the standard library at the top; what is heavy is imported in the function, so that `--help` and
`serve` start at once. Bad input is a `Refusal` (or an `OSError`) that nobody catches before `main`.
"""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Iterable
from importlib.abc import MetaPathFinder
from types import FrameType
from typing import Any, Final

import typer
from typer.core import TyperGroup

#: The verbs in the order of `wattloom --help`.
VERBS: Final = ("serve", "watch", "switch", "generate", "stats", "check", "households", "faults", "inject")

OK, FOUND, BAD_INPUT, BROKEN_PIPE, INTERRUPTED = 0, 1, 2, 1, 130


class _InOrder(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        """The verbs in the order of VERBS; Typer would list those with verbs of their own last."""
        del ctx
        return [verb for verb in VERBS if verb in self.commands]


def application(verbs: Iterable[str] = VERBS) -> typer.Typer:
    """The command with these verbs: the one that is asked for starts faster without the options of all others."""
    assembled = typer.Typer(
        cls=_InOrder,
        name="wattloom",
        help="Smart meters of a small world: realistic, labelled and live, at one reading a second.",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    assembled.callback()(lambda: None)
    for verb in verbs:
        module = importlib.import_module(f"wattloom.cli.{verb}")
        if hasattr(module, "app"):
            assembled.add_typer(module.app, name=verb)
        else:
            assembled.command(verb)(getattr(module, verb))
    return assembled


def main(arguments: list[str] | None = None) -> int:
    """Run one command and give its exit code: 0 done, 1 something found, 2 bad input, 130 interrupted.

    >>> main(["generate", "--days", "none"])
    2
    """
    from wattloom.errors import Refusal

    if arguments is None:
        arguments = sys.argv[1:]
        signal.signal(signal.SIGTERM, _terminate)
        sys.meta_path.insert(0, _WithoutPandas())
    try:
        verbs = [verb for verb in VERBS if arguments[:1] == [verb]] or VERBS
        code = application(verbs)(arguments or ["--help"], standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else OK
    except typer.TyperException as wrong:
        return _refuse(wrong.format_message())
    except Refusal as refusal:
        return _refuse(str(refusal))
    except BrokenPipeError:
        # Who reads our output has seen enough. What is still buffered has nowhere to go.
        sys.stdout = None
        return BROKEN_PIPE
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}" if error.filename and error.strerror else str(error))
    except KeyboardInterrupt:
        return INTERRUPTED


class _WithoutPandas(MetaPathFinder):
    """No command needs pandas; pyarrow would load it, a quarter of a second, only to ask what an array is."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        del path, target
        if name == "pandas":
            raise ModuleNotFoundError(name)


def _terminate(number: int, _: FrameType | None) -> None:
    """SIGTERM ends a command as Ctrl-C does: what it wrote so far goes away. The server has its own way."""
    raise SystemExit(128 + number)


def _refuse(message: str) -> int:
    line = " ".join(message.split())
    print(f"wattloom: {line}", file=sys.stderr)
    return BAD_INPUT
