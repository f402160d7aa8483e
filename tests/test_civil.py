"""Civil time: days with 23, 24 and 25 hours, offsets of half an hour, and the anchor of live windows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.civil import Calendar, zone_of
from wattloom.errors import Refusal

ZONES = ["Asia/Kolkata", "Europe/Berlin", "America/Chicago", "Australia/Lord_Howe", "Africa/Johannesburg", "UTC"]
DATES = st.dates(date(1990, 1, 1), date(2037, 12, 31))


@given(st.sampled_from(ZONES), DATES)
def test_days_join(zone: str, day: date) -> None:
    calendar = Calendar(zone_of(zone))
    midnight, following = calendar.midnight(day), calendar.midnight(day + timedelta(1))
    assert 82_800 <= following - midnight <= 90_000
    assert calendar.day(midnight) == day == calendar.day(following - 1)
    assert calendar.index(midnight) == 0
    assert calendar.index(following - 1) == following - midnight - 1
    assert calendar.iso(midnight).startswith(f"{day}T00:00:00")
    assert datetime.fromisoformat(calendar.iso(midnight)).timestamp() == midnight


@given(st.sampled_from(ZONES), DATES, st.integers(4 * 3600, 86_399))
def test_the_wall_clock_is_met(zone: str, day: date, clock: int) -> None:
    """After the small hours, in which clocks jump, `at` gives the moment at which the wall clock shows it."""
    calendar = Calendar(zone_of(zone))
    shown = calendar.iso(calendar.at(day, clock))
    assert shown[:19] == f"{day}T{clock // 3600:02}:{clock // 60 % 60:02}:{clock % 60:02}"
    assert calendar.at(day, clock + 86_400) == calendar.at(day + timedelta(1), clock)


@pytest.mark.parametrize(
    ("zone", "offset"),
    [("Asia/Kolkata", 5.5), ("Europe/Berlin", 1), ("America/Chicago", -6), ("Australia/Sydney", 10), ("UTC", 0)],
)
def test_the_anchor_is_in_standard_time(zone: str, offset: float) -> None:
    start = datetime(2000, 1, 1, tzinfo=UTC).timestamp() - offset * 3600
    assert Calendar(zone_of(zone)).anchor() == start


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Asia"])
def test_unknown_zones(name: str) -> None:
    with pytest.raises(Refusal, match="Unknown time zone"):
        zone_of(name)
