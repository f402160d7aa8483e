"""Checks of rows and their times: clock, out of order, duplicate."""

from __future__ import annotations

from typing import Final

import numpy as np

from wattloom.quality.chunk import Chunk, Mask

#: A row is out of order when it comes at most this many steps late; a stamp further off is a wrong clock.
LATE_STEPS: Final = 3


class Clock:
    """The stamp is ahead of the arrival, or too far behind it for a late row. A constant offset that was always
    there looks like another place's time and cannot be known."""

    def find(self, chunk: Chunk) -> Mask:
        late = chunk.arrival - chunk.time
        return np.asarray((late < 0) | (late > LATE_STEPS * chunk.baseline.seconds))


class OutOfOrder:
    """The row came a few steps after its time."""

    def find(self, chunk: Chunk) -> Mask:
        late = chunk.arrival - chunk.time
        return np.asarray((late > 0) & (late <= LATE_STEPS * chunk.baseline.seconds))


class Duplicate:
    """The row came in the same second with the same stamp as the row before it."""

    def find(self, chunk: Chunk) -> Mask:
        marks = np.zeros(len(chunk), np.bool_)
        marks[1:] = (chunk.arrival[1:] == chunk.arrival[:-1]) & (chunk.time[1:] == chunk.time[:-1])
        return marks
