"""Tallies: how often each value of the 1 W grid occurred, day by day; all order statistics follow exactly."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from wattloom.readings import MISSING, Watts

Grid = NDArray[np.int64]

#: Values up to this many watts are counted in a dense array, larger ones by sorting.
DENSE = 1 << 17


@dataclass(frozen=True)
class Tally:
    """Counted values.

    - `values` (n,): those that occurred, W, rising.
    - `days` (d, n): how often each occurred on each day.

    >>> tally = Tally.of([np.array([0, 0, 1500]), np.array([0, 1500, 1500])])
    >>> tally.values.tolist(), tally.counts.tolist(), tally.quantile(0.5)
    ([0, 1500], [3, 3], 750.0)
    """

    values: Grid
    days: Grid

    @classmethod
    def of(cls, days: Iterable[Watts]) -> Tally:
        """The tally of daily arrays of whole watts >= 0; MISSING is left out."""
        return cls.merged([cls(values, counts[None, :]) for values, counts in map(_count, days)])

    @classmethod
    def merged(cls, tallies: Sequence[Tally]) -> Tally:
        """The days of all tallies, one after the other."""
        values = _union([tally.values for tally in tallies])
        table = np.zeros((sum(len(tally.days) for tally in tallies), len(values)), dtype=np.int64)
        row = 0
        for tally in tallies:
            table[row : row + len(tally.days), np.searchsorted(values, tally.values)] = tally.days
            row += len(tally.days)
        return cls(values, table)

    def __len__(self) -> int:
        return int(self.counts.sum())

    @cached_property
    def counts(self) -> Grid:
        """How often each value occurred, (n,)."""
        return np.asarray(self.days.sum(axis=0))

    def share(self, whole: Tally) -> float:
        """How much of `whole` this part of it is, 0 to 1."""
        return len(self) / max(len(whole), 1)

    def part(self, chosen: NDArray[np.bool_]) -> Tally:
        """The tally of the chosen values (n,) alone, on the same days."""
        return Tally(self.values[chosen], self.days[:, chosen])

    def quantile(self, q: float) -> float:
        """The q-quantile in W, interpolating linearly between order statistics (NumPy's default)."""
        ends = np.cumsum(self.counts)
        place = q * (int(ends[-1]) - 1)
        low = math.floor(place)
        left, right = self.values[np.searchsorted(ends, [low, min(low + 1, int(ends[-1]) - 1)], side="right")]
        return float(left + (right - left) * (place - low))

    def critical(self, alpha: float) -> int:
        """The smallest grid value c with P(X >= c) <= alpha: 1 W above the last value that is still too frequent.

        >>> Tally.of([np.array([0, 1500])]).critical(0.01)
        1501
        """
        return int(self.values[np.flatnonzero(_tails(self.counts) > alpha * len(self))[-1]]) + 1

    def without_each_day(self, alpha: float) -> Grid:
        """The critical value of all other days, for each of at least two days (d,)."""
        others = _tails(self.counts - self.days)
        frequent = others > alpha * others[:, :1]
        return np.asarray(self.values[frequent.shape[1] - 1 - np.argmax(frequent[:, ::-1], axis=1)] + 1)

    def reached(self, limits: Grid | int) -> Grid:
        """How many windows of each day reached that day's limit (d,)."""
        return np.asarray(np.where(self.values >= np.reshape(limits, (-1, 1)), self.days, 0).sum(axis=1))


def _count(day: Watts) -> tuple[Grid, Grid]:
    known = day[day != MISSING]
    if not len(known):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    if int(known.max()) >= DENSE:
        values, counts = np.unique(known, return_counts=True)
        return values.astype(np.int64), counts
    dense = np.bincount(known)
    values = np.flatnonzero(dense)
    return values, dense[values]


def _union(parts: Sequence[Grid]) -> Grid:
    """The values that occur in any part, rising."""
    every = np.concatenate(parts) if parts else np.empty(0, np.int64)
    if not len(every) or int(every.max()) >= DENSE:
        return np.unique(every)
    seen = np.zeros(int(every.max()) + 1, dtype=bool)
    seen[every] = True
    return np.flatnonzero(seen)


def _tails(counts: Grid) -> Grid:
    """How many reached each value, along the last axis."""
    return np.cumsum(counts[..., ::-1], axis=-1)[..., ::-1]
