"""The table is the test list: every kind gets every check, on a home and on a recording with flaws of its own."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattloom import faults
from wattloom.civil import Calendar, zone_of
from wattloom.faults import KINDS
from wattloom.faults.compiled import PARAMETERS, Formula
from wattloom.readings import METERS, MISSING, Readings


@dataclass(frozen=True)
class Home:
    """A row a second: an AC that is off in every other quarter of an hour, a geyser on for 10 minutes in an hour."""

    name: str = "A"
    seed: int = 0
    zone: str = "Asia/Kolkata"
    step: ClassVar[int] = 1
    meters: ClassVar[tuple[str, ...]] = METERS
    span: ClassVar[tuple[int, int] | None] = None
    cap: ClassVar[tuple[int, int, int]] = (3000, 4000, 9000)
    rest: ClassVar[tuple[int, int]] = (0, 2000)
    description: ClassVar[str] = "a home for tests"
    rated: ClassVar[dict[str, float]] = {"AC": 1.5, "Geyser": 3.0, "Overall": 5.0}

    @property
    def calendar(self) -> Calendar:
        return Calendar(zone_of(self.zone))

    def truth(self, start: int, end: int) -> Readings:
        time = np.arange(start, end)
        ac = np.where(time // 900 % 2, 1400 + time * 7919 % 61, 0)
        geyser = np.where(time // 600 % 6, 0, 3000)
        watts = np.stack((ac, geyser, ac + geyser + 300 + time * 104_729 % 97)).astype(np.int32)
        return Readings(time, time, watts)


@dataclass(frozen=True)
class Flawed:
    """A recording: 30 s, 7 s off the minute, no geyser, with gaps, nulls, repeated rows and exports below zero."""

    name: str = "mine"
    seed: int = 0
    step: ClassVar[int] = 30
    meters: ClassVar[tuple[str, ...]] = ("AC", "Overall")
    span: ClassVar[tuple[int, int]] = (1_777_573_807, 1_777_573_807 + 3 * 86_400)
    cap: ClassVar[tuple[int, int, int]] = (3000, 0, 9000)
    rest: ClassVar[tuple[int, int]] = (0, 2000)
    description: ClassVar[str] = "a recording for tests"
    rated: ClassVar[dict[str, float]] = {"AC": 1.5, "Overall": 5.0}

    @property
    def calendar(self) -> Calendar:
        return Calendar(zone_of("Europe/Berlin"))

    def truth(self, start: int, end: int) -> Readings:
        first, last = self.span
        time = np.arange(first, last, self.step)
        slot = np.arange(len(time))
        time = np.repeat(time, np.where(slot % 101 == 5, 2, np.where(slot // 40 % 17 == 3, 0, 1)))
        time = time[(time >= start) & (time < end)]
        overall = (time * 7919 % 5000 - 500).astype(np.int32)
        overall[time // 30 % 13 == 2] = MISSING
        ac = np.where(time // 900 % 2, 1500, 0).astype(np.int32)
        return Readings(time, time, np.stack((ac, np.full(len(time), MISSING, np.int32), overall)))


HOME, FLAWED = Home(), Flawed()
START = HOME.calendar.midnight(HOME.calendar.day(1_777_600_000))
HOURS = 3600


def plan_of(kind: str, source: Home | Flawed = HOME, **keys: object) -> faults.Plan:
    """A plan with that kind alone, busy enough to be seen in hours."""
    length = min(KINDS[kind].longest, 20 * source.step)
    lines = {"kind": kind, "per_day": 500 // source.step + 60, "length": [1, length]} | keys
    text = "\n".join(f"{key} = {json.dumps(value)}" for key, value in lines.items())
    return faults.read_plan(f"[[fault]]\n{text}")


def able(source: Home | Flawed) -> list[str]:
    return [name for name, kind in KINDS.items() if any(set(target) <= set(source.meters) for target in kind.targets)
            or kind.of_rows]  # fmt: skip


CASES = [(name, source) for source in (HOME, FLAWED) for name in able(source)]
every_case = pytest.mark.parametrize(("name", "source"), CASES, ids=[f"{name}-{source.name}" for name, source in CASES])


def window(source: Home | Flawed, offset: int, length: int) -> tuple[int, int]:
    return START + offset * source.step, START + (offset + length) * source.step


def second_by_second(rows: Readings) -> dict[int, list[tuple[int, int, tuple[int, ...]]]]:
    """Arrival -> its rows as (arrival, time, watts)."""
    found: dict[int, list[tuple[int, int, tuple[int, ...]]]] = {}
    for arrival, time, watts in zip(rows.arrival.tolist(), rows.time.tolist(), rows.watts.T.tolist(), strict=True):
        found.setdefault(arrival, []).append((arrival, time, tuple(watts)))
    return found


def altered(kind: str, source: Home | Flawed, plan: faults.Plan, start: int, end: int) -> set[tuple[str, int]]:
    """(meter, second) altered, found by comparing what is reported with the truth, row by row."""
    truth = second_by_second(source.truth(start, end))
    reported = second_by_second(faults.reported(source, plan, start, end + source.step))
    found: set[tuple[str, int]] = set()
    for second, rows in truth.items():
        came = [row for row in reported.get(second, ()) if kind != "out_of_order" or row[1] == second]
        if KINDS[kind].of_rows:
            assert {row[2] for row in came} <= {row[2] for row in rows}, "faults of rows and time keep the values"
            if came != rows:
                found.add(("*", second))
        else:
            assert [row[:2] for row in came] == [row[:2] for row in rows], "faults of values keep rows and times"
            for before, after in zip(rows, came, strict=True):
                found |= {
                    (meter, second) for meter, one, two in zip(METERS, before[2], after[2], strict=True) if one != two
                }
    return found


def covered(source: Home | Flawed, plan: faults.Plan, start: int, end: int) -> set[tuple[str, int]]:
    """(meter, second of a row) that effective labels cover."""
    rows = faults.labels(source, plan, start, end).to_pylist()
    return {
        (row["meter"], second)
        for row in rows
        if row["effective"]
        for second in range(int(row["start"].timestamp()), int(row["end"].timestamp()), source.step)
    }


@every_case
@settings(max_examples=12, deadline=None)
@given(offset=st.integers(0, 2000), length=st.integers(1, 1500))
def test_a_second_is_altered_if_and_only_if_a_label_covers_it(
    name: str, source: Home | Flawed, offset: int, length: int
) -> None:
    plan = plan_of(name, source)
    start, end = window(source, offset, length)
    assert altered(name, source, plan, start, end) == covered(source, plan, start, end)


@every_case
def test_every_kind_alters_something(name: str, source: Home | Flawed) -> None:
    assert covered(source, plan_of(name, source), *window(source, 0, 5000))


@every_case
@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(1, 1999), max_size=6))
def test_batch_equals_chunks(name: str, source: Home | Flawed, cuts: list[int]) -> None:
    plan = plan_of(name, source)
    start, end = window(source, 0, 2000)
    edges = [start, *sorted({start + cut * source.step for cut in cuts}), end]
    whole = faults.reported(source, plan, start, end)
    pieces = [faults.reported(source, plan, low, high) for low, high in pairwise(edges)]
    for field in ("arrival", "time", "watts"):
        together = np.concatenate([getattr(piece, field) for piece in pieces], axis=-1)
        assert np.array_equal(getattr(whole, field), together)
    assert (np.diff(whole.arrival) >= 0).all()
    labelled = [covered(source, plan, low, high) for low, high in pairwise(edges)]
    assert set().union(*labelled) == covered(source, plan, start, end)


@every_case
def test_long_episodes_cross_midnight_and_labels_of_days_add_up(name: str, source: Home | Flawed) -> None:
    longest = min(KINDS[name].longest, 20_000)
    plan = plan_of(name, source, per_day=6, length=[longest // 2, longest])
    days = [source.calendar.midnight(source.calendar.day(START + 86_400 * day + HOURS)) for day in range(4)]
    each = [faults.labels(source, plan, low, high) for low, high in pairwise(days)]
    assert (
        list(chain(*(table.to_pylist() for table in each)))
        == faults.labels(source, plan, days[0], days[-1]).to_pylist()
    )
    start = days[1] - 600 * source.step
    end = days[1] + 600 * source.step
    assert altered(name, source, plan, start, end) == covered(source, plan, start, end)


@every_case
def test_the_seed_and_the_name_decide(name: str, source: Home | Flawed) -> None:
    start, end = window(source, 0, 4000)
    plan = plan_of(name, source)
    kind = type(source)
    first = faults.labels(source, plan, start, end)
    assert first.equals(faults.labels(kind(), plan, start, end))
    assert not first.equals(faults.labels(kind(seed=1), plan, start, end))
    assert covered(source, plan, start, end) != covered(kind(name="B/3"), plan, start, end)


def strong(name: str) -> Iterator[tuple[str, dict[str, float], int, int]]:
    """Of each reading of the home that a kind touched: meter, parameters, what it was and what it became."""
    plan = plan_of(name)
    start, end = window(HOME, 0, 60_000)
    truth, reported = HOME.truth(start, end).watts, faults.reported(HOME, plan, start, end).watts
    for row in faults.labels(HOME, plan, start, end).to_pylist():
        meter, parameters = METERS.index(row["meter"]), json.loads(row["parameters"])
        for second in range(int(row["start"].timestamp()) - start, int(row["end"].timestamp()) - start):
            yield row["meter"], parameters, int(truth[meter, second]), int(reported[meter, second])


def test_negative_loses_the_sign() -> None:
    assert {(was, became) for *_, was, became in strong("negative") if became != -was} == set()


@pytest.mark.parametrize(("name", "low", "high"), [("large", 10, 100), ("spike", 1.2, 10), ("bypass", 0.2, 0.8)])
def test_factors_are_within_their_limits_and_as_labelled(name: str, low: float, high: float) -> None:
    for _, parameters, was, became in strong(name):
        assert low <= parameters["factor"] <= high
        assert became == pytest.approx(was * parameters["factor"], abs=0.51)


def test_missing_has_no_value() -> None:
    assert {became for *_, became in strong("missing")} == {MISSING}


def test_drift_ends_at_its_gain() -> None:
    for _, parameters, was, became in strong("drift"):
        assert abs(parameters["gain"]) <= 0.2
        assert abs(became - was) <= abs(parameters["gain"]) * was + 0.51


def test_noise_is_of_the_labelled_size() -> None:
    shaken = []
    for _, parameters, was, became in strong("noise"):
        if parameters["coarse"]:
            assert became % parameters["grid"] == 0
            assert abs(became - was) <= parameters["grid"] / 2
        elif was > 1000:
            shaken.append((became - was) / parameters["deviation"])
    assert len(shaken) > 500
    assert 0.93 < np.std(shaken) < 1.07
    assert np.abs(shaken).max() < 3.6


def test_unit_is_a_thousandfold_either_way() -> None:
    for _, parameters, was, became in strong("unit"):
        assert became == ((was + 500) // 1000 if parameters["down"] else was * 1000)


def test_reversed_turns_the_sign() -> None:
    assert all(became == -was for *_, was, became in strong("reversed"))


def test_swap_exchanges_two_meters() -> None:
    plan = plan_of("swap")
    start, end = window(HOME, 0, 8000)
    truth, reported = HOME.truth(start, end).watts, faults.reported(HOME, plan, start, end).watts
    rows = faults.labels(HOME, plan, start, end).to_pylist()
    assert rows
    for row in rows:
        one, two = (METERS.index(meter) for meter in json.loads(row["parameters"])["meters"])
        for second in range(int(row["start"].timestamp()) - start, int(row["end"].timestamp()) - start):
            assert reported[one, second] == truth[two, second]
            assert reported[two, second] == truth[one, second]


def test_stuck_repeats_the_value_before() -> None:
    plan = plan_of("stuck", length=60)
    start, end = window(HOME, 0, 8000)
    truth, reported = HOME.truth(start - 100, end).watts, faults.reported(HOME, plan, start, end).watts
    episodes: dict[tuple[str, str], set[int]] = {}
    for row in faults.labels(HOME, plan, start, end).to_pylist():
        meter, first = METERS.index(row["meter"]), int(row["start"].timestamp()) - start
        if row["effective"]:
            values = set(reported[meter, first : int(row["end"].timestamp()) - start].tolist())
            assert values <= set(truth[meter, first : first + 100].tolist()), "a value of the minute before"
            episodes.setdefault((row["episode"], row["meter"]), set()).update(values)
    assert episodes
    assert all(len(values) == 1 for values in episodes.values())


def test_gaps_are_silent_duplicates_twice_and_clocks_shifted() -> None:
    start, end = window(HOME, 0, 8000)
    for name, rows_a_second in (("gap", 0), ("duplicate", 2), ("clock", 1)):
        plan = plan_of(name)
        reported = faults.reported(HOME, plan, start, end)
        for row in faults.labels(HOME, plan, start, end).to_pylist():
            assert (row["meter"], row["effective"]) == ("*", True)
            first, last = int(row["start"].timestamp()), int(row["end"].timestamp())
            mine = (reported.arrival >= first) & (reported.arrival < last)
            assert mine.sum() == rows_a_second * (last - first)
            offset = json.loads(row["parameters"]).get("offset", 0)
            assert (reported.time[mine] == reported.arrival[mine] + offset).all()


def test_an_out_of_order_row_comes_a_step_late_after_its_successor() -> None:
    start, end = window(HOME, 0, 8000)
    plan = plan_of("out_of_order")
    reported = faults.reported(HOME, plan, start, end)
    late = np.flatnonzero(np.diff(reported.time) < 0) + 1
    assert len(late)
    assert (reported.time[late] == reported.time[late - 1] - 1).all()
    assert (reported.arrival[late] == reported.time[late] + 1).all()


@pytest.mark.parametrize("source", [HOME, FLAWED], ids=["A", "mine"])
def test_faults_of_rows_that_follow_each_other_at_once_keep_apart(source: Home | Flawed) -> None:
    plan = faults.read_plan(
        f"""[[fault]]
        kind = ["gap", "duplicate", "out_of_order"]
        per_day = {20_000 // source.step}
        length = [1, {4 * source.step}]"""
    )
    start, end = window(source, 0, 4000)
    came = Counter(faults.reported(source, plan, start, end + source.step).time.tolist())
    sound = Counter(source.truth(start, end).time.tolist())
    times = {"gap": 0, "duplicate": 2, "out_of_order": 1}
    wanted = dict(sound)
    stretches = []
    for row in faults.labels(source, plan, start, end).to_pylist():
        if row["effective"]:
            first, last = int(row["start"].timestamp()), int(row["end"].timestamp())
            stretches.append((first, last, row["kind"]))
            wanted |= {time: sound[time] * times[row["kind"]] for time in sound if first <= time < last}
    assert {(one[2], two[2]) for one, two in pairwise(stretches) if one[1] == two[0]} >= {("duplicate", "gap")}
    assert {time: came[time] for time in sound} == wanted


def test_in_a_recording_labels_cover_whole_steps_and_a_late_row_has_one_to_come_after() -> None:
    start, end = window(FLAWED, 0, 5000)
    present = set(FLAWED.truth(start, end + FLAWED.step).time.tolist())
    for name in able(FLAWED):
        for row in faults.labels(FLAWED, plan_of(name, FLAWED, per_day=1000), start, end).to_pylist():
            first, last = int(row["start"].timestamp()), int(row["end"].timestamp())
            assert (first - FLAWED.span[0]) % FLAWED.step == 0
            assert (last - first) % FLAWED.step == 0
            if row["effective"] and name == "out_of_order":
                assert first + FLAWED.step in present


def test_a_fault_that_changes_nothing_is_labelled_ineffective() -> None:
    plan = plan_of("negative", meters=["Geyser"])
    start, end = window(HOME, 0, 8000)
    rows = faults.labels(HOME, plan, start, end).to_pylist()
    truth = HOME.truth(start, end).watts[1]
    assert {row["effective"] for row in rows} == {True, False}
    for row in rows:
        if not row["effective"]:
            assert not truth[int(row["start"].timestamp()) - start : int(row["end"].timestamp()) - start].any()


@pytest.mark.parametrize("name", KINDS)
def test_the_example_of_each_kind_is_a_plan(name: str) -> None:
    plan = faults.read_plan(f'[[fault]]\nkind = "{name}"\n{KINDS[name].example}')
    month = faults.labels(HOME, plan, START, START + 30 * 86_400)
    assert set(month["kind"].to_pylist()) == {name}


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_has_a_sentence_and_sound_parameters(name: str) -> None:
    kind = KINDS[name]
    assert kind.doc.endswith(".")
    assert len(kind.parameters) <= PARAMETERS
    assert 1 <= kind.length[0] <= kind.length[1] <= kind.longest
    for parameter in kind.parameters:
        assert parameter.limits[0] <= parameter.default[0] <= parameter.default[1] <= parameter.limits[1]
        assert parameter.doc


def test_the_formulas_are_those_of_the_compiled_code_in_its_order() -> None:
    text = (Path(faults.__file__).parents[1] / "faults.c").read_text()
    listed = re.search(r"enum \{\s*(NEGATIVE.*?)\};", text, re.DOTALL)
    assert listed is not None
    assert re.findall(r"\b[A-Z_]+\b", listed[1]) == [formula.name for formula in Formula]
    assert {kind.formula for kind in KINDS.values()} == set(Formula)
