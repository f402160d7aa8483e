"""Checks of single readings: missing, reversed, negative, wrong unit, impossible."""

from __future__ import annotations

from typing import Final

import numpy as np

from wattloom.quality.baseline import TOP
from wattloom.quality.chunk import Chunk, Integers, Mask, lasting
from wattloom.readings import MISSING, OVERALL

#: A sign that stays lost for so many readings is a turned clamp.
TURNED: Final = 10
THOUSAND: Final = 1000


class Missing:
    """There is no value."""

    def find(self, chunk: Chunk) -> Mask:
        return np.asarray(chunk.watts == MISSING)


class Reversed:
    """Readings of a meter were below zero TURNED times, and none above it since."""

    def __init__(self) -> None:
        self._run = np.zeros(3, np.int64)

    def find(self, chunk: Chunk) -> Mask:
        below = (chunk.watts < 0) & chunk.known
        below[:, : chunk.new] = False
        above = chunk.watts > 0
        above[:, : chunk.new] = False
        if not below.any():
            self._run[above.any(axis=1)] = 0
            return below
        count = np.cumsum(below, axis=1)
        before: Integers = np.maximum.accumulate(np.where(above, count, -self._run[:, None]), axis=1)
        run = count - before
        self._run = run[:, -1]
        return np.asarray(below & (run >= TURNED))


class Negative:
    """The reading is below zero: these meters measure what is used."""

    def find(self, chunk: Chunk) -> Mask:
        return np.asarray((chunk.watts < 0) & chunk.known)


class Unit:
    """A thousand times a reading that the meter may have, or a thousandth of one where it never rests.

    A thousandth of a small load rounds to zero, which is what a meter at rest reads: that cannot be known.
    """

    def find(self, chunk: Chunk) -> Mask:
        base, watts = chunk.baseline, chunk.watts
        cap = base.cap[:, None]
        marks = (watts > cap) & (watts % THOUSAND == 0) & (watts <= THOUSAND * cap)
        low = (watts >= 0) & (THOUSAND * watts <= cap + THOUSAND)
        for meter in range(OVERALL):
            if low[meter].any():
                known = base.familiar[meter]
                loads = THOUSAND * chunk.level[meter][:, None] + np.array([-400, 0, 400])  # what rounds to the reading
                wrong = ~known[chunk.level[meter]] & known[np.clip(loads, 0, TOP - 1)].any(axis=1)
                marks[meter] |= lasting(low[meter] & (watts[meter] > 0) & wrong, 2)
        floor = base.rest[0] - max(0, base.rest[0]) // 2
        marks[OVERALL] |= low[OVERALL] & (watts[OVERALL] > 0) & (watts[OVERALL] < floor)
        return np.asarray(marks)


class Impossible:
    """The reading is above the meter's cap, or Overall is below what never stops."""

    def find(self, chunk: Chunk) -> Mask:
        marks = chunk.watts > chunk.baseline.cap[:, None]
        marks[OVERALL] |= chunk.known[OVERALL] & (chunk.watts[OVERALL] < chunk.baseline.rest[0])
        return np.asarray(marks)
