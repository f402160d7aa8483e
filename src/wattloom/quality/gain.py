"""Checks of how strongly Overall follows the edges of its parts: bypass and drift."""

from __future__ import annotations

from typing import Final

import numpy as np

from wattloom.quality.chunk import Chunk, Mask
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

    def tells(self, share: float) -> bool:
        """Whether a share is one that the check looks for."""
        raise NotImplementedError

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

    def mark(self, marks: Mask, chunk: Chunk, part: int, rows: slice) -> None:
        """Mark the readings that cannot be believed."""
        raise NotImplementedError


class Bypass(_Gain):
    """Overall sees less of the edges of its parts than there is. A tap before all meters cannot be known."""

    edge, edges, apart = 2, 2, 1

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
