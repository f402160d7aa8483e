"""Scoring: known answers, no point adjustment, tables of any kind, and refusals."""

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wattloom as wl

SPELLS = {
    "meter": ["AC", "*", "AC"],
    "episode": ["1", "2", "3"],
    "kind": ["stuck", "clock", "stuck"],
    "start": [30, 95, 200],
    "end": [60, 101, 210],
    "effective": [True, True, False],
}


def test_known_answers() -> None:
    found = wl.score(SPELLS, {"time": [45, 90, 150], "meter": ["AC", "Overall", "AC"]}, 15, 0, 240)
    stuck, clock = found.kinds["stuck"], found.kinds["clock"]
    assert (stuck.windows, stuck.hits, stuck.recall, stuck.precision) == (2, 1, 0.5, 0.5)
    assert stuck.f1 == pytest.approx(2 / (2 + 1 + 1))
    assert (stuck.delay, clock.delay) == (30, 10)
    assert (clock.windows, clock.recall) == (1, 1.0)
    assert (found.false_windows, found.false_alarms) == (1, 1)
    assert found.false_alarms_per_day == pytest.approx(86_400 / 240)
    assert "| stuck | 1 | 1 | 2 |" in str(found)
    assert found.json()["kinds"]["clock"]["found"] == 1


def test_by_meter_a_flag_must_be_on_the_altered_meter() -> None:
    flags = {"time": [30, 90], "meter": ["Overall", "Overall"]}
    loose, strict = (wl.score(SPELLS, flags, 15, 0, 240, by_meter=by) for by in (False, True))
    assert loose.kinds["stuck"].hits == 1
    assert strict.kinds["stuck"].hits == 0
    assert (loose.false_windows, strict.false_windows) == (0, 1)
    assert strict.kinds["clock"].windows == 3, "a fault of rows has all meters"


def test_no_point_adjustment() -> None:
    spell = {"episode": ["1"], "meter": ["AC"], "kind": ["stuck"], "start": [0], "end": [900], "effective": [True]}
    found = wl.score(spell, {"time": [450]}, 15, 0, 1800)
    assert found.kinds["stuck"].recall == pytest.approx(1 / 60)
    assert found.kinds["stuck"].delay == 465


def test_between_the_altered_seconds_of_an_episode_a_flag_is_no_false_alarm() -> None:
    one: dict[str, list[object]] = {"episode": ["1"], "meter": ["AC"], "kind": ["stuck"], "effective": [True]}
    spells = {name: values * 2 for name, values in one.items()}
    found = wl.score(spells | {"start": [0, 300], "end": [15, 315]}, {"time": [150, 315, 330]}, 15, 0, 600)
    assert found.false_windows == 1, "315 follows at once, 330 does not"
    assert found.kinds["stuck"].windows == 2


def test_critical_is_no_fault_and_names_are_counted() -> None:
    flags = {"time": [30, 45, 600], "reasons": ["stuck;critical", "imbalance", "critical"]}
    found = wl.score(SPELLS, flags, 15, 0, 900)
    assert found.false_windows == 0
    assert (found.kinds["stuck"].hits, found.kinds["stuck"].named) == (2, 1)


def test_ignored_stretches_count_neither_way() -> None:
    flags = {"time": [150]}
    assert wl.score(SPELLS, flags, 15, 0, 240, ignored={"start": [140], "end": [160]}).false_windows == 0


def test_tables_of_arrow_pandas_and_dicts_agree() -> None:
    flags = {"time": pd.to_datetime([45, 90], unit="s", utc=True), "meter": ["AC", "AC"]}
    frame = pd.DataFrame(flags)
    text = {"time": ["1970-01-01T05:30:45+05:30", "1970-01-01T00:01:30+00:00"]}
    results = [
        wl.score(labels, found, 15, 0, 240).json()
        for labels in (SPELLS, pa.table(SPELLS), pd.DataFrame(SPELLS))
        for found in (frame, pa.Table.from_pandas(frame), text)
    ]
    assert all(result == results[0] for result in results)


def test_nothing_flagged_and_nothing_labelled() -> None:
    none: dict[str, list[object]] = {name: [] for name in ("meter", "kind", "start", "end", "episode", "effective")}
    assert wl.score(none, {"time": []}, 15, 0, 240).kinds == {}
    found = wl.score(SPELLS, {"time": []}, 15, 0, 240)
    assert (found.kinds["stuck"].precision, found.kinds["stuck"].f1, found.kinds["stuck"].delay) == (None, 0.0, None)


@given(st.sets(st.integers(0, 15)))
def test_flagging_exactly_what_was_altered_is_perfect(windows: set[int]) -> None:
    spells = {
        "meter": ["AC"] * len(windows), "episode": [str(w) for w in windows], "kind": ["spike"] * len(windows),
        "start": [15 * w + 3 for w in windows], "end": [15 * w + 5 for w in windows],
        "effective": [True] * len(windows),
    }  # fmt: skip
    found = wl.score(spells, {"time": [15 * w for w in windows]}, 15, 0, 240)
    assert found.false_windows == 0
    assert all(kind.f1 == 1.0 for kind in found.kinds.values())
    assert not windows or found.kinds["spike"].hits == len(windows)


@pytest.mark.parametrize(
    ("labels", "flags", "interval", "message"),
    [
        ({"start": [1]}, {"time": [1]}, 15, "labels lacks the column 'meter'; it has start."),
        (SPELLS, {"when": [1]}, 15, "flags lacks the column 'time'; it has when."),
        (SPELLS, {"time": [1]}, 0, "interval must be 1 or more"),
        (SPELLS, {"time": [1]}, 500, "a window must lie between start and end"),
    ],
)
def test_bad_input_is_a_refusal(labels: object, flags: object, interval: int, message: str) -> None:
    with pytest.raises(wl.Refusal, match=message):
        wl.score(labels, flags, interval, 0, 240)
