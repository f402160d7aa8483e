"""`wattloom stats`: what is usual for a household, as a table, JSON, or a picture."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wattloom.errors import Refusal

if TYPE_CHECKING:
    from wattloom.source import Source
    from wattloom.statistics import QuickStats


def stats(
    household: Annotated[str | None, typer.Option(help="As A or A/17.")] = None,
    interval: Annotated[int, typer.Option(help="Seconds that are averaged, 1 to 86400.")] = 5,
    before: Annotated[str | None, typer.Option(help="History ends before this local day. [default: today]")] = None,
    days: Annotated[int, typer.Option(help="Days of history.")] = 28,
    seed: Annotated[int, typer.Option(help="Another seed is another world.")] = 0,
    profile: Annotated[list[Path] | None, typer.Option(help="TOML file of a further profile; may be repeated.")] = None,
    data: Annotated[str | None, typer.Option(help="FILE or NAME=FILE of a recording, in place of --household.")] = None,
    zone: Annotated[str | None, typer.Option(help="Zone of a recording's naive times, as Asia/Kolkata.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, what /stream_qstats answers.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw a picture into this file, PNG or SVG.")] = None,
) -> None:
    """Show what is usual for a household: quartiles, critical value, distribution, on-state, colours.

    Example: wattloom stats --household A --interval 5 --plot a.svg
    """
    from wattloom.statistics import quick_stats

    source = _source(household, data, zone, profile, seed)
    found = quick_stats(source, interval, _day(before), days)
    if plot is not None:
        _draw(source, found, plot)
    if as_json:
        typer.echo(json.dumps(found.json(), allow_nan=False, indent=2))
    else:
        _table(found)


def _source(household: str | None, data: str | None, zone: str | None, profile: list[Path] | None, seed: int) -> Source:
    from wattloom.cli.options import houses_with, named_file, source_of

    if data is None:
        if household is None:
            raise Refusal("Say which household, as --household A, or which recording, as --data home.csv.")
        return source_of(houses_with(profile, seed), household)
    if household is not None:
        raise Refusal("--household and --data exclude each other.")
    from wattloom.recording import read_recording

    name, path = named_file(data)
    return read_recording(path, name, zone, seed)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise Refusal(f"--before is {text!r}; it must be a day as 2026-05-01.") from None


def _draw(source: Source, found: QuickStats, path: Path) -> None:
    from wattloom.plots import plot
    from wattloom.statistics import history_of

    plot(found, history_of(source, found), path)


def _table(found: QuickStats) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    figures = found.json()
    title = f"{found.name}: windows of {found.interval} s, {found.days} days before {found.before}"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("kW", no_wrap=True)
    for meter in found.meters:
        table.add_column(meter, justify="right")
    for figure, of in _rows(figures).items():
        table.add_row(figure, *(of(meter) for meter in found.meters))
    console = Console(highlight=False)
    console.print(table)
    if not found.reliable:
        console.print("Too little history to rely on: at least 7 days and 500 windows are needed.")


def _rows(figures: dict[str, Any]) -> dict[str, Any]:
    """The lines of the table: what each shows of a meter."""

    def on_state(meter: str, figure: str) -> str:
        on = figures["on_state"][meter]
        return "never on" if on is None else _number(on[figure])

    def share(meter: str) -> str:
        on = figures["on_state"][meter]
        return f"{on['share']:.2%}" if on else "0%"

    def achieved(meter: str) -> str:
        of = figures["critical_value"][meter]
        if of.get("achieved") is None:
            return "-"
        low, high = of["interval_95"]
        return f"{of['achieved']:.2%} ({low:.2%}-{high:.2%})"

    def atoms(meter: str) -> str:
        return ", ".join(f"{a['value']:.3f} ({a['share']:.1%})" for a in figures["atoms"][meter]) or "-"

    def distribution(meter: str) -> str:
        of = figures["distribution"][meter]
        if of["components"] and not of["share"]:
            return "atoms alone"
        return (of["name"] or "-") + (f" of {len(of['components'])}" if of["components"] else "")

    return {
        **{name: lambda m, name=name: _number(figures[name][m]) for name in ("25p", "median", "75p")},
        "critical value": lambda m: _number(figures["rt_critical_value_0.01"][m]),
        "  of": lambda m: figures["critical_value"][m]["of"],
        "  achieved": achieved,
        "best distribution": distribution,
        "atoms": atoms,
        "share of time on": share,
        "on-state 25p": lambda m: on_state(m, "25p"),
        "on-state median": lambda m: on_state(m, "median"),
        "on-state 75p": lambda m: on_state(m, "75p"),
        "Yellow from": lambda m: _number(figures["colours"][m]["yellow_from"]),
        "Red from": lambda m: _number(figures["colours"][m]["red_from"]),
    }


def _number(kilowatts: float | None) -> str:
    return "-" if kilowatts is None else f"{kilowatts:.3f}"
