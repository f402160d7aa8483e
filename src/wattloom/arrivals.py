"""Arrivals: when the rows of a file came, told from their order, since a file has only what they are stamped with."""

from __future__ import annotations

from typing import Final

import numpy as np

from wattloom.readings import Readings, Seconds, Watts

#: A stamp up to so many steps off is a late row or a short gap.
LATE_STEPS: Final = 3
#: A jump of the stamps that comes back to where it left within so many seconds is a wrong clock, else a gap.
LONGEST: Final = 6 * 3600
#: After so many jumps that did not come back, none is waited for: the file is shuffled.
PATIENCE: Final = 500


class Arrivals:
    """Gives rows, in the order of a file, the seconds in which they came. Holds back what it cannot tell yet.

    Rows come a step after another. Where the stamps jump and later come back to what the count of rows says, the
    clock was wrong meanwhile; where they never come back, time has passed (or the clock was set, which is the same).

    >>> rows = np.array([0, 1, 2, 63, 64, 65, 6, 7])
    >>> Arrivals(step=1).take(rows, np.zeros((3, 8), np.int32), last=True).arrival.tolist()
    [0, 1, 2, 3, 4, 5, 6, 7]
    """

    def __init__(self, step: int) -> None:
        self._step = step
        self._time = np.empty(0, np.int64)
        self._watts = np.empty((3, 0), np.int32)
        self._arrived: int | None = None
        self._unreturned = 0

    def take(self, time: Seconds, watts: Watts, last: bool = False) -> Readings:
        """The rows whose arrival is now known; all that are left when these are the `last`."""
        time = np.concatenate((self._time, time))
        watts = np.concatenate((self._watts, watts), axis=1)
        arrival = np.empty(len(time), np.int64)
        place = 0
        while place < len(time):
            end = self._told(time, arrival, place, last)
            if end == place:
                break
            self._arrived = int(arrival[end - 1])
            place = end
        self._time, self._watts = time[place:], watts[:, place:]
        return Readings(arrival[:place], time[:place], watts[:, :place])

    def _told(self, time: Seconds, arrival: Seconds, place: int, last: bool) -> int:
        """Fills in arrivals from `place` on and gives the end of what was told; `place` itself where it must wait."""
        step, late = self._step, LATE_STEPS * self._step
        expected = int(time[place]) if self._arrived is None else self._arrived + step
        off = int(time[place]) - expected
        if -late <= off <= late:  # on until the next jump
            jumps = np.flatnonzero(np.abs(np.diff(time[place : place + (1 << 16)]) - step) > late)
            end = place + int(jumps[0]) + 1 if len(jumps) else min(len(time), place + (1 << 16))
            arrival[place:end] = np.maximum.accumulate(np.maximum(time[place:end], expected - step))
            return end
        ahead = time[place : place + LONGEST // step]
        cadence = expected + step * np.arange(len(ahead), dtype=np.int64)
        back = np.flatnonzero(np.abs(ahead - cadence) <= late)
        if len(back) and self._unreturned < PATIENCE:
            end = place + int(back[0])
            arrival[place:end] = cadence[: back[0]]
            return end
        if len(ahead) < LONGEST // step and not last and self._unreturned < PATIENCE:
            return place
        self._unreturned += 1
        arrival[place] = max(int(time[place]), expected - step)
        return place + 1
