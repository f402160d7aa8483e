"""Arrivals: told from the order of rows, however a file is cut, and in bounded memory."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.arrivals import LONGEST, Arrivals


def told(times: list[int], cuts: tuple[int, ...] = (), step: int = 1) -> list[int]:
    arrivals = Arrivals(step)
    found: list[int] = []
    edges = [0, *cuts, len(times)]
    for first, end in pairwise(edges):
        part = np.array(times[first:end], np.int64)
        found += arrivals.take(part, np.zeros((3, len(part)), np.int32)).arrival.tolist()
    none = np.empty(0, np.int64)
    found += arrivals.take(none, np.zeros((3, 0), np.int32), last=True).arrival.tolist()
    return found


@pytest.mark.parametrize(
    ("times", "arrived"),
    [
        ([0, 1, 2, 3], [0, 1, 2, 3]),
        ([0, 1, 1, 2], [0, 1, 1, 2]),
        ([0, 2, 1, 3], [0, 2, 2, 3]),
        ([0, 1, 500, 501, 502], [0, 1, 500, 501, 502]),
        ([0, 1, 500, 501, 4, 5], [0, 1, 2, 3, 4, 5]),
        ([900, 901, 2, 3, 904, 905], [900, 901, 902, 903, 904, 905]),
        ([0, 1, 6_000_000_000, 3, 4], [0, 1, 2, 3, 4]),
    ],
    ids=["in order", "twice", "late", "a gap", "clock ahead", "clock behind", "one wild stamp"],
)
def test_what_the_order_says(times: list[int], arrived: list[int]) -> None:
    assert told(times) == arrived
    for cut in range(1, len(times)):
        assert told(times, (cut,)) == arrived


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=80), st.integers(0, 80), st.sampled_from([1, 8]))
def test_arrivals_never_fall_and_do_not_depend_on_the_cut(steps: list[int], cut: int, step: int) -> None:
    times = [step * time for time in steps]
    found = told(times, step=step)
    assert len(found) == len(times)
    assert found == sorted(found)
    assert told(times, (min(cut, len(times)),), step=step) == found


def test_a_jump_that_never_comes_back_is_waited_for_no_longer_than_a_clock_may_be_wrong() -> None:
    arrivals = Arrivals(60)
    arrivals.take(np.array([0, 60]), np.zeros((3, 2), np.int32))
    ahead = 10**6 + 60 * np.arange(LONGEST // 60 + 5)
    found = arrivals.take(ahead, np.zeros((3, len(ahead)), np.int32))
    assert found.arrival.tolist() == ahead.tolist()
