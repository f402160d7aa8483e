"""Readings: rows of AC, Geyser and Overall as integers on the 1 W grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

METERS: Final = ("AC", "Geyser", "Overall")
AC, GEYSER, OVERALL = range(3)

#: Stands in an integer array where the meter gave no value.
MISSING: Final = np.iinfo(np.int32).min

Watts = NDArray[np.int32]
Seconds = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Readings:
    """Rows in the order in which they arrived.

    - `arrival` (rows,): the true second, POSIX UTC, in which a row arrived; never falls.
    - `time` (rows,): the second the row is stamped with; equals `arrival` unless the meter's clock or order is wrong.
    - `watts` (3, rows): mean power in W in the order of METERS, `MISSING` where there is no value.

    Truth has one row for each step and `time is arrival`. A gap has no row; a duplicate has two.
    """

    arrival: Seconds
    time: Seconds
    watts: Watts

    def __len__(self) -> int:
        return len(self.arrival)


def kilowatts(watts: Watts) -> NDArray[np.float32]:
    """Watts on the integer grid as kW in float32, NaN where missing; any shape.

    >>> kilowatts(np.array([1500, MISSING], dtype=np.int32))
    array([1.5, nan], dtype=float32)
    """
    return np.where(watts == MISSING, np.float32("nan"), watts / np.float32(1000)).astype(np.float32)
