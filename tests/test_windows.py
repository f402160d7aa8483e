"""Windows: exact, the same however the rows are cut, and the same in batch and live."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wattloom.civil import Calendar, zone_of
from wattloom.errors import Refusal
from wattloom.household import household
from wattloom.quality import BITS
from wattloom.readings import METERS, MISSING, Readings
from wattloom.recording import Recording
from wattloom.windows import average, check_interval, daily, history

DAY = date(2026, 5, 1)


def rows_of(arrival: Any, watts: Any) -> Readings:
    arrival = np.asarray(arrival, dtype=np.int64)
    return Readings(arrival, arrival, np.broadcast_to(np.asarray(watts, dtype=np.int32), (3, len(arrival))))


def no_flags(rows: Readings) -> NDArray[np.uint32]:
    return np.zeros(rows.watts.shape, dtype=np.uint32)


def test_mean_is_of_valid_seconds_and_rounds_half_up() -> None:
    rows = rows_of(range(6), [1, 2, 10, 99, 4, MISSING])
    bits = no_flags(rows)
    bits[:, 3], bits[:, 5] = BITS["impossible"], BITS["missing"]
    windows = average(rows, bits, 0, 2, 3)
    assert windows.watts[0].tolist() == [2, 10, 4]
    assert windows.valid[0].tolist() == [2, 1, 1]
    assert windows.expected == 2
    assert {name: counts[0].tolist() for name, counts in windows.counts.items()} == {
        "impossible": [0, 1, 0],
        "missing": [0, 0, 1],
    }


def test_gap_is_counted_and_a_repeated_row_does_not_hide_it() -> None:
    rows = rows_of([0, 1, 1, 4], [5, 6, 6, 7])
    bits = no_flags(rows)
    bits[:, 2] = BITS["duplicate"]
    windows = average(rows, bits, 0, 3, 2)
    assert windows.counts["gap"][0].tolist() == [1, 2]
    assert windows.watts[0].tolist() == [6, 7]
    assert average(rows_of([], []), np.zeros((3, 0), np.uint32), 0, 5, 1).watts.tolist() == [[MISSING]] * 3


@settings(deadline=None)
@given(
    watts=st.lists(st.integers(0, 30_000), min_size=1, max_size=60),
    bad=st.lists(st.booleans(), min_size=60, max_size=60),
    interval=st.integers(1, 7),
    cut=st.integers(0, 60),
)
def test_windows_are_exact_and_do_not_depend_on_the_slice(watts: Any, bad: Any, interval: int, cut: int) -> None:
    rows = rows_of(range(len(watts)), watts)
    bits = no_flags(rows)
    bits[1, np.flatnonzero(bad[: len(watts)])] = BITS["negative"]
    count = -(-len(watts) // interval)
    windows = average(rows, bits, 0, interval, count)
    for k in range(count):
        inside = [w for i, w in enumerate(watts) if i // interval == k and not bad[i]]
        expected = (2 * sum(inside) + len(inside)) // (2 * len(inside)) if inside else MISSING
        assert windows.watts[1, k] == expected
    k = cut % count
    alone = average(rows, bits, k * interval, interval, 1)
    assert (alone.watts[:, 0] == windows.watts[:, k]).all()
    assert (alone.valid[:, 0] == windows.valid[:, k]).all()


@pytest.mark.parametrize(("interval", "step"), [(0, 1), (-5, 1), (86_401, 1), (90, 60), (59, 60)])
def test_impossible_intervals_are_refused(interval: int, step: int) -> None:
    with pytest.raises(Refusal, match="Interval must be"):
        check_interval(interval, step)


@pytest.mark.parametrize("interval", [1, 5, 7, 35, 60, 3600, 25_000, 86_400])
def test_history_is_what_the_live_stream_averages(interval: int) -> None:
    home = household("A")
    days = list(daily(home, interval, DAY, 2))
    anchor, midnight = home.calendar.anchor(), home.calendar.midnight
    total = sum(watts.shape[1] for _, watts in days)
    first = days[0][0]
    assert (first - anchor) % interval == 0
    assert 0 <= first - midnight(DAY) < interval
    assert 0 <= midnight(DAY + timedelta(2)) - (first + total * interval) < interval
    some = total if interval >= 60 else 50
    rows = home.truth(first, first + some * interval)
    live = average(rows, no_flags(rows), first, interval, some)
    together = history(home, interval, DAY, 2)
    assert (live.watts == together[:, :some]).all()
    assert (np.concatenate([watts for _, watts in days], axis=1) == together).all()


def test_history_of_a_day_with_23_hours_and_of_one_with_25() -> None:
    zone = Calendar(zone_of("Europe/Paris"))
    start = zone.midnight(date(2026, 3, 28))
    end = zone.midnight(date(2026, 10, 27))
    time = np.arange(start, end, 600, dtype=np.int64)
    rows = Readings(time, time, np.full((3, len(time)), 100, dtype=np.int32))
    recording = Recording("home", zone, 600, METERS, rows, rows)
    hours = [watts.shape[1] for _, watts in daily(recording, 3600, date(2026, 3, 28), 3)]
    assert hours == [24, 23, 24]
    assert [watts.shape[1] for _, watts in daily(recording, 3600, date(2026, 10, 24), 3)] == [24, 25, 24]
