"""`wattloom check`: judges somebody's own recording."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from wattloom.report import Report


def check(
    file: Annotated[str, typer.Argument(help="CSV (.gz too), Parquet or Arrow: time and any of AC, Geyser, Overall.")],
    baseline: Annotated[str | None, typer.Option(help="Clean readings of the same home. [default: the file]")] = None,
    interval: Annotated[int | None, typer.Option(help="Seconds of a window. [default: 15, or the step]")] = None,
    zone: Annotated[str | None, typer.Option(help="Zone of naive times, as Asia/Kolkata. [default: here]")] = None,
    out: Annotated[Path | None, typer.Option(help="Write time,meter,status,reasons of what is found here.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw a picture into this file, PNG or SVG.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Judge a recording: which readings are not to be believed, and why.

    Exit code 0: nothing found, 1: something found, 2: bad input.

    Example: wattloom check home.csv --baseline clean.csv --interval 15 --out flags.csv
    """
    import json

    from wattloom.checking import inspect
    from wattloom.cli.progress import progress
    from wattloom.picture import Picture
    from wattloom.report import Report

    picture = Picture(plot, force) if plot is not None else None
    with _rows(out, force) as write:
        inspection = inspect(file, baseline, interval, zone)
        report = Report(inspection)
        with progress("Blocks", inspection.length) as step:
            for block in inspection.judge(step):
                report.take(block)
                write(report, block.findings)
                if picture is not None:
                    picture.take(block)
        if picture is not None:
            picture.save(inspection)
    typer.echo(json.dumps(report.json(), indent=2) if as_json else str(report))
    raise typer.Exit(1 if report.found else 0)


@contextmanager
def _rows(out: Path | None, force: bool) -> Iterator[Any]:
    """Gives what writes findings; the file is in its place at the end, or not at all."""
    from wattloom.errors import Refusal
    from wattloom.report import SCHEMA

    if out is None:
        yield _nothing
        return
    if out.exists() and not force:
        raise Refusal(f"{out} exists; choose another file or replace it with --force.")
    beside = out.with_name(f".{out.name}.part")
    try:
        with beside.open("w", encoding="utf-8", newline="") as lines:
            yield _writer(lines, SCHEMA.names)
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)


def _nothing(report: Report, findings: Any) -> None:
    """Writes nothing."""
    del report, findings


def _writer(lines: IO[str], names: list[str]) -> Any:
    table = csv.DictWriter(lines, names, lineterminator="\n")
    table.writeheader()

    def write(report: Report, findings: Any) -> None:
        table.writerows(report.row(finding) for finding in findings)

    return write
