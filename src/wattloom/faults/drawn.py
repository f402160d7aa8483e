"""Draws: the episodes of a local day as a plan asks for them, before any has to wait for another.

An entry's day is cut into cells, each with at most one episode, drawn under the key (seed, source, local day, entry)
and the cell's number; so a day's episodes do not depend on the run (docs/decisions/0010).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import numpy as np

from wattloom.civil import Calendar
from wattloom.faults.compiled import ENTRY, EPISODE, SHAPE, Records, draw, in_order
from wattloom.faults.kinds import NAMES, Kind
from wattloom.faults.planfile import Fault, Plan, targets
from wattloom.noise import key
from wattloom.readings import METERS
from wattloom.source import Source

DAY: Final = 86_400
#: A cell has at most this chance of an episode, unless it is a single reading.
_CHANCE: Final = 0.25
_LONGEST_CELL: Final = 3600
NOTHING: Final = np.empty(0, EPISODE)


@dataclass(frozen=True, slots=True)
class Home:
    """What of a source its episodes depend on; a Source too, as far as check_plan asks."""

    seed: int
    name: str
    calendar: Calendar
    step: int
    phase: int
    meters: tuple[str, ...]

    @staticmethod
    def of(source: Source) -> Home:
        """That of a source."""
        phase = source.span[0] % source.step if source.span else 0
        return Home(source.seed, source.name, source.calendar, source.step, phase, source.meters)


@lru_cache(maxsize=512)
def _tables(plan: Plan, name: str, step: int, meters: tuple[str, ...]) -> tuple[Records, Records]:
    """A plan made ready for a source: its entries (ENTRY), and the kinds of each (SHAPE)."""
    entries, shapes = [np.empty(0, ENTRY)], [np.empty(0, SHAPE)]
    for number, entry in enumerate(plan.fault):
        if entry.concerns(name):
            able = [(kind, options) for kind in entry.kinds if (options := targets(entry, kind, meters))]
            mine = [_shape(entry, kind, step, options) for kind, options in able]
            entries.append(_entry(number, entry, step, meters, sum(map(len, shapes)), len(mine)))
            shapes += mine
    return np.concatenate(entries), np.concatenate(shapes)


def _entry(number: int, entry: Fault, step: int, meters: tuple[str, ...], first: int, shapes: int) -> Records:
    wanted = [meter for meter in meters if entry.meters is None or meter in entry.meters]
    mean = entry.rate if entry.rate is not None else min(1.0, (entry.per_day or DAY) * step / DAY)
    cell = entry.every or max(1, min(int(_CHANCE / mean), _LONGEST_CELL // step))
    each = _bits(wanted) if entry.hits == "each" else 0
    chance = 0 if entry.every else int(mean * cell * 2**53)
    return np.array([(cell, chance, first, shapes, number, entry.every is not None, each)], ENTRY)


def _shape(entry: Fault, kind: Kind, step: int, options: list[tuple[str, ...]]) -> Records:
    unit, (low, high) = step * kind.readings, entry.lengths(kind)
    least = -(-low // unit)
    shape = np.zeros(1, SHAPE)
    shape["least"], shape["spread"], shape["readings"] = least, -(-high // unit) - least + 1, kind.readings
    shape["kind"], shape["options"] = NAMES.index(kind.name), len(options)
    shape["targets"][0, : len(options)] = [_bits(option) for option in options]
    ranges = entry.strengths(kind)
    for place, parameter in enumerate(kind.parameters):
        low, high = (round(end * parameter.scale) for end in ranges[parameter.name])
        shape["low"][0, place], shape["many"][0, place] = low, high - low + 1
        if parameter.whole_steps:
            shape["grid"] = step
    return shape


def _bits(meters: Iterable[str]) -> int:
    return sum(1 << METERS.index(meter) for meter in meters)


def join(parts: list[Records]) -> Records:
    """Episodes in order of their start; of one start, in order of the parts."""
    if len(parts) == 1:
        return parts[0]
    return in_order(np.concatenate(parts))


@lru_cache(maxsize=128)
def drawn_day(plan: Plan, home: Home, day: date) -> Records:
    """The episodes that start on a local day."""
    return drawn(plan, home, day, home.calendar.midnight(day), home.calendar.midnight(day + timedelta(1)))


def drawn(plan: Plan, home: Home, day: date, low: int, high: int) -> Records:
    """Those that start in [low, high), in order of their start."""
    midnight, end = home.calendar.midnight(day), home.calendar.midnight(day + timedelta(1))
    origin = midnight + (home.phase - midnight) % home.step
    first, last = (-(-(max(midnight, min(second, end)) - origin) // home.step) for second in (low, high))
    name = (home.seed, home.name, "faults", day.isoformat())
    entries, shapes = _tables(plan, home.name, home.step, home.meters)
    keys = [key(*name, number, what) for number in entries["number"].tolist() for what in ("when", "what")]
    found = draw(entries, shapes, keys, (max(0, first), last), origin, home.step, day.toordinal())
    return found if len(entries) <= 1 else in_order(found)
