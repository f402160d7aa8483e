"""Flicker: an independent uniform number each second, the textbook noise of the classic households."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wattloom import kernel
from wattloom.appliances.appliance import Appliance
from wattloom.noise import key
from wattloom.ranges import Watts

if TYPE_CHECKING:
    from wattloom.day import Day
    from wattloom.loads import Loads


class Flicker(Appliance, tag="flicker", frozen=True, kw_only=True):
    """Uniform between `low` and `high`, drawn anew each second. Real homes do not do this (see docs/realism.md)."""

    low: Watts
    high: Watts

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"low {self.low:g} is above high {self.high:g}; give low <= high")

    @property
    def peak(self) -> float:
        """Its highest value, W."""
        return self.high

    def draw(self, day: Day, loads: Loads) -> None:
        """Nothing that could be told as a pulse: see `seconds`."""

    def seconds(self, seed: int, household: str, start: int, count: int) -> NDArray[np.int32]:
        """W on the grid for each of `count` seconds from the POSIX second `start`, shape (count,)."""
        low, high = round(self.low), round(self.high)
        return low + kernel.integers(key(seed, household, self.name, "flicker"), start, count, high - low + 1)
