"""Episodes: when which fault has which meter of a source, known for every local day on its own.

An entry's day is cut into cells, each with at most one episode, drawn under the key (seed, source, local day, entry)
and the cell's number; so a day's episodes do not depend on the run. Where two want one meter, the one that starts later
waits or is dropped (docs/decisions/0010).
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
from wattloom.faults.planfile import Fault, Plan, check_plan, targets
from wattloom.noise import key
from wattloom.readings import METERS, Seconds
from wattloom.source import Source

DAY: Final = 86_400
_SHORTEST_DAY: Final = DAY - 2 * 3600
#: A cell has at most this chance of an episode, unless it is a single reading.
_CHANCE: Final = 0.25
_LONGEST_CELL: Final = 3600
#: Instead of the meters that each get their own episode: one is drawn for all.
_ONE: Final = (len(METERS),)
SHAPE: Final = 1


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


def episodes(source: Source, plan: Plan, start: int, end: int) -> Episodes:
    """The episodes with a second in [start, end), dropped ones too; raises Refusal where the plan does not fit."""
    home = _home(source)
    _fits(plan, home)
    calendar = source.calendar
    day, last = calendar.day(start), calendar.day(max(start, end - 1))
    days = [day + timedelta(further) for further in range((last - day).days + 1)]
    if len(plan.fault) == 1 and _longest(plan, home.step) <= home.step:  # no two can meet: the day need not be known
        return Episodes.join(_drawn(plan, home, each, start, end) for each in days)
    spilt = _spilt(plan, home, day)
    earlier = np.unique(spilt.day[spilt.end > start]).tolist()
    found = Episodes.join(_resolved(plan, home, each) for each in [*map(date.fromordinal, earlier), *days])
    touching = (found.start < end) & (found.end > start)
    return found if touching.all() else found[touching]


@dataclass(frozen=True, slots=True)
class _Home:
    """What of a source its episodes depend on; a Source too, as far as check_plan asks."""

    seed: int
    name: str
    calendar: Calendar
    step: int
    phase: int
    meters: tuple[str, ...]


def _home(source: Source) -> _Home:
    phase = source.span[0] % source.step if source.span else 0
    return _Home(source.seed, source.name, source.calendar, source.step, phase, source.meters)


@dataclass(frozen=True, slots=True)
class _Draw:
    """An entry of a plan made ready for a source: tables by the position of a kind in the entry."""

    number: int
    entry: Fault
    meters: tuple[int, ...]
    """The meters that each get their own episode, as numbers, or _ONE."""
    kinds: NDArray[np.int8]
    bits: NDArray[np.int8]
    """(kinds, most targets): meters of each target, as bits."""
    targets: Integers
    least: Integers
    """Readings, in multiples of what the kind needs."""
    spread: Integers
    readings: Integers
    cell: int
    chance: int
    """Of an episode in a cell, of 2**53."""


@lru_cache(maxsize=512)
def _fits(plan: Plan, home: _Home) -> None:
    check_plan(plan, home)  # type: ignore[arg-type]


@lru_cache(maxsize=512)
def _draws(plan: Plan, name: str, step: int, meters: tuple[str, ...]) -> tuple[_Draw, ...]:
    return tuple(_ready(number, entry, step, meters) for number, entry in enumerate(plan.fault) if entry.concerns(name))


def _ready(number: int, entry: Fault, step: int, meters: tuple[str, ...]) -> _Draw:
    able = [kind for kind in entry.kinds if targets(entry, kind, meters)]
    sets = [targets(entry, kind, meters) for kind in able]
    bits = np.zeros((len(able), max(map(len, sets))), np.int8)
    for row, options in enumerate(sets):
        bits[row, : len(options)] = [sum(1 << METERS.index(meter) for meter in option) for option in options]
    each = sorted({METERS.index(option[0]) for options in sets for option in options}) if entry.hits == "each" else _ONE
    ranges = [[-(-seconds // (step * kind.readings)) for seconds in entry.lengths(kind)] for kind in able]
    least, most = np.array(ranges, np.int64).T
    cell, chance = 1, 1.0
    if entry.every is None:
        mean = entry.rate if entry.rate is not None else min(1.0, (entry.per_day or 0) * step / DAY)
        cell = max(1, min(int(_CHANCE / mean), _LONGEST_CELL // step))
        chance = mean * cell
    return _Draw(
        number, entry, tuple(each), np.array([NAMES.index(kind.name) for kind in able], np.int8), bits,
        np.array([len(options) for options in sets]), least, most - least + 1,
        np.array([kind.readings for kind in able]), cell, int(chance * 2**53),
    )  # fmt: skip


@lru_cache(maxsize=128)
def _drawn_day(plan: Plan, home: _Home, day: date) -> Episodes:
    """Episodes as they are drawn for a local day, before any waits or is dropped."""
    return _drawn(plan, home, day, home.calendar.midnight(day), home.calendar.midnight(day + timedelta(1)))


def _drawn(plan: Plan, home: _Home, day: date, low: int, high: int) -> Episodes:
    """Those that start in [low, high)."""
    midnight, end = home.calendar.midnight(day), home.calendar.midnight(day + timedelta(1))
    origin = midnight + (home.phase - midnight) % home.step
    first, last = (-(-(max(midnight, min(second, end)) - origin) // home.step) for second in (low, high))
    ready = _draws(plan, home.name, home.step, home.meters)
    return Episodes.join([_entry(draw, home, day, origin, max(0, first), last) for draw in ready] or [_NOTHING])


def _entry(draw: _Draw, home: _Home, day: date, origin: int, first: int, last: int) -> Episodes:
    """An entry's episodes of a day with their starts among the readings [first, last) after `origin`."""
    name = (home.seed, home.name, "faults", day.isoformat(), draw.number)
    if draw.entry.every is not None:
        slots = np.arange(-(-first // draw.entry.every) * draw.entry.every, last, draw.entry.every)
        cells = slots
    else:
        cells = np.arange(first // draw.cell, -(-last // draw.cell))
        chances = words(key(*name, "when"), cells)
        hit = np.flatnonzero((chances >> np.uint64(11)) < np.uint64(draw.chance))
        cells = cells[hit]
        slots = cells * draw.cell
        if draw.cell > 1:
            slots += below(again(chances[hit], 0), draw.cell)
            inside = (slots >= first) & (slots < last)
            cells, slots = cells[inside], slots[inside]
    if not len(cells):
        return _NOTHING
    number = (cells[:, None] * 4 + np.array(draw.meters)).reshape(-1)
    word = words(key(*name, "what"), number)
    kind = below(word, len(draw.kinds)) if len(draw.kinds) > 1 else np.zeros(len(word), np.int64)
    single = bool((draw.spread == 1).all() and (draw.readings * draw.least == 1).all())
    shape = again(word, SHAPE) if draw.meters == _ONE or not single else word
    if draw.meters == _ONE:
        bits = draw.bits[kind, below_low(shape, draw.targets[kind])]
    else:
        bits = np.tile(np.int8(1) << np.array(draw.meters, np.int8), len(cells))
    length = 1 if single else (draw.least[kind] + below(shape, draw.spread[kind])) * draw.readings[kind]
    start = np.repeat(origin + slots * home.step, len(draw.meters))
    count, end = len(start), start + length * home.step
    return Episodes(
        start, end, draw.kinds[kind], bits, np.broadcast_to(np.int16(draw.number), count), number,
        np.broadcast_to(np.int64(day.toordinal()), count), word,
        np.broadcast_to(np.int64(0), count), np.broadcast_to(np.False_, count),
    )  # fmt: skip


@lru_cache(maxsize=512)
def _longest(plan: Plan, step: int) -> int:
    """No episode of a plan is longer, s."""
    units = [(step * kind.readings, entry.lengths(kind)[1]) for entry in plan.fault for kind in entry.kinds]
    return max((-(-seconds // unit) * unit for unit, seconds in units), default=0)


@lru_cache(maxsize=256)
def _spilt(plan: Plan, home: _Home, day: date) -> Episodes:
    """The episodes drawn for earlier days that would last beyond the midnight before `day`."""
    longest, midnight = _longest(plan, home.step), home.calendar.midnight(day)
    days = [day - timedelta(back) for back in range(-(-longest // _SHORTEST_DAY), 0, -1)]
    drawn = [found[found.end > midnight] for found in (_drawn_day(plan, home, each) for each in days)]
    return Episodes.join([found for found in drawn if len(found)] or [_NOTHING])


@lru_cache(maxsize=128)
def _resolved(plan: Plan, home: _Home, day: date) -> Episodes:
    """The episodes of a day, none of which overlap on a meter unless dropped."""
    midnight, end = home.calendar.midnight(day), home.calendar.midnight(day + timedelta(1))
    found = _drawn_day(plan, home, day)
    free = [midnight, midnight, midnight]
    spilt = _spilt(plan, home, day)
    for bits, until in zip(spilt.meters.tolist(), spilt.end.tolist(), strict=True):
        for meter in _METERS_OF[bits]:
            free[meter] = max(free[meter], until)
    return _settled(found, free, end, plan.overlap == "wait")


def _settled(found: Episodes, free: list[int], midnight: int, wait: bool) -> Episodes:
    """Lets the later of two episodes on one meter wait, if it still ends by midnight, or drops it."""
    before = np.maximum.accumulate(np.concatenate(([max(free)], found.end)))[:-1]
    crowded = found.start < before
    if not crowded.any():
        return found
    apart = np.maximum.accumulate(np.where(crowded, 0, np.arange(len(found))))
    waited, dropped = found.waited.copy(), found.dropped.copy()
    starts, ends, bits = found.start.tolist(), found.end.tolist(), found.meters.tolist()
    index = 0
    for last in np.flatnonzero(crowded).tolist():
        index = max(index, int(apart[last]))
        while index < len(starts) and (index <= last or starts[index] < max(free)):
            meters, end = _METERS_OF[bits[index]], ends[index]
            delay = max([free[meter] for meter in meters]) - starts[index]
            if delay > 0 and (not wait or end + delay > midnight):
                dropped[index] = True
            else:
                waited[index] = max(0, delay)
                for meter in meters:
                    free[meter] = end + max(0, delay)
            index += 1
    settled = Episodes(
        found.start + waited, found.end + waited, found.kind, found.meters, found.entry, found.number, found.day,
        found.word, waited, dropped,
    )  # fmt: skip
    return settled[np.argsort(settled.start, kind="stable")]


_METERS_OF: Final = [[meter for meter in range(3) if bits >> meter & 1] for bits in range(8)]
_NOTHING: Final = Episodes(*(np.empty(0, dtype) for dtype in
                             ("i8", "i8", "i1", "i1", "i2", "i8", "i8", "u8", "i8", "?")))  # fmt: skip
