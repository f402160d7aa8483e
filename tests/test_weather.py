"""Weather: climate, persistence, the course of a day, and the sun."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from wattloom.place import Place, place, places
from wattloom.weather import elevation, extremes, stray, temperature


@pytest.mark.parametrize("name", places())
def test_months_follow_the_climate(name: str) -> None:
    """Means over thirty years of keyed days lie on the normals within half a kelvin, by month."""
    town = place(name)
    for month in (1, 4, 7, 10):
        days = [extremes(0, town, date(year, month, 15)) for year in range(1960, 2026) for _ in (0,)]
        lows, highs = np.array(days).mean(axis=0)
        tolerance = 0.35 + 3 * town.stray / len(days) ** 0.5
        assert abs(lows - town.low[month - 1]) < tolerance
        assert abs(highs - town.high[month - 1]) < tolerance


def test_strays_are_standard_and_persist() -> None:
    series = np.array([stray(3, "somewhere", day) for day in range(700_000, 704_000)])
    assert abs(series.std() - 1) < 0.1
    assert 0.65 < np.corrcoef(series[1:], series[:-1])[0, 1] < 0.85
    assert abs(np.corrcoef(series[20:], series[:-20])[0, 1]) < 0.12


@pytest.mark.parametrize("name", places())
def test_the_day_has_no_jump(name: str) -> None:
    """Minute by minute over two days the temperature moves by less than 0.15 K, midnight included."""
    town, day = place(name), date(2026, 3, 10)
    values = np.array([temperature(1, town, day, 60 * minute) for minute in range(2 * 1440)])
    assert np.abs(np.diff(values)).max() < 0.15
    assert values[: 24 * 60].argmin() in range(5 * 60, 7 * 60)
    assert values[: 24 * 60].argmax() in range(14 * 60, 15 * 60 + 1)
    low, high = extremes(1, town, day)
    assert values[:1440].min() >= min(low, extremes(1, town, day + timedelta(1))[0]) - 1e-9
    assert values[:1440].max() == pytest.approx(high, abs=0.05)


@pytest.mark.parametrize(
    ("name", "day", "highest"),
    [("chennai", date(2026, 4, 24), 90), ("berlin", date(2026, 6, 21), 61), ("berlin", date(2026, 12, 21), 14),
     ("johannesburg", date(2026, 12, 21), 87), ("austin", date(2026, 3, 20), 60)],
)  # fmt: skip
def test_the_sun_stands_where_it_should(name: str, day: date, highest: float) -> None:
    """Highest elevation of the day within two degrees of 90 - |latitude - declination|; down at night."""
    town: Place = place(name)
    midnight = town.calendar.midnight(day)
    course = [elevation(town, midnight + 600 * i) for i in range(144)]
    assert abs(max(course) - highest) < 2
    assert course[0] < 0


def test_southern_summers_are_in_december() -> None:
    town = place("johannesburg")
    assert town.high[0] > town.high[6]
