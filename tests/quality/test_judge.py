"""The judge: the same however its rows come, the same from any checkpoint on, silent on the truth, fixed in size."""

import pickle
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattloom.faults import reported
from wattloom.faults.planfile import read_plan
from wattloom.household import household
from wattloom.quality import CHECKPOINT, Judge, baseline, flags
from wattloom.readings import Readings

HOME = household("A")
NOON = HOME.calendar.midnight(date(2026, 5, 1)) + 43_200
#: Everything there is, one after another, at a pace at which nothing ever settles.
CROWD = read_plan(
    """
    [[fault]]
    kind = ["negative", "large", "missing", "spike", "duplicate", "out_of_order"]
    per_day = 600
    [[fault]]
    kind = ["stuck", "drift", "noise", "unit", "reversed", "swap", "bypass", "gap", "clock"]
    per_day = 120
    length = [5, 600]
    strength = { offset = [-600, 600] }
    """
)
START = (NOON // CHECKPOINT + 1) * CHECKPOINT - 3000
CROWDED = reported(HOME, CROWD, START, START + 9000)
WHOLE = Judge(HOME).flags(CROWDED)


def part(rows: Readings, first: int, end: int) -> Readings:
    return Readings(rows.arrival[first:end], rows.time[first:end], rows.watts[:, first:end])


def test_the_crowd_has_every_reason_that_counts() -> None:
    assert sum(bool((WHOLE & (1 << bit)).any()) for bit in range(16)) >= 8


@given(st.lists(st.integers(0, len(CROWDED)), max_size=12))
@settings(max_examples=25, deadline=None)
def test_however_the_rows_are_cut_their_flags_are_the_same(cuts: list[int]) -> None:
    judge, edges = Judge(HOME), [0, *sorted(cuts), len(CROWDED)]
    found = [judge.flags(part(CROWDED, a, b)) for a, b in pairwise(edges)]
    assert (np.concatenate(found, axis=1) == WHOLE).all()


def test_row_by_row_is_the_same_too() -> None:
    judge, first = Judge(HOME), 2500
    judge.flags(part(CROWDED, 0, first))
    for row in range(first, first + 800):
        assert (judge.flags(part(CROWDED, row, row + 1)) == WHOLE[:, row : row + 1]).all()


def test_a_judge_forgets_what_was_before_the_last_but_one_checkpoint() -> None:
    """So that a part can be judged alone, by any worker: `before` is all that it needs."""
    start = (NOON // CHECKPOINT) * CHECKPOINT
    long_ago = reported(HOME, CROWD, start - 2 * CHECKPOINT - 777, start - CHECKPOINT)
    before = reported(HOME, CROWD, start - CHECKPOINT, start)
    rows = reported(HOME, CROWD, start, start + CHECKPOINT)
    judge = Judge(HOME)
    judge.flags(long_ago)
    judge.flags(before)
    assert (judge.flags(rows) == flags(HOME, rows, before)).all()


@pytest.mark.parametrize("name", ["A", "B/3", "C", "classic-a", "classic-b", "classic-c"])
def test_the_truth_is_believed(name: str) -> None:
    home = household(name)
    judge, midnight, windows = Judge(home), home.calendar.midnight(date(2026, 5, 1)), 0
    for day in range(midnight, midnight + 3 * 86_400, 86_400):
        bad = (judge.flags(home.truth(day, day + 86_400)) != 0).any(axis=0)
        windows += int(bad.reshape(-1, 15).any(axis=1).sum())
    assert windows <= 3, "a spike or two in three days at the most"


def test_memory_does_not_grow() -> None:
    def size(hours: int) -> int:
        judge = Judge(HOME)
        judge.flags(part(CROWDED, 0, 600 * hours))
        for run in (judge._older, judge._younger):
            run._last = run._last.then(part(CROWDED, 0, 0))
        judge._base = None  # type: ignore[assignment]
        return len(pickle.dumps([run._checks for run in (judge._older, judge._younger)]))

    assert abs(size(12) - size(1)) < 2000


def test_a_baseline_is_made_once_and_is_the_same_for_all() -> None:
    again = household("A")
    mine, theirs = baseline(HOME), baseline(again)
    assert baseline(HOME) is mine
    assert mine.rest == theirs.rest
    assert (mine.runs == theirs.runs).all()
    assert (mine.familiar == theirs.familiar).all()
    assert mine.pulse == theirs.pulse


def test_meters_that_a_source_lacks_are_missing_and_disturb_nothing() -> None:
    class Alone:
        name, seed, calendar, step, meters, span = "alone", 0, HOME.calendar, 1, ("Overall",), None
        cap, rest, description, rated = HOME.cap, HOME.rest, "Overall alone", HOME.rated

        def truth(self, start: int, end: int) -> Readings:
            rows = HOME.truth(start, end)
            watts = rows.watts.copy()
            watts[:2] = np.iinfo(np.int32).min
            return Readings(rows.arrival, rows.time, watts)

    alone = Alone()
    found = flags(alone, alone.truth(NOON, NOON + 7200))
    assert (found[:2] == 1).all()
    assert not found[2].any()


def test_days_of_two_orders_agree() -> None:
    """Judged days apart, a day's flags depend on that day and the one before alone."""
    days = [NOON + k * 86_400 for k in range(-2, 2)]
    through = Judge(HOME)
    for day in days[:-1]:
        through.flags(reported(HOME, CROWD, day, day + 86_400))
    later = Judge(HOME)
    later.flags(reported(HOME, CROWD, days[-2], days[-1]))
    last = reported(HOME, CROWD, days[-1], days[-1] + 86_400)
    assert (through.flags(last) == later.flags(last)).all()
    assert HOME.calendar.day(days[-1]) == date(2026, 5, 1) + timedelta(1)
