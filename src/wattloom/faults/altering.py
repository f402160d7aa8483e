"""What episodes do to the rows of a stretch of time: which readings change, which rows go, come twice, or move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wattloom.faults.draws import Integers, Words, again, below
from wattloom.faults.episodes import Episodes
from wattloom.faults.kinds import KINDS, NAMES, Kind
from wattloom.faults.planfile import Plan
from wattloom.readings import MISSING, Readings, Seconds, Watts
from wattloom.source import Source

Index = NDArray[np.intp]
#: Readings stay within what an int32 of watts can say.
MOST: Final = 2**31 - 2
STRENGTH, READING = 3, 16
_OF_ROWS: Final = np.array([KINDS[name].of_rows for name in NAMES])
_LOWEST: Final = np.array([0, 0, 1, 0, 2, 0, 1, 0])
_HIGHEST: Final = np.array([0, 0, 1, 1, 2, 2, 2, 2])
_KIND_EDGES: Final = np.arange(len(NAMES) + 1, dtype=np.int8)
_PAIR: Final = np.array([bits.bit_count() > 1 for bits in range(8)])


@dataclass(frozen=True, slots=True)
class Values:
    """Readings that faults of values touch, one number for each; those of an episode are together."""

    episode: Index
    meter: Index
    row: Index
    true: Watts
    watts: Watts


@dataclass(frozen=True, slots=True)
class Moves:
    """Rows that faults of rows and time touch, one number for each; those of an episode are together."""

    episode: Index
    row: Index
    copies: NDArray[np.int8]
    """How often the row arrives."""
    time: Seconds
    arrival: Seconds
    true: Seconds
    """The true second of the row."""

    @property
    def altered(self) -> NDArray[np.bool_]:
        """Whether the fault changed anything."""
        changed: NDArray[np.bool_] = (self.copies != 1) | (self.time != self.true) | (self.arrival != self.true)
        return changed


@dataclass(frozen=True, slots=True)
class Stretch:
    """All rows that a source has of a stretch of time, in order of time, and the episodes that it meets there."""

    source: Source
    plan: Plan
    truth: Readings
    found: Episodes

    def touched(self, episode: Index) -> tuple[Index, Index]:
        """For each row that episodes touch: the position of its episode in `episode`, and the row's number."""
        first, last = self._row(self.found.start[episode]), self._row(self.found.end[episode])
        counts = last - first
        if (counts == 1).all():
            return np.arange(len(first)), first
        hit = np.repeat(np.arange(len(first)), counts)
        return hit, np.arange(len(hit)) + (first - np.cumsum(counts) + counts)[hit]

    def by_kind(self, episode: Index, hit: Index) -> Iterator[tuple[Kind, slice, slice]]:
        """Each kind, its part of the episodes (which are in order of kind) and its part of the rows they hit."""
        edges = np.searchsorted(self.found.kind[episode], _KIND_EDGES)
        pairs = pairwise(zip(edges.tolist(), np.searchsorted(hit, edges).tolist(), strict=True))
        for name, ((first, low), (end, high)) in zip(NAMES, pairs, strict=True):
            if low < high:
                yield KINDS[name], slice(first, end), slice(low, high)

    def value(self, second: int, meter: int) -> int:
        """A meter's true power at a second, in the stretch or before it; MISSING where there is no row."""
        truth = self.truth
        if not len(truth) or second < truth.time[0]:
            truth = self.source.truth(second, second + 1)
        row = int(truth.time.searchsorted(second))
        return int(truth.watts[meter, row]) if row < len(truth) and truth.time[row] == second else MISSING

    def _row(self, second: Seconds) -> Index:
        """The first row at or after each second."""
        if self.source.span is None and len(self.truth):  # a row each step
            row: Index = -((self.truth.time[0] - second) // self.source.step)
            return np.minimum(np.maximum(row, 0), len(self.truth))
        return np.searchsorted(self.truth.time, second)


def alter(source: Source, plan: Plan, truth: Readings, found: Episodes) -> tuple[Values, Moves]:
    """What episodes change in `truth`: all rows that the source has of a stretch of time, in order of time."""
    stretch = Stretch(source, plan, truth, found)
    kept = np.flatnonzero(~found.dropped)
    kept = kept[np.argsort(found.kind[kept], kind="stable")]
    of_rows = _OF_ROWS[found.kind[kept]]
    return _values(stretch, kept[~of_rows]), _moves(stretch, kept[of_rows])


def _values(stretch: Stretch, episode: Index) -> Values:
    bits = stretch.found.meters[episode]
    meter = _LOWEST[bits]
    if (pair := _PAIR[bits]).any():
        episode, meter = np.concatenate((episode, episode[pair])), np.concatenate((meter, _HIGHEST[bits[pair]]))
        order = np.argsort(stretch.found.kind[episode], kind="stable")
        episode, meter = episode[order], meter[order]
    hit, row = stretch.touched(episode)
    all_meters = meter[hit]
    true = stretch.truth.watts[all_meters, row]
    watts = true.astype(np.int64)
    for kind, hits, part in stretch.by_kind(episode, hit):
        readings = Touched(stretch, kind, episode[hits], meter[hits], hit[part] - hits.start, row[part])
        readings.watts = watts[part].copy()
        assert kind.value is not None
        watts[part] = kind.value(readings)
    watts = np.where((watts == MISSING) | (true == MISSING), MISSING, np.minimum(np.maximum(watts, -MOST), MOST))
    return Values(episode[hit], all_meters, row, true, watts.astype(np.int32))


def _moves(stretch: Stretch, episode: Index) -> Moves:
    hit, row = stretch.touched(episode)
    true = stretch.truth.time[row]
    copies, time, arrival = np.ones(len(row), np.int8), true.copy(), true.copy()
    for kind, hits, part in stretch.by_kind(episode, hit):
        rows = TouchedRows(stretch, kind, episode[hits], None, hit[part] - hits.start, row[part])
        rows.copies, rows.time, rows.arrival = copies[part], time[part], arrival[part]
        assert kind.rows is not None
        kind.rows(rows)
    return Moves(episode[hit], row, copies, time, arrival, true)


@lru_cache(maxsize=1024)
def _ranges(plan: Plan, kind: str, parameter: str) -> tuple[Integers, Integers]:
    """Least value, and number of values, of a parameter for each entry of a plan, as integers of 1/scale."""
    scale = next(each.scale for each in KINDS[kind].parameters if each.name == parameter)
    ranges = [entry.strengths(KINDS[kind]).get(parameter, (0, 0)) for entry in plan.fault]
    low, high = np.rint(np.array(ranges) * scale).astype(np.int64).T
    return low, high - low + 1


def strength(plan: Plan, kind: Kind, parameter: str, entry: NDArray[np.int16], word: Words, step: int) -> Integers:
    """A parameter of episodes of one kind, given by their entry and word, as integers of 1/scale."""
    low, spread = _ranges(plan, kind.name, parameter)
    order = [each.name for each in kind.parameters].index(parameter)
    drawn = low[entry] + below(again(word, STRENGTH + order), spread[entry])
    if not kind.parameters[order].whole_steps:
        return drawn
    steps = (2 * drawn + step) // (2 * step)
    return np.where(steps == 0, 1, steps) * step


class Touched:
    """`kinds.Touched` over the readings that the episodes of one kind hit."""

    watts: Integers

    def __init__(
        self, stretch: Stretch, kind: Kind, episode: Index, meter: Index | None, hit: Index, row: Index
    ) -> None:
        found, self.step = stretch.found, stretch.source.step
        self._start, self._end, self._bits = found.start[episode], found.end[episode], found.meters[episode]
        self._entry, self._word = found.entry[episode], found.word[episode]
        self._stretch, self._kind, self._meter, self._hit, self._row = stretch, kind, meter, hit, row

    def strength(self, name: str) -> Integers:
        return strength(self._stretch.plan, self._kind, name, self._entry, self._word, self.step)[self._hit]

    def position(self) -> Integers:
        passed: Integers = self._stretch.truth.time[self._row] - self._start[self._hit]
        return passed

    def length(self) -> Integers:
        return (self._end - self._start)[self._hit]

    def before(self) -> Integers:
        assert self._meter is not None
        hits = zip((self._start - self.step).tolist(), self._meter.tolist(), strict=True)
        return np.array([self._stretch.value(second, meter) for second, meter in hits], np.int64)[self._hit]

    def other(self) -> Integers:
        partner = _LOWEST[self._bits] + _HIGHEST[self._bits] - self._meter
        watts: Watts = self._stretch.truth.watts[partner[self._hit], self._row]
        return watts.astype(np.int64)

    def words(self) -> Words:
        return again(self._word[self._hit] + self._stretch.truth.time[self._row].astype(np.uint64), READING)


class TouchedRows(Touched):
    """`kinds.Rows` over the rows that the episodes of one kind hit."""

    copies: NDArray[np.int8]
    time: Seconds
    arrival: Seconds

    def followed(self) -> NDArray[np.bool_]:
        time = self._stretch.truth.time
        after: Seconds = time[self._row] + self.step
        followed: NDArray[np.bool_] = time[np.minimum(time.searchsorted(after), len(time) - 1)] == after
        return followed
