"""Stamps agree with the standard library, second by second, whatever the zone does to its clocks."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wattloom.stamps import FIRST, LAST, LocalClock, Skipped, fixed_zone, local_text

ZONES = [
    "UTC",
    "Asia/Kolkata",
    "Europe/Paris",
    "America/St_Johns",  # until 2011 its clocks changed a minute after midnight
    "Australia/Lord_Howe",  # changes by half an hour
    "Pacific/Apia",  # left out a day
    "Africa/Casablanca",
]
#: Hours around which clocks change, besides any time at all.
moments = st.integers(FIRST, LAST - 1) | st.sampled_from(
    [int(datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp()), int(datetime(2026, 10, 25, 1, tzinfo=UTC).timestamp())]
)


@given(st.sampled_from(ZONES), moments, st.lists(st.integers(-90_000, 90_000), min_size=1, max_size=30))
def test_text_is_what_the_standard_library_writes(zone: str, moment: int, around: list[int]) -> None:
    times = np.clip(np.array([moment + seconds for seconds in around]), FIRST, LAST - 1)
    expected = [datetime.fromtimestamp(int(time), ZoneInfo(zone)).isoformat() for time in times]
    assert local_text(times, ZoneInfo(zone)).astype(str).tolist() == expected


@given(st.sampled_from(ZONES), moments, st.integers(1, 900))
def test_a_wall_clock_is_read_back_through_every_change(zone: str, moment: int, step: int) -> None:
    times = np.arange(moment - 60 * step, moment + 60 * step, step)
    offsets = [datetime.fromtimestamp(int(t), ZoneInfo(zone)).utcoffset() for t in times]
    shown = times + np.array([int(offset.total_seconds()) for offset in offsets if offset is not None])
    clock = LocalClock(ZoneInfo(zone))
    read = np.concatenate([clock.seconds(part) for part in np.array_split(shown, 7)])
    first = datetime.fromtimestamp(int(times[0]), ZoneInfo(zone))
    assume(not first.fold)  # a file that starts within the second pass has nothing to tell by
    np.testing.assert_array_equal(read, times)


def test_a_time_that_no_clock_showed_is_named_by_its_row() -> None:
    shown = np.array(["2026-03-29T01:59:59", "2026-03-29T02:30:00"], "datetime64[s]").astype(np.int64)
    with pytest.raises(Skipped) as skipped:
        LocalClock(ZoneInfo("Europe/Paris")).seconds(shown)
    assert skipped.value.row == 1


def test_two_autumns_are_each_read_from_their_first_pass() -> None:
    shown = np.array(
        ["2025-10-26T02:30", "2025-10-26T02:00", "2026-10-25T02:10", "2026-10-25T02:20"], "datetime64[s]"
    ).astype(np.int64)
    read = LocalClock(ZoneInfo("Europe/Paris")).seconds(shown)
    offsets = (shown - read) // 3600
    assert offsets.tolist() == [2, 1, 2, 2]


@pytest.mark.parametrize("offset", [0, 19_800, -12_600, 50_400, -43_200])
def test_a_fixed_zone_is_always_as_far_from_utc(offset: int) -> None:
    zone = fixed_zone(offset)
    for year in (1985, 2026, 2150):
        for month in (1, 7):
            moved = datetime(year, month, 1, tzinfo=zone).utcoffset()
            assert moved is not None
            assert moved.total_seconds() == offset
