"""Tallies: exact order statistics, mergeable, and what each day says about the others."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wattloom.readings import MISSING
from wattloom.tally import DENSE, Tally

VALUES = st.one_of(st.integers(0, 40), st.integers(0, 3 * DENSE))
DAYS = st.lists(st.lists(VALUES, min_size=1, max_size=30), min_size=1, max_size=6)


def tally(days: Any) -> Tally:
    return Tally.of([np.array(day, dtype=np.int32) for day in days])


@settings(deadline=None)
@given(DAYS, st.sampled_from([0.0, 0.25, 0.5, 0.75, 0.99, 1.0]))
def test_quantiles_are_numpys(days: Any, q: float) -> None:
    assert np.isclose(tally(days).quantile(q), np.quantile(np.concatenate(days), q), rtol=1e-12)


@settings(deadline=None)
@given(DAYS, st.sampled_from([0.01, 0.1, 0.5]))
def test_critical_value_is_the_smallest_that_is_rare_enough(days: Any, alpha: float) -> None:
    flat = np.concatenate(days)
    critical = tally(days).critical(alpha)
    assert (flat >= critical).mean() <= alpha < (flat >= critical - 1).mean()


@settings(deadline=None)
@given(DAYS, st.integers(0, 6))
def test_merged_parts_are_the_whole(days: Any, cut: int) -> None:
    whole, parts = tally(days), Tally.merged([tally(days[:cut]), tally(days[cut:])])
    assert (whole.values == parts.values).all()
    assert (whole.days == parts.days).all()
    assert len(whole) == sum(map(len, days))


@settings(deadline=None)
@given(st.lists(st.lists(VALUES, min_size=1, max_size=20), min_size=2, max_size=6))
def test_each_day_is_held_against_the_others(days: Any) -> None:
    limits = tally(days).without_each_day(0.1)
    reached = tally(days).reached(limits)
    for i, day in enumerate(days):
        limit = tally(days[:i] + days[i + 1 :]).critical(0.1)
        assert limits[i] == limit
        assert reached[i] == (np.array(day) >= limit).sum()


def test_missing_is_left_out_and_nothing_is_something() -> None:
    some = tally([[MISSING, 5, 5], [MISSING]])
    assert some.values.tolist() == [5]
    assert some.days.tolist() == [[2], [0]]
    assert len(tally([[MISSING], [MISSING]])) == len(Tally.of([])) == 0
    assert some.part(some.values > 5).share(some) == 0
