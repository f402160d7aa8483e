"""What episodes do to the rows of a stretch of time: which readings change, which rows go, come twice, or move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wattloom.faults.drawn import Episodes
from wattloom.faults.draws import Integers, Words, again, below, below_low
from wattloom.faults.kinds import KINDS, NAMES, Kind
from wattloom.faults.planfile import Plan
from wattloom.readings import MISSING, Readings, Seconds, Watts
from wattloom.source import Source

Index = NDArray[np.intp]
#: Readings stay within what an int32 of watts can say.
MOST: Final = 2**31 - 2
STRENGTH, READING = 2, 16
#: In the table the faults of rows and time come last.
_FIRST_OF_ROWS: Final = sum(not kind.of_rows for kind in KINDS.values())
#: The lowest and the highest meter among bits.
_LOWEST: Final = np.array([0, 0, 1, 0, 2, 0, 1, 0], np.int8)
_HIGHEST: Final = np.array([0, 0, 1, 1, 2, 2, 2, 2], np.int8)
_KIND_EDGES: Final = np.arange(len(NAMES) + 1, dtype=np.int8)


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

    def watts(self, second: Seconds, meter: NDArray[np.int8]) -> Integers:
        """True power at seconds, in the stretch or before it; MISSING where there is no row."""
        if not len(self.truth):
            return np.full(len(second), MISSING, np.int64)
        row = np.minimum(np.searchsorted(self.truth.time, second), len(self.truth) - 1)
        watts = np.where(self.truth.time[row] == second, self.truth.watts[meter, row], MISSING).astype(np.int64)
        for outside in np.flatnonzero(second < self.truth.time[0]).tolist():
            truth = self.source.truth(int(second[outside]), int(second[outside]) + 1)
            watts[outside] = truth.watts[meter[outside], 0] if len(truth) else MISSING
        return watts

    def _row(self, second: Seconds) -> Index:
        """The first row at or after each second."""
        if self.source.span is None and len(self.truth):  # a row each step
            row: Index = second - self.truth.time[0]
            if self.source.step > 1:
                row = -(-row // self.source.step)
            return np.minimum(np.maximum(row, 0), len(self.truth))
        return np.searchsorted(self.truth.time, second)


def alter(source: Source, plan: Plan, truth: Readings, found: Episodes) -> tuple[Values, Moves]:
    """What episodes change in `truth`: all rows that the source has of a stretch of time, in order of time."""
    stretch = Stretch(source, plan, truth, found)
    kinds = np.where(found.dropped, np.int8(len(NAMES)), found.kind) if found.dropped.any() else found.kind
    order = np.argsort(kinds, kind="stable")
    values, moves = np.searchsorted(kinds[order], np.array([_FIRST_OF_ROWS, len(NAMES)], np.int8)).tolist()
    return _values(stretch, order[:values]), _moves(stretch, order[values:moves])


def _values(stretch: Stretch, episode: Index) -> Values:
    bits = stretch.found.meters[episode]
    meter = bits >> 1  # of one bit its place: 1, 2, 4 are 0, 1, 2
    if (pair := bits & (bits - 1) != 0).any():
        meter[pair] = _LOWEST[bits[pair]]
        episode, meter = np.concatenate((episode, episode[pair])), np.concatenate((meter, _HIGHEST[bits[pair]]))
        order = np.argsort(stretch.found.kind[episode], kind="stable")
        episode, meter = episode[order], meter[order]
    hit, row = stretch.touched(episode)
    all_meters = meter[hit].astype(np.int64)
    true: Watts = stretch.truth.watts.reshape(-1)[all_meters * len(stretch.truth) + row]
    watts = true.astype(np.int64)
    for kind, hits, part in stretch.by_kind(episode, hit):
        readings = Touched(stretch, kind, episode[hits], meter[hits], hit[part] - hits.start, row[part])
        readings.watts = watts[part].copy()
        assert kind.value is not None
        watts[part] = kind.value(readings)
    missing = (watts == MISSING) | (true == MISSING)
    np.clip(watts, -MOST, MOST, out=watts)
    watts[missing] = MISSING
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
    half = below_low(word, spread[entry]) if order == 0 else below(again(word, STRENGTH + order), spread[entry])
    drawn = low[entry] + half
    if not kind.parameters[order].whole_steps:
        return drawn
    steps = (2 * drawn + step) // (2 * step)
    return np.where(steps == 0, 1, steps) * step


class Touched:
    """`kinds.Touched` over the readings that the episodes of one kind hit."""

    watts: Integers

    def __init__(
        self, stretch: Stretch, kind: Kind, episode: Index, meter: NDArray[np.int8] | None, hit: Index, row: Index
    ) -> None:
        found, self.step = stretch.found, stretch.source.step
        self._stretch, self._kind, self._found, self._episode = stretch, kind, found, episode
        self._meter, self._hit, self._row = meter, hit, row

    def strength(self, name: str) -> Integers:
        entry, word = self._found.entry[self._episode], self._found.word[self._episode]
        return strength(self._stretch.plan, self._kind, name, entry, word, self.step)[self._hit]

    def position(self) -> Integers:
        passed: Integers = self._stretch.truth.time[self._row] - self._found.start[self._episode][self._hit]
        return passed

    def length(self) -> Integers:
        return (self._found.end[self._episode] - self._found.start[self._episode])[self._hit]

    def before(self) -> Integers:
        assert self._meter is not None
        return self._stretch.watts(self._found.start[self._episode] - self.step, self._meter)[self._hit]

    def other(self) -> Integers:
        assert self._meter is not None
        bits = self._found.meters[self._episode]
        partner = _LOWEST[bits] + _HIGHEST[bits] - self._meter
        watts: Watts = self._stretch.truth.watts[partner[self._hit], self._row]
        return watts.astype(np.int64)

    def words(self) -> Words:
        return again(
            self._found.word[self._episode][self._hit] + self._stretch.truth.time[self._row].astype(np.uint64), READING
        )


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
