"""Critical values: smallest grid value that is rare enough, its record on unseen days, and the choice of method."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wattloom.critical import ALPHA, FITTED, ORDER_STATISTICS, critical, fitted
from wattloom.fitting import Fit, best_fit
from wattloom.tally import Tally


def days_of(draw: np.random.Generator, days: Any, size: int, spread: float) -> list[Any]:
    """Days that differ from one another: each has its own level."""
    return [np.maximum(draw.normal(draw.normal(1000, spread), 100, size), 1).astype(np.int32) for _ in range(days)]


def test_interval_covers_what_unseen_days_show() -> None:
    covered, achieved = 0, []
    for seed in range(30):
        draw = np.random.default_rng(seed)
        seen, unseen = days_of(draw, 28, 400, 60), np.concatenate(days_of(draw, 300, 400, 60))
        tally = Tally.of(seen)
        found: Any = critical(tally, best_fit(tally), tally)
        truth = float((unseen >= found.watts).mean())
        covered += found.interval[0] <= truth <= found.interval[1]
        achieved.append(truth)
    assert covered >= 24
    assert abs(np.mean(achieved) - ALPHA) < 0.0025


def test_each_day_is_judged_by_the_others() -> None:
    found: Any
    quiet, loud = np.full(1000, 500, np.int32), np.full(1000, 5000, np.int32)
    found = critical(Tally.of([quiet] * 9 + [loud]), Fit(), Tally.of([]))
    assert found.watts == 5001
    assert found.achieved == pytest.approx(0.1)  # the loud day against 501; the quiet days against 5001
    assert found.interval[0] == 0.0


def test_order_statistics_win_with_plenty_of_windows() -> None:
    tally = Tally.of(days_of(np.random.default_rng(1), 28, 5000, 0))
    found = critical(tally, best_fit(tally), tally)
    assert found.method == ORDER_STATISTICS
    assert set(found.losses) == {ORDER_STATISTICS, FITTED}
    assert found.watts == tally.critical(ALPHA)


def test_a_fitted_curve_wins_where_windows_are_few() -> None:
    wins = 0
    for seed in range(20):
        tally = Tally.of(days_of(np.random.default_rng(seed), 28, 2, 0))
        found = critical(tally, best_fit(tally), tally)
        wins += found.method == FITTED
        if found.method == FITTED:
            assert found.watts == fitted(tally, best_fit(tally), tally)
    assert wins > 0


def test_fitted_critical_value_is_the_fits_own_quantile() -> None:
    tally = Tally.of(days_of(np.random.default_rng(2), 10, 20_000, 0))
    assert abs(fitted(tally, best_fit(tally), tally) - (1000 + 2.326 * 100)) < 6


def test_one_day_has_no_record() -> None:
    tally = Tally.of([np.arange(1000, dtype=np.int32)])
    found = critical(tally, best_fit(tally), tally)
    assert (found.watts, found.achieved, found.interval) == (990, None, None)
