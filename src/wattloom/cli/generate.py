"""`wattloom generate`: data sets on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

#: The first day of a data set where none is given: fixed, so that the same command gives the same files next year.
START: Final = "2026-05-01"


def generate(
    days: Annotated[int, typer.Option(help="Local days to write, 1 or more.")],
    start: Annotated[str, typer.Option(help="First local day, YYYY-MM-DD.")] = START,
    households: Annotated[str, typer.Option(help="Names with commas between them, as A,B,A/17.")] = "A,B,C",
    profile: Annotated[list[Path] | None, typer.Option(help="TOML file of a further profile; may be repeated.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed is another world.")] = 0,
    errors_every: Annotated[
        int | None, typer.Option(help="Every K-th second a meter is negative, large or missing. [default: 25]")
    ] = None,
    faults: Annotated[str | None, typer.Option(help="Instead: a fault plan, built in or a TOML file.")] = None,
    label_columns: Annotated[bool, typer.Option("--label-columns", help="Name the fault in each faulty row.")] = False,
    format: Annotated[str, typer.Option(help="csv, parquet or arrow.")] = "csv",  # noqa: A002
    out: Annotated[Path, typer.Option(help="Folder to write into; made if it is not there.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Write a clean data set, its faulty twin and the labels.

    Example: wattloom generate --days 3 --households A,B,C --errors-every 25 --out data
    """
    from wattloom.cli.options import fault_plan, houses_with, local_day, names_of, source_of
    from wattloom.cli.progress import progress
    from wattloom.datasets import Order, write
    from wattloom.errors import Refusal

    if faults is not None and errors_every is not None:
        raise Refusal("--faults and --errors-every are both given; allowed is one of them.")
    plan = fault_plan(faults if faults is not None else f"every-{25 if errors_every is None else errors_every}")
    houses = houses_with(profile, seed)
    sources = [source_of(houses, name) for name in names_of(households)]
    order = Order(sources, local_day(start), days, plan, format, label_columns)
    with progress("Household-days", order.days * len(sources)) as step:
        paths = write(order, out, force, step)
    size = sum(path.stat().st_size for path in paths)
    typer.echo(f"{len(paths)} files, {size / 1e6:.1f} MB: {', '.join(sorted({_top(path, out) for path in paths}))}")


def _top(path: Path, out: Path) -> str:
    return str(out / path.relative_to(out).parts[0])
