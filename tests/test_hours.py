"""Hours: what is usual at an hour, on working days and weekends."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wattloom.hours import maxima, usual

MONDAY = date(2026, 5, 4)


def highest(days: Any, on: Callable[[date], Iterable[int]]) -> NDArray[np.int32]:
    """Hourly maxima of an appliance of 1500 W that is on in the hours `on(day)`."""
    table = np.zeros((days, 24), dtype=np.int32)
    for row, day in zip(table, dates(days), strict=True):
        row[list(on(day))] = 1500
    return table


def dates(days: Any) -> list[date]:
    return [MONDAY + timedelta(i) for i in range(days)]


def test_an_hour_and_its_neighbours_are_usual_and_others_are_not() -> None:
    found: Any = usual(highest(28, lambda _: range(18, 23)), dates(28))
    assert [found.limit(MONDAY, 3600 * hour) for hour in (12, 16, 17, 20, 23)] == [0, 0, 1500, 1500, 1500]


def test_once_in_a_month_is_not_usual_but_every_week_is() -> None:
    once: Any = usual(highest(28, lambda day: {12} if day == MONDAY else set()), dates(28))
    assert once.limit(MONDAY, 43_200) == 0
    weekly: Any = usual(highest(28, lambda day: {12} if day.weekday() == 0 else set()), dates(28))
    assert weekly.limit(MONDAY, 43_200) == 1500


def test_weekends_have_their_own_hours_once_there_are_enough() -> None:
    on = lambda day: {12} if day.weekday() >= 5 else set()  # noqa: E731
    month: Any = usual(highest(28, on), dates(28))
    assert month.limit(MONDAY, 43_200) == 0
    assert month.limit(MONDAY + timedelta(5), 43_200) == 1500
    fortnight: Any = usual(highest(14, on), dates(14))  # 4 days of weekend: as on any day
    assert fortnight.limit(MONDAY + timedelta(5), 43_200) == 1500


def test_fourteen_days_are_needed() -> None:
    assert usual(highest(13, lambda _: {8}), dates(13)) is None
    assert usual(np.full((28, 24), -1, dtype=np.int32), dates(28)) is None


def test_maxima_of_a_day_with_25_hours_belong_to_24() -> None:
    found = maxima(np.arange(25, dtype=np.int32)[None, :].repeat(3, axis=0), 0, 3600)
    assert found[0].tolist() == [*range(23), 24]
