"""Meter statistics: by hand on textbook data, and a defined answer for whatever history there is."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattloom.meterstats import ALL, ON_STATE, RATED, WOBBLE, meter_stats
from wattloom.readings import MISSING
from wattloom.tally import Tally


def stats_of(days: Any, idle: int = 75, largest: int = 2000) -> Any:
    return meter_stats(Tally.of([np.array(day, dtype=np.int32) for day in days]), idle, largest)


def strict(stats: Any) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(json.dumps(stats.json(), allow_nan=False))
    return figures


def test_half_a_day_on_by_hand() -> None:
    stats = stats_of([[0] * 50 + [1500] * 50] * 10)
    assert (stats.every.p25, stats.every.median, stats.every.p75) == (0, 750, 1500)
    assert stats.atoms == {0: 0.5, 1500: 0.5}
    assert (stats.critical, stats.basis) == (1501, ALL)
    assert (stats.on.share, stats.on.p25, stats.on.p75, stats.on.critical.watts) == (0.5, 1500, 1500, 1501)
    assert (stats.yellow, stats.red, stats.coloured_by) == (1500, 1501, ALL)
    assert stats.continuous == 0
    figures = strict(stats)
    assert figures["best_distribution"] == "mixture"
    assert figures["distribution"]["components"] == [
        {"weight": 0.5, "loc": 0.0, "scale": 0.0},
        {"weight": 0.5, "loc": 1.5, "scale": 0.0},
    ]


def test_a_shower_is_green_although_the_meter_is_idle_nearly_always() -> None:
    draw = np.random.default_rng(4)
    days = [np.concatenate([np.zeros(950), draw.normal(2000, 40, 50)]).astype(np.int32) for _ in range(28)]
    stats = stats_of(days, idle=100)
    showers = np.concatenate(days)
    showers = showers[showers > 100]
    assert stats.coloured_by == ON_STATE
    assert (showers >= stats.yellow).mean() <= 0.01
    assert (showers >= stats.red).mean() <= 0.01
    assert abs((np.concatenate(days) >= stats.critical).mean() - 0.01) < 0.001  # the published one is of all windows
    assert stats.critical < stats.red


def test_two_sizes_of_load_in_the_on_state_are_told_apart() -> None:
    stats = stats_of([[0] * 90 + [500] * 7 + [3000] * 3] * 20)
    assert stats.coloured_by == ON_STATE
    assert 500 * WOBBLE <= stats.yellow <= 3000 < stats.red


def test_a_meter_that_is_on_for_less_than_one_percent_has_the_critical_value_of_its_on_state() -> None:
    days = [[0] * 995 + [1900, 2000, 2000, 2000, 2100] for _ in range(28)]
    stats = stats_of(days, idle=100)
    assert stats.on.share == 0.005
    assert (stats.critical, stats.basis) == (2101, ON_STATE)
    assert strict(stats)["critical_value"]["of"] == ON_STATE


def test_fan_and_standby_are_idle() -> None:
    stats = stats_of([[0] * 500 + [42] * 400 + [1480, 1500, 1500, 1520] * 25] * 28)
    assert stats.on.share == 0.1
    assert stats.coloured_by == ON_STATE
    assert stats.yellow > 1500


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([[0] * 100] * 28, {"25p": 0, "median": 0, "75p": 0, "rt_critical_value_0.01": 2.001}),
        ([[7] * 100] * 28, {"25p": 0.007, "median": 0.007, "75p": 0.007, "rt_critical_value_0.01": 2.001}),
        ([[700] * 100] * 28, {"25p": 0.7, "median": 0.7, "75p": 0.7, "rt_critical_value_0.01": 0.701}),
        ([[0] * 99 + [700]] * 28, {"25p": 0, "median": 0, "75p": 0, "rt_critical_value_0.01": 0.001}),
        ([[0, 700]], {"25p": 0.175, "median": 0.35, "75p": 0.525, "rt_critical_value_0.01": 0.701}),
        ([[MISSING] * 10], {"25p": None, "median": None, "75p": None, "rt_critical_value_0.01": 2.001}),
        ([[]], {"25p": None, "median": None, "75p": None, "rt_critical_value_0.01": 2.001}),
        ([], {"25p": None, "median": None, "75p": None, "rt_critical_value_0.01": 2.001}),
    ],
)
def test_poor_histories_by_hand(days: Any, expected: dict[str, Any]) -> None:
    figures = strict(stats_of(days))
    assert {figure: figures[figure] for figure in expected} == expected


def test_never_on_is_judged_by_the_rating() -> None:
    stats = stats_of([[0] * 100] * 28)
    assert (stats.basis, stats.yellow, stats.red, stats.on) == (RATED, 76, 2001, None)


@settings(max_examples=150, deadline=None)
@given(
    days=st.lists(
        st.lists(st.one_of(st.just(MISSING), st.integers(0, 90), st.integers(0, 4_000_000)), max_size=60), max_size=16
    ),
    repeat=st.integers(1, 40),
    idle=st.integers(0, 200),
)
def test_any_history_has_statistics_without_nan(days: Any, repeat: int, idle: int) -> None:
    stats = stats_of([day * repeat for day in days], idle=idle)
    figures = strict(stats)
    known = [watts for day in days for watts in day if watts != MISSING]
    if known:
        assert figures["25p"] == pytest.approx(np.quantile(np.repeat(known, repeat), 0.25) / 1000, abs=1e-6)
    assert 0 < stats.yellow <= stats.red
    assert sum(atom["share"] for atom in figures["atoms"]) <= 1.00001
