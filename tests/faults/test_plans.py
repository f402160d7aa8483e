"""What plans do: how often, where, and what becomes of faults that meet."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattloom import faults
from wattloom.household import household
from wattloom.readings import METERS, MISSING

HOME = household("classic-a")
DAY = date(2026, 5, 1)
START = HOME.calendar.midnight(DAY)
BUSY = """
overlap = "{overlap}"
[[fault]]
kind = ["stuck", "noise", "swap", "reversed"]
per_day = 150
length = [60, 1200]
[[fault]]
kind = ["gap", "clock", "out_of_order"]
per_day = 90
length = [10, 300]
"""


def rows(plan: faults.Plan, start: int = START, seconds: int = 86_400) -> list[dict[str, Any]]:
    return list(faults.labels(HOME, plan, start, start + seconds).to_pylist())


def test_none_is_the_truth() -> None:
    truth, reported = HOME.truth(START, START + 600), faults.reported(HOME, faults.plan("none"), START, START + 600)
    assert np.array_equal(truth.watts, reported.watts)
    assert rows(faults.plan("none")) == []


@pytest.mark.parametrize("every", [1, 25, 7, 86_400])
def test_every_k_hits_each_meter_at_each_kth_second_from_local_midnight(every: int) -> None:
    seconds = 3000
    found = rows(faults.plan(f"every-{every}"), START, seconds)
    hit = sorted((int(row["start"].timestamp()) - START, row["meter"]) for row in found)
    assert hit == [(second, meter) for second in range(0, seconds, every) for meter in METERS]
    truth = HOME.truth(START, START + seconds).watts
    reported = faults.reported(HOME, faults.plan(f"every-{every}"), START, START + seconds).watts
    sound = np.ones(seconds, np.bool_)
    sound[::every] = False
    assert np.array_equal(truth[:, sound], reported[:, sound])
    hurt = reported[:, ~sound]
    on = truth[:, ~sound] > 0
    assert ((hurt == MISSING) | (hurt < 0) | (hurt >= 9 * truth[:, ~sound]))[on].all()


def test_every_k_is_counted_anew_each_day_and_chooses_evenly() -> None:
    found = rows(faults.plan("every-7"), START + 86_400)
    assert int(found[0]["start"].timestamp()) == START + 86_400
    kinds, counts = np.unique([row["kind"] for row in found], return_counts=True)
    assert kinds.tolist() == ["large", "missing", "negative"]
    assert (np.abs(counts / counts.sum() - 1 / 3) < 0.01).all()


def test_sparse_is_an_episode_in_three_minutes_of_every_kind_and_leaves_most_windows_sound() -> None:
    days = 3
    found = rows(faults.plan("sparse"), START, days * 86_400)
    episodes = {row["episode"] for row in found}
    assert 400 <= len(episodes) / days <= 560
    assert {row["kind"] for row in found} == set(faults.KINDS)
    assert max((row["end"] - row["start"]).total_seconds() for row in found) <= 16
    touched = {int(row["start"].timestamp()) // 5 + step for row in found for step in range(3)
               if int(row["start"].timestamp()) // 5 + step <= (int(row["end"].timestamp()) - 1) // 5}  # fmt: skip
    assert len(touched) < 0.1 * days * 86_400 / 5


def test_rare_is_a_few_a_day() -> None:
    found = rows(faults.plan("rare"), START, 30 * 86_400)
    assert 2 <= len({row["episode"] for row in found}) / 30 <= 6


@pytest.mark.parametrize("how", ["per_day = 100", f"rate = {100 / 86_400}", "every = 864"])
def test_how_often(how: str) -> None:
    plan = faults.read_plan(f'[[fault]]\nkind = "missing"\n{how}')
    count = len(rows(plan, START, 10 * 86_400))
    assert count == pytest.approx(1000, abs=0.5 if "every" in how else 4 * 1000**0.5)


def test_a_rate_of_one_hits_every_second() -> None:
    plan = faults.read_plan('[[fault]]\nkind = "missing"\nrate = 1\nmeters = ["AC"]')
    reported = faults.reported(HOME, plan, START, START + 86_400)
    assert (reported.watts[0] == MISSING).all()
    assert (reported.watts[1:] != MISSING).all()


@settings(max_examples=25, deadline=None)
@given(day=st.integers(0, 400), overlap=st.sampled_from(["wait", "drop"]))
def test_faults_never_share_a_meter_and_the_label_says_what_became_of_them(day: int, overlap: str) -> None:
    plan = faults.read_plan(BUSY.format(overlap=overlap))
    start = HOME.calendar.midnight(DAY + timedelta(day))
    taken: dict[str, list[tuple[float, float]]] = {meter: [] for meter in METERS}
    waited = dropped = 0
    episodes = set()
    for row in rows(plan, start):
        said = json.loads(row["parameters"])
        if (row["episode"], row["meter"]) not in episodes:
            waited += "waited" in said
            dropped += "dropped" in said
        episodes.add((row["episode"], row["meter"]))
        if said.get("dropped"):
            assert not row["effective"]
        elif row["effective"]:
            for meter in METERS if row["meter"] == "*" else [row["meter"]]:
                taken[meter].append((row["start"].timestamp(), row["end"].timestamp()))
    for stretches in taken.values():
        assert all(before[1] <= after[0] for before, after in pairwise(sorted(stretches)))
    assert bool(waited) == (overlap == "wait")
    assert bool(dropped) or overlap == "wait"


@settings(max_examples=15, deadline=None)
@given(day=st.integers(0, 400))
def test_no_second_is_labelled_twice_where_faults_cross_midnight(day: int) -> None:
    plan = faults.read_plan(BUSY.format(overlap="wait").replace("1200", "7200"))
    start = HOME.calendar.midnight(DAY + timedelta(day))
    for meter in METERS:
        stretches = sorted(
            (row["start"], row["end"])
            for row in rows(plan, start, 2 * 86_400)
            if row["effective"] and row["meter"] in (meter, "*")
        )
        assert all(before[1] <= after[0] for before, after in pairwise(stretches))


@settings(max_examples=10, deadline=None)
@given(day=st.integers(0, 400), second=st.integers(0, 86_399))
def test_the_first_days_faults_do_not_depend_on_the_length_of_the_run(day: int, second: int) -> None:
    plan = faults.read_plan(BUSY.format(overlap="wait"))
    start = HOME.calendar.midnight(DAY + timedelta(day))
    one, thirty = rows(plan, start), rows(plan, start, 4 * 86_400)
    assert thirty[: len(one)] == one
    alone = faults.reported(HOME, plan, start + second, start + second + 1)
    whole = faults.reported(HOME, plan, start, start + 86_400)
    mine = whole.arrival == start + second
    assert np.array_equal(alone.watts, whole.watts[:, mine])
    assert np.array_equal(alone.time, whole.time[mine])


def test_columns_name_the_fault_of_each_row() -> None:
    plan = faults.plan("sparse")
    end = START + 86_400
    found, reported = faults.labels(HOME, plan, START, end), faults.reported(HOME, plan, START, end)
    truth = HOME.truth(START, end)
    marks = faults.columns(found, reported)
    for number, meter in enumerate(METERS):
        names = marks[meter].to_pylist()
        assert len(names) == len(reported)
        if meter == "Overall":
            assert {name for name in names if name} == set(faults.KINDS) - {"gap"}
        for row, name in enumerate(names):
            arrival, time = int(reported.arrival[row]), int(reported.time[row])
            true = int(truth.watts[number, (time if name == "out_of_order" else arrival) - START])
            if name is None:
                assert (time, int(reported.watts[number, row])) == (arrival, true)
            elif faults.KINDS[name].of_rows:
                assert int(reported.watts[number, row]) == true
            else:
                assert int(reported.watts[number, row]) != true
