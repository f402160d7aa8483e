"""Drawings of a fault in text: the truth and what is reported instead, side by side."""

from __future__ import annotations

from datetime import date
from typing import Final

from wattloom.faults.kinds import Kind
from wattloom.faults.labelling import labels
from wattloom.faults.planfile import Fault, Plan
from wattloom.faults.reporting import reported
from wattloom.readings import METERS, MISSING, Readings, Watts
from wattloom.source import Source

_BARS: Final = "▁▂▃▄▅▆▇█"
_BEFORE: Final = 12
_DAY: Final = date(2026, 5, 1)
_ROWS: Final = 10


def drawing(kind: Kind, home: Source) -> list[str]:
    """Lines of text that show the first episode of a kind that altered something in a home, a column a second.

    A bar is a value's share of the greatest one (`-` is below zero, `x` no value); rows and times are listed.
    """
    length = min(30, kind.longest)
    plan = Plan(fault=(Fault(kind=kind.name, per_day=600, length=(kind.readings, length)),))  # type: ignore[arg-type]
    midnight = home.calendar.midnight(_DAY)
    found = labels(home, plan, midnight, midnight + 86_400).to_pylist()
    label = max(found, key=lambda row: (row["effective"], row["end"] - row["start"]))
    start = int(label["start"].timestamp()) - _BEFORE
    end = max(int(label["end"].timestamp()) + _BEFORE, start + 4 * _BEFORE)
    truth, came = home.truth(start, end), reported(home, plan, start, end)
    head = f"{home.name}, {home.calendar.iso(start)}, {label['parameters']}"
    if kind.of_rows:
        return [head, *_listed(came, truth, home)]
    number = METERS.index(label["meter"])
    lines = {"truth": truth.watts[number], "reported": came.watts[number]}
    most = max(int(abs(watts[watts != MISSING]).max(initial=1)) for watts in lines.values())
    return [f"{head}, {label['meter']} up to {most / 1000:.3f} kW"] + [
        f"{name:<9}{_bars(watts, most)}" for name, watts in lines.items()
    ]


def _bars(watts: Watts, most: int) -> str:
    shares = (watts.astype("int64") * (len(_BARS) - 1) // most).tolist()
    return "".join(
        "x" if value == MISSING else "-" if value < 0 else _BARS[share]
        for value, share in zip(watts.tolist(), shares, strict=True)
    )


def _listed(came: Readings, truth: Readings, home: Source) -> list[str]:
    """The rows around the first one that is not as in the truth."""
    pairs = list(zip(came.arrival.tolist(), came.time.tolist(), came.watts[2].tolist(), strict=True))
    sound = list(zip(truth.time.tolist(), truth.time.tolist(), truth.watts[2].tolist(), strict=True))
    odd = next(row for row, (one, two) in enumerate(zip(pairs, sound, strict=False)) if one != two)
    shown = pairs[max(0, odd - 3) : odd - 3 + _ROWS]
    return ["arrives   time      Overall kW"] + [
        f"{home.calendar.iso(arrival)[11:19]}  {home.calendar.iso(time)[11:19]}  {watts / 1000:.3f}"
        for arrival, time, watts in shown
    ]
