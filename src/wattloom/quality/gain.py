"""Checks of how strongly Overall follows the edges of its parts: bypass and drift."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from typing import Final

import numpy as np

from wattloom.quality.baseline import LULL
from wattloom.quality.chunk import SHAKEN, Chunk, Mask
from wattloom.readings import AC, GEYSER, OVERALL

#: Overall follows with less than this share: a part of the supply passes by its meter. From there on: a drift.
STOLEN: Final = 0.78
#: More than 1 / STOLEN and less than this share are something else.
LEAST_SHARE: Final = 0.12
#: Edges in a row must agree to within this share of their own.
AGREE: Final = 0.06
#: A share within this of 1 is sound.
EVEN: Final = 0.03
#: What edges showed holds for so many seconds, unless another edge shows the opposite.
HOLDS: Final = 3600


class _Gain:
    """Compares edges of AC or Geyser with what Overall makes of them; several in a row must tell the same.

    One edge says little: another load may switch in the same second. Where no part switches, nothing can be known.
    """

    edge: int
    """Edges of at least so many times the baseline's `step` are compared."""
    edges: int
    """So many in a row must agree,"""
    apart: int
    """so many seconds apart."""

    def __init__(self) -> None:
        self._before = [0.0, 0.0]
        self._when = [0, 0]
        self._until = [0, 0]
        self._agreed = [0, 0]

    @abstractmethod
    def tells(self, share: float) -> bool:
        """Whether a share is one that the check looks for."""

    def find(self, chunk: Chunk) -> Mask:
        marks = np.zeros(chunk.watts.shape, np.bool_)
        base = chunk.baseline
        if not base.balanced:
            return marks
        rows = chunk.complete()
        for part in (AC, GEYSER):
            if not base.present[part]:
                continue
            change = rows.change
            sharp = np.abs(change[part]) >= self.edge * base.step
            sharp &= (10 * np.abs(change[1 - part]) <= np.abs(change[part])) & (rows.at >= chunk.new)
            for meter in (part, OVERALL):
                sharp &= ~chunk.lately("noise", meter, SHAKEN)[rows.at]
            start, until = chunk.new, self._until[part]
            for place in np.flatnonzero(sharp).tolist():
                row, when = int(rows.at[place]), int(rows.arrival[place])
                self._mark(marks, chunk, part, start, row, until)
                share = float((change[OVERALL, place] - change[1 - part, place]) / change[part, place])
                until = self._learn(part, share, when, until)
                start = row
            self._mark(marks, chunk, part, start, len(chunk), until)
            self._until[part] = until
        return marks

    def _learn(self, part: int, share: float, when: int, until: int) -> int:
        """Until when something holds after an edge."""
        if abs(share - 1) <= EVEN:
            until = 0
        if when - self._when[part] < self.apart:
            return until
        agrees = abs(share - self._before[part]) <= AGREE * share and when - self._when[part] <= HOLDS
        self._agreed[part] = self._agreed[part] + 1 if agrees and self.tells(share) else int(self.tells(share))
        self._before[part], self._when[part] = share, when
        return when + HOLDS if self._agreed[part] >= self.edges else until

    def _mark(self, marks: Mask, chunk: Chunk, part: int, start: int, end: int, until: int) -> None:
        if end > start and until > chunk.arrival[start]:
            end = start + int(np.searchsorted(chunk.arrival[start:end], until))
            self.mark(marks, chunk, part, slice(start, end))

    @abstractmethod
    def mark(self, marks: Mask, chunk: Chunk, part: int, rows: slice) -> None:
        """Mark the readings that cannot be believed."""


class Bypass(_Gain):
    """Overall sees less of the edges of its parts than there is, or stays lower for LULL minutes than it ever does.

    A tap before all meters cannot be known, nor one while more is on than usual and no part switches.
    """

    edge, edges, apart = 2, 2, 1

    def __init__(self) -> None:
        super().__init__()
        self._minute = self._most = 0
        self._highest: deque[int] = deque(maxlen=LULL)

    def find(self, chunk: Chunk) -> Mask:
        marks = super().find(chunk)
        rows = chunk.complete()
        first = int(np.searchsorted(rows.at, chunk.new))
        minutes = rows.arrival[first:] // 60
        starts = np.flatnonzero(np.diff(minutes, prepend=-1))
        if chunk.baseline.lull > 0 and len(starts):
            highest = np.maximum.reduceat(rows.rest[first:], starts)
            quiet = [self._quiet(*each, chunk.baseline.lull) for each in zip(minutes[starts], highest, strict=True)]
            marks[OVERALL, rows.at[first:]] |= np.repeat(quiet, np.diff(np.append(starts, len(minutes))))
        return marks

    def _quiet(self, minute: int, most: int, lull: int) -> bool:
        """Whether the LULL minutes before this one were all too low; takes note of what the rest comes up to in it."""
        if minute == self._minute:
            self._most = max(self._most, most)
        else:
            if minute == self._minute + 1:
                self._highest.append(self._most)
            else:
                self._highest.clear()
            self._minute, self._most = minute, most
        return len(self._highest) == LULL and max(self._highest) < lull

    def tells(self, share: float) -> bool:
        return LEAST_SHARE < share < STOLEN

    def mark(self, marks: Mask, chunk: Chunk, part: int, rows: slice) -> None:
        del chunk, part
        marks[OVERALL, rows] = True


class Drift(_Gain):
    """Overall sees the edges of a part a little too small or too large; which of the two drifts cannot be known,
    nor can a scale that all meters share. The part is marked while it is on."""

    edge, edges, apart = 4, 3, 5

    def tells(self, share: float) -> bool:
        return abs(share - 1) > 0.05 and STOLEN <= share <= 1 / STOLEN

    def mark(self, marks: Mask, chunk: Chunk, part: int, rows: slice) -> None:
        on = chunk.watts[part, rows] >= chunk.baseline.step
        marks[part, rows] |= on
        marks[OVERALL, rows] |= on
