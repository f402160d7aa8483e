"""Loads: what appliances draw, as pulses and ramps of power between two moments."""

from __future__ import annotations

from array import array
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wattloom import kernel
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
        self._moving: list[NDArray[np.int64]] = []

    def pulse(self, channel: int, start: float, end: float, watts: float) -> None:
        """Constant power from `start` to `end`, snapped to the millisecond and to 1/16 W."""
        power = int(watts * _FRACTION + 0.5)
        self._numbers.extend((channel, int(start * 1000), int(end * 1000), power, power))

    def ramp(self, channel: int, start: float, end: float, watts: float, to_watts: float) -> None:
        """Power that goes evenly from `watts` to `to_watts`."""
        ends = int(watts * _FRACTION + 0.5), int(to_watts * _FRACTION + 0.5)
        self._numbers.extend((channel, int(start * 1000), int(end * 1000), *ends))

    def wander(
        self,
        channel: int,
        start: float,
        end: float,
        watts: float,
        swing: float,
        hold: float,
        key: int,
        least: float = 0,
    ) -> None:
        """Power that jumps between levels from `watts` down by a share `swing`, each held for about `hold` s (median).

        `least` is the share of the swing that it always stays below `watts`.
        """
        power = int(watts * _FRACTION + 0.5)
        self._moving.append(
            kernel.wander(
                key, channel, int(start * 1000), int(end * 1000), power, swing * power, least, max(hold, 0.2) * 1000
            )
        )

    def cycle(
        self, channel: int, start: float, end: float, watts: float, on: float, off: float, key: int, jitter: float = 0.2
    ) -> None:
        """`on` seconds of power and `off` seconds without, in turn, each give or take a share `jitter`."""
        power = int(watts * _FRACTION + 0.5)
        least, start_ms, end_ms = 50.0, int(start * 1000), int(end * 1000)
        self._moving.append(
            kernel.cycle(key, channel, start_ms, end_ms, power, max(on * 1000, least), max(off * 1000, least), jitter)
        )

    def rows(self, origin: int) -> NDArray[np.int64]:
        """The loads as int64 (count, 5) for the kernel, times in ms since `origin`."""
        still = np.frombuffer(self._numbers, np.int64).reshape(-1, LOAD_FIELDS)
        rows = np.concatenate([still, *self._moving])
        rows[:, 1:3] -= origin * 1000
        return rows

    def energy(self, *channels: int) -> float:
        """Energy of the loads (of some channels, else of all) at nominal voltage, W s."""
        rows = self.rows(0)
        if channels:
            rows = rows[np.isin(rows[:, 0], channels)]
        return float(((rows[:, 2] - rows[:, 1]) * (rows[:, 3] + rows[:, 4])).sum()) / (2000.0 * TICKS)
