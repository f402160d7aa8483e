"""Loads: what appliances draw, as pulses and ramps of power between two moments."""

from __future__ import annotations

from array import array
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wattloom.kernel import CHANNELS, LOAD_FIELDS, TICKS


class Channel(IntEnum):
    """Which meter a load is on, and how its power answers the mains: 3 * meter + response."""

    AC_RESISTIVE, AC_MOTOR, AC_ELECTRONIC = 0, 1, 2
    GEYSER_RESISTIVE, GEYSER_MOTOR, GEYSER_ELECTRONIC = 3, 4, 5
    RESISTIVE, MOTOR, ELECTRONIC = 6, 7, 8


assert len(Channel) == CHANNELS
_FRACTION: Final = float(TICKS)


class Loads:
    """Collects the loads of a household-day; times in POSIX seconds (float), power in W at nominal voltage.

    >>> loads = Loads()
    >>> loads.pulse(Channel.GEYSER_RESISTIVE, 100.0, 160.0, 2000)
    >>> loads.rows(origin=90).tolist()
    [[3, 10000, 70000, 32000, 32000]]
    >>> loads.energy() / 60  # W s -> W min
    2000.0
    """

    def __init__(self) -> None:
        self._numbers = array("q")

    def pulse(self, channel: int, start: float, end: float, watts: float) -> None:
        """Constant power from `start` to `end`, snapped to the millisecond and to 1/16 W."""
        power = round(watts * _FRACTION)
        self._numbers.extend((channel, round(start * 1000), round(end * 1000), power, power))

    def ramp(self, channel: int, start: float, end: float, watts: float, to_watts: float) -> None:
        """Power that goes evenly from `watts` to `to_watts`."""
        self._numbers.extend(
            (channel, round(start * 1000), round(end * 1000), round(watts * _FRACTION), round(to_watts * _FRACTION))
        )

    def rows(self, origin: int) -> NDArray[np.int64]:
        """The loads as int64 (count, 5) for the kernel, times in ms since `origin`."""
        rows = np.array(self._numbers, np.int64).reshape(-1, LOAD_FIELDS)
        rows[:, 1:3] -= origin * 1000
        return rows

    def energy(self, *channels: int) -> float:
        """Energy of the loads (of some channels, else of all) at nominal voltage, W s."""
        rows = self.rows(0)
        if channels:
            rows = rows[np.isin(rows[:, 0], channels)]
        return float(((rows[:, 2] - rows[:, 1]) * (rows[:, 3] + rows[:, 4])).sum()) / (2000.0 * TICKS)
