"""Hours: up to where a meter usually goes at an hour of the day, on working days and at weekends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wattloom.readings import Watts

#: What is usual for an hour is known from this many days on.
DAYS: Final = 14
#: Weekends (or working days) are looked at on their own if there are this many of them.
OWN_KIND: Final = 8
#: A value is unusual for the hour if it was reached around that hour on no more than this share of the days.
RARE: Final = 0.05

Hourly = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Usual:
    """The highest usual window mean, W, by hour of the day 0 to 23."""

    working_days: Hourly
    weekends: Hourly

    def limit(self, day: date, index: int) -> int:
        """That of the hour to which second `index` of `day` belongs."""
        hourly = self.weekends if day.weekday() >= 5 else self.working_days
        return hourly[min(index // 3600, 23)]


def maxima(watts: Watts, index: int, interval: int) -> Watts:
    """Highest window mean of each meter by hour of one day, (3, 24), at least -1; the first window starts at `index`.

    >>> maxima(np.array([[7, 8, 9]] * 3, dtype=np.int32), 0, 1800)[0, :3].tolist()
    [8, 9, -1]
    """
    result = np.full((len(watts), 24), -1, dtype=np.int32)
    hours = np.minimum((index + interval * np.arange(watts.shape[1])) // 3600, 23)
    starts = np.flatnonzero(np.diff(hours, prepend=-1))
    if len(starts):
        result[:, hours[starts]] = np.maximum(np.maximum.reduceat(watts, starts, axis=1), -1)
    return result


def usual(highest: NDArray[np.int32], days: Sequence[date]) -> Usual | None:
    """What is usual by the hourly maxima (days, 24) of one meter; None with fewer than DAYS days of values.

    An hour is looked at together with its neighbours, so that half an hour earlier or later is nothing unusual.
    """
    known = (highest >= 0).any(axis=1)
    if known.sum() < DAYS:
        return None
    around = np.maximum.reduce([np.roll(highest, shift, axis=1) for shift in (-1, 0, 1)])[known]
    weekend = np.array([day.weekday() >= 5 for day in days])[known]
    return Usual(_limits(around, ~weekend), _limits(around, weekend))


def _limits(around: NDArray[np.int32], kind: NDArray[np.bool_]) -> Hourly:
    rows = around[kind] if kind.sum() >= OWN_KIND else around
    rare = int(RARE * len(rows))
    return tuple(np.sort(rows, axis=0)[-1 - rare].tolist())
