"""Chunk: the rows that are judged in one go, with the few that came before them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wattloom.quality.baseline import TOP, Baseline
from wattloom.readings import MISSING, OVERALL, Readings, Seconds

Flags = NDArray[np.uint32]
Mask = NDArray[np.bool_]
Integers = NDArray[np.int64]

#: So many rows before those to be judged are at hand; what a check remembers beyond them it keeps itself.
TAIL: Final = 64
#: Complete rows are neighbours if they are at most so many steps, and so many rows, apart.
NEAR: Final = 3
NEAR_ROWS: Final = 6
#: A meter that was noisy in so many rows before has no edges.
SHAKEN: Final = 32


@dataclass(eq=False)
class Chunk:
    """Rows to be judged after a tail of earlier ones; every array has the tail's columns first.

    - `new`: where the rows to be judged begin; `watts` (3, rows);
    - `flags` (3, rows): what was found so far, by the bits of `bits`;
    - `refused` (3, rows): whether anything was found by checks earlier in the table.
    """

    baseline: Baseline
    arrival: Seconds
    time: Seconds
    watts: Integers
    flags: Flags
    new: int
    bits: Mapping[str, int] = field(default_factory=dict)
    refused: Mask = field(init=False)
    _complete: Complete | None = None

    def __len__(self) -> int:
        return len(self.arrival)

    @cached_property
    def level(self) -> Integers:
        """Readings as an index of tables: within [0, TOP)."""
        return np.clip(self.watts, 0, TOP - 1)

    @cached_property
    def known(self) -> Mask:
        """Whether there is a reading at all, (3, rows)."""
        return np.asarray(self.watts != MISSING)

    def lately(self, reason: str, meter: int, rows: int) -> Mask:
        """Whether a reason earlier in the table was found on a meter in this row or the `rows` before it."""
        held = np.cumsum((self.flags[meter] & np.uint32(self.bits[reason])) != 0)
        held[rows:] -= held[:-rows].copy()
        return np.asarray(held > 0)

    def complete(self) -> Complete:
        """The rows of which no reading is refused; what the source lacks counts as 0."""
        if self._complete is None:
            present = np.array(self.baseline.present)
            bad = self.refused[present].any(axis=0)
            whole = Complete(np.arange(len(bad)), self.watts, self.arrival, self.baseline.seconds)
            if not present.all():
                whole = replace(whole, watts=np.where(present[:, None], self.watts, 0))
            self._complete = whole.without(bad)
        return self._complete

    def refuse(self, below: np.uint32) -> None:
        """From now on, leave out what was found under the bits below this one."""
        self.refused = (self.flags & (below - np.uint32(1))) != 0
        self._complete = None

    def then(self, rows: Readings) -> Chunk:
        """A chunk of new rows after the tail of this one."""
        part = slice(max(0, len(self) - TAIL), None)
        return Chunk(
            self.baseline,
            np.concatenate((self.arrival[part], rows.arrival)),
            np.concatenate((self.time[part], rows.time)),
            np.concatenate((self.watts[:, part], rows.watts), axis=1),
            np.concatenate((self.flags[:, part], np.zeros(rows.watts.shape, np.uint32)), axis=1),
            len(self.arrival[part]),
            self.bits,
        )


def nothing(baseline: Baseline, bits: Mapping[str, int]) -> Chunk:
    """What a judge that has seen nothing has seen."""
    none, nowhere = np.empty(0, np.int64), np.empty((3, 0), np.int64)
    return Chunk(baseline, none, none, nowhere, np.empty((3, 0), np.uint32), 0, bits)


@dataclass(frozen=True, eq=False)
class Complete:
    """Complete rows: where they stand in the chunk, their readings (3, rows), and when they came."""

    at: NDArray[np.intp]
    watts: Integers
    arrival: Seconds
    step: int

    @cached_property
    def rest(self) -> Integers:
        """Overall - AC - Geyser."""
        return np.asarray(self.watts[OVERALL] - self.watts[0] - self.watts[1])

    @cached_property
    def near(self) -> Mask:
        """Whether a row is a neighbour of the complete row before it; the first one is not."""
        found = np.zeros(len(self.at), np.bool_)
        found[1:] = (np.diff(self.arrival) <= NEAR * self.step) & (np.diff(self.at) <= NEAR_ROWS)
        return found

    @cached_property
    def change(self) -> Integers:
        """By how much the readings (3, rows) differ from the complete row before; 0 where that is not near."""
        change = np.zeros(self.watts.shape, np.int64)
        change[:, 1:] = np.diff(self.watts, axis=1)
        return np.asarray(change * self.near)

    @cached_property
    def rest_change(self) -> Integers:
        """The same of the rest."""
        return np.asarray(self.change[OVERALL] - self.change[0] - self.change[1])

    def without(self, bad: Mask) -> Complete:
        """Those rows where `bad` does not hold."""
        if not bad.any():
            return self
        return Complete(self.at[~bad], self.watts[:, ~bad], self.arrival[~bad], self.step)


def lasting(mask: Mask, rows: int) -> Mask:
    """Where it holds in this row and the `rows` - 1 before it.

    >>> lasting(np.array([1, 1, 0, 1, 1, 1], bool), 2).tolist()
    [False, True, False, False, True, True]
    """
    found = mask.copy()
    for back in range(1, rows):
        found[back:] &= mask[:-back]
        found[:back] = False
    return found
