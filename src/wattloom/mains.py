"""Mains and shimmer: what makes all loads of a home wobble together, and each one a little on its own.

Both are read from circular tables of coprime length, added at the absolute second: no draw per second and no seam.
The voltage varies by 1.5 % (autocorrelation 0.98 at one minute, 0.68 at one hour; measured, Sceaux, UCI "Individual
household electric power consumption"), slowly from minute to minute with a little on top each second.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from wattloom import kernel
from wattloom.noise import Draws, key

#: Quarters of the voltage's relative deviation that power follows: resistive loads its square, motors half of that.
_GAINS: Final = (8, 3, 0)
#: Standard deviation of the shimmer as a share of a load's own power.
_SHIMMER: Final = (0.0012, 0.004, 0.008)
_VOLTAGE_DEVIATION: Final = 0.015


@lru_cache(maxsize=1)
def tables() -> kernel.Tables:
    """The tables all homes share: voltage per minute (memories of 11 h and 14 min), shimmer per second (40 s, 3 s)."""
    slow = _VOLTAGE_DEVIATION * 8192 * 16
    return kernel.Tables(
        slow=(
            kernel.circle(key("mains", "hours"), 0.9985, 0.85 * slow, 10_007),
            kernel.circle(key("mains", "minutes"), 0.93, 0.53 * slow, 12_011),
        ),
        quick=(
            kernel.circle(key("shimmer", "slow"), 0.975, 3547.0, 32_749),
            kernel.circle(key("shimmer", "fast"), 0.72, 2048.0, 28_657),
        ),
    )


class Mains:
    """One home's place in the tables: it shares its voltage with the forty homes of its neighbourhood.

    `steady` mains have neither wobble nor shimmer (the textbook households).
    """

    def __init__(self, seed: int, place: str, profile: str, number: int, steady: bool) -> None:
        dice = Draws(key(seed, profile, number, "shimmer"))
        factor = dice.lognormal(1.0, 0.4)
        amplitudes = [round(8192 * share * factor) for share in _SHIMMER] * 3
        self._gains = np.array([0] * 9 if steady else _GAINS * 3, np.int32)
        self._amplitudes = np.array([0] * 9 if steady else amplitudes, np.int32)
        self._neighbourhood = key(seed, place, number // 40, "mains") >> 34
        self._home = key(seed, profile, number, "tables") >> 34

    def render(
        self, loads: np.ndarray[tuple[int, int], np.dtype[np.int64]], start: int, seconds: int
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
        """Loads (count, 5) as watts per second, int32 (3, seconds); see `kernel.render`."""
        return kernel.render(
            loads, start, seconds, tables(), self._neighbourhood, self._home, self._gains, self._amplitudes
        )
