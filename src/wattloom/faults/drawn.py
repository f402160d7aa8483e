"""Draws: the episodes of a local day as a plan asks for them, before any has to wait for another.

An entry's day is cut into cells, each with at most one episode, drawn under the key (seed, source, local day, entry)
and the cell's number; so a day's episodes do not depend on the run (docs/decisions/0010).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wattloom.civil import Calendar
from wattloom.faults.draws import Integers, Words, again, below, below_low, words
from wattloom.faults.kinds import NAMES
from wattloom.faults.planfile import Fault, Plan, targets
from wattloom.noise import key
from wattloom.readings import METERS, Seconds
from wattloom.source import Source

DAY: Final = 86_400
#: A cell has at most this chance of an episode, unless it is a single reading.
_CHANCE: Final = 0.25
_LONGEST_CELL: Final = 3600
#: Instead of the meters that each get their own episode: one set of meters is drawn for all.
_ONE: Final = (len(METERS),)
_SHAPE: Final = 1


@dataclass(frozen=True, slots=True)
class Episodes:
    """Episodes in order of their start, as arrays with one number for each."""

    start: Seconds
    end: Seconds
    """Exclusive."""
    kind: NDArray[np.int8]
    """Its number in `NAMES`."""
    meters: NDArray[np.int8]
    """A bit for each of METERS."""
    entry: NDArray[np.int16]
    """The plan's entry."""
    number: Integers
    """Distinguishes an entry's episodes of a day."""
    day: Integers
    """The local day (proleptic ordinal) on which it was drawn."""
    word: Words
    """The root of its own random numbers."""
    waited: Integers
    """Seconds for which it waited for another fault to end."""
    dropped: NDArray[np.bool_]
    """Whether it came to nothing because another fault had the meter."""

    def __len__(self) -> int:
        return len(self.start)

    def __getitem__(self, index: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Episodes:
        return Episodes(*(getattr(self, field.name)[index] for field in fields(self)))

    @staticmethod
    def join(parts: Iterable[Episodes]) -> Episodes:
        """All of them, in order of their start; of one start, in order of the parts."""
        several = list(parts)
        if len(several) == 1:
            return several[0]
        columns = [np.concatenate([getattr(part, field.name) for part in several]) for field in fields(Episodes)]
        return Episodes(*columns)[np.argsort(columns[0], kind="stable")]


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


@dataclass(frozen=True, slots=True)
class _Entry:
    """When an entry's episodes start."""

    number: int
    every: int | None
    cell: int
    """Readings."""
    chance: int
    """Of an episode in a cell, of 2**53."""
    meters: tuple[int, ...]
    """The meters that each get their own episode, or _ONE."""

    def starts(self, name: tuple[str | int, ...], first: int, last: int) -> tuple[Integers, Integers]:
        """Cells with an episode that starts among the readings [first, last) of a day, and at which reading."""
        if self.every is not None:
            slots = np.arange(-(-first // self.every) * self.every, last, self.every)
            return slots, slots
        cells = np.arange(first // self.cell, -(-last // self.cell))
        chances = words(key(*name, self.number, "when"), cells)
        hit = np.flatnonzero((chances >> np.uint64(11)) < np.uint64(self.chance))
        cells = cells[hit]
        if self.cell == 1:
            return cells, cells
        slots = cells * self.cell + below(again(chances[hit], 0), self.cell)
        inside = (slots >= first) & (slots < last)
        return cells[inside], slots[inside]


@dataclass(frozen=True, slots=True)
class _Tables:
    """A plan made ready for a source: its entries, and a row for each kind of each entry."""

    entries: tuple[_Entry, ...]
    first: Integers
    """Per entry its first row and how many it has."""
    count: Integers
    kind: NDArray[np.int8]
    bits: NDArray[np.int8]
    """(rows, most targets): meters of each target, as bits."""
    targets: Integers
    least: Integers
    """Length: readings, in multiples of what the kind needs."""
    spread: Integers
    readings: Integers

    @property
    def single(self) -> bool:
        """Whether every episode has one reading."""
        return bool((self.spread == 1).all() and (self.readings * self.least == 1).all())


@lru_cache(maxsize=512)
def _tables(plan: Plan, name: str, step: int, meters: tuple[str, ...]) -> _Tables:
    wanted = [(number, entry) for number, entry in enumerate(plan.fault) if entry.concerns(name)]
    rows = [
        [(kind, options, entry.lengths(kind)) for kind in entry.kinds if (options := targets(entry, kind, meters))]
        for _, entry in wanted
    ]
    flat = [row for group in rows for row in group]
    bits = np.zeros((len(flat), max((len(options) for _, options, _ in flat), default=1)), np.int8)
    for place, (_, options, _) in enumerate(flat):
        bits[place, : len(options)] = [sum(1 << METERS.index(meter) for meter in option) for option in options]
    units = [step * kind.readings for kind, _, _ in flat]
    least = np.array([-(-low // unit) for unit, (_, _, (low, _)) in zip(units, flat, strict=True)], np.int64)
    most = np.array([-(-high // unit) for unit, (_, _, (_, high)) in zip(units, flat, strict=True)], np.int64)
    counts = np.array([len(group) for group in rows], np.int64)
    return _Tables(
        entries=tuple(_entry(number, entry, step, meters) for number, entry in wanted),
        first=np.cumsum(counts) - counts,
        count=counts,
        kind=np.array([NAMES.index(kind.name) for kind, _, _ in flat], np.int8),
        bits=bits,
        targets=np.array([len(options) for _, options, _ in flat], np.int64),
        least=least,
        spread=most - least + 1,
        readings=np.array([kind.readings for kind, _, _ in flat], np.int64),
    )


def _entry(number: int, entry: Fault, step: int, meters: tuple[str, ...]) -> _Entry:
    each = tuple(METERS.index(meter) for meter in meters if entry.meters is None or meter in entry.meters)
    mean = entry.rate if entry.rate is not None else min(1.0, (entry.per_day or DAY) * step / DAY)
    cell = max(1, min(int(_CHANCE / mean), _LONGEST_CELL // step))
    return _Entry(number, entry.every, cell, int(mean * cell * 2**53), each if entry.hits == "each" else _ONE)


@lru_cache(maxsize=128)
def drawn_day(plan: Plan, home: Home, day: date) -> Episodes:
    """The episodes that start on a local day."""
    return drawn(plan, home, day, home.calendar.midnight(day), home.calendar.midnight(day + timedelta(1)))


def drawn(plan: Plan, home: Home, day: date, low: int, high: int) -> Episodes:
    """Those that start in [low, high)."""
    midnight, end = home.calendar.midnight(day), home.calendar.midnight(day + timedelta(1))
    origin = midnight + (home.phase - midnight) % home.step
    first, last = (-(-(max(midnight, min(second, end)) - origin) // home.step) for second in (low, high))
    name = (home.seed, home.name, "faults", day.isoformat())
    tables = _tables(plan, home.name, home.step, home.meters)
    found = []
    for place, entry in enumerate(tables.entries):
        cells, slots = entry.starts(name, max(0, first), last)
        if len(cells):
            number = (cells[:, None] * 4 + np.array(entry.meters)).reshape(-1)
            slots = np.repeat(slots, len(entry.meters)) if len(entry.meters) > 1 else slots
            found.append((place, slots, number, words(key(*name, entry.number, "what"), number)))
    if not found:
        return NOTHING
    if len(found) == 1:
        place, slots, number, word = found[0]
        places = np.broadcast_to(np.int64(place), len(slots))
    else:
        places = np.repeat([place for place, *_ in found], [len(slots) for _, slots, *_ in found])
        slots, number, word = (np.concatenate([part[column] for part in found]) for column in (1, 2, 3))
        order = np.argsort(slots, kind="stable")
        places, slots, number, word = places[order], slots[order], number[order], word[order]
    return _shaped(tables, home, day, origin, places, slots, number, word)


def _shaped(
    tables: _Tables, home: Home, day: date, origin: int, places: Integers, slots: Integers, number: Integers,
    word: Words,
) -> Episodes:  # fmt: skip
    """Gives each start its kind, meters and length."""
    one = len(tables.entries) == 1
    row = below(word, tables.count[0]) if one else tables.first[places] + below(word, tables.count[places])
    single, drawn_for = tables.single, [entry.meters == _ONE for entry in tables.entries]
    shape = again(word, _SHAPE) if any(drawn_for) or not single else word
    bits = np.left_shift(np.int8(1), (number & 3).astype(np.int8))
    if any(drawn_for):
        target = tables.bits[row, below_low(shape, tables.targets[row])]
        bits = target if all(drawn_for) else np.where(bits == 1 << _ONE[0], target, bits)
    length = 1 if single else (tables.least[row] + below(shape, tables.spread[row])) * tables.readings[row]
    start, count = origin + slots * home.step, len(slots)
    numbers = np.array([entry.number for entry in tables.entries], np.int16)
    return Episodes(
        start, start + length * home.step, tables.kind[row], bits,
        np.broadcast_to(numbers[0], count) if one else numbers[places], number,
        np.broadcast_to(np.int64(day.toordinal()), count), word,
        np.broadcast_to(np.int64(0), count), np.broadcast_to(np.False_, count),
    )  # fmt: skip


NOTHING: Final = Episodes(
    *(np.empty(0, dtype) for dtype in ("i8", "i8", "i1", "i1", "i2", "i8", "i8", "u8", "i8", "?"))
)
