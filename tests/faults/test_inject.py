"""Injecting: the measured recordings, and one with every flaw of its own."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattloom import faults
from wattloom.errors import Refusal
from wattloom.readings import METERS, MISSING
from wattloom.recording import Recording, read_recording

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
MEASURED = sorted(DATA.glob("measured_home_*.csv.gz"))
FLAWED = """time,AC,Overall
2026-05-01T00:00:00+02:00,0.000,0.410
2026-05-01T00:01:00+02:00,1.500,1.910
2026-05-01T00:01:00+02:00,1.400,1.800
2026-05-01T00:02:00+02:00,,1.920
2026-05-01T00:06:00+02:00,1.500,-0.250
2026-05-01T00:05:00+02:00,1.500,1.950
2026-05-01T00:07:00+02:00,1.500,
2026-05-01T00:08:00+02:00,1.500,1.970
2026-05-01T00:09:00+02:00,0.000,0.420
"""


@pytest.fixture
def flawed(tmp_path: Path) -> Recording:
    file = tmp_path / "flawed.csv"
    file.write_text(FLAWED)
    return read_recording(file)


def test_its_own_flaws_are_counted(flawed: Recording) -> None:
    assert str(faults.flaws(flawed)) == (
        "gaps: 1, rows in them: 2, repeated rows: 1, rows out of order: 1, missing values: 2"
    )
    assert faults.flaws(flawed)


def test_its_own_flaws_are_kept(flawed: Recording) -> None:
    twin = faults.inject(flawed, faults.plan("none"))
    assert np.array_equal(twin.rows.time, flawed.rows.time)
    assert np.array_equal(twin.rows.watts, flawed.rows.watts)
    assert twin.labels.num_rows == 0


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), kind=st.sampled_from(sorted(set(faults.KINDS) - {"out_of_order"})))
def test_rows_of_one_time_are_altered_alike_and_all_else_is_untouched(seed: int, kind: str) -> None:
    rows = _flawed_rows(seed)
    twin = faults.inject(rows, faults.read_plan(f'[[fault]]\nkind = "{kind}"\nrate = 0.2\nlength = [1, 60]'))
    covered = {
        (row["meter"], second)
        for row in twin.labels.to_pylist()
        if row["effective"]
        for second in range(int(row["start"].timestamp()), int(row["end"].timestamp()), 60)
    }
    times = rows.rows.time.tolist()
    if kind in ("gap", "duplicate"):
        copies = {"gap": 0, "duplicate": 2}[kind]
        expected = [time for time in times for _ in range(copies if ("*", time) in covered else 1)]
        assert twin.rows.time.tolist() == expected
        return
    shifted = {row for row, time in enumerate(times) if ("*", time) in covered}
    assert {row for row in range(len(times)) if twin.rows.time[row] != times[row]} == shifted
    for number, meter in enumerate(METERS):
        before, after = rows.rows.watts[number].tolist(), twin.rows.watts[number].tolist()
        changed = {times[row] for row in range(len(times)) if before[row] != after[row]}
        assert changed == {second for name, second in covered if name == meter}
        assert all(one == two for one, two in zip(before, after, strict=True) if one == MISSING)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_marks_name_the_fault_of_each_row_of_a_disordered_recording(seed: int) -> None:
    mine = _flawed_rows(seed)
    twin = faults.inject(
        mine, faults.read_plan('[[fault]]\nkind = ["stuck", "negative", "clock"]\nrate = 0.1\nlength = 90')
    )
    covered = {
        (row["meter"], second): row["kind"]
        for row in twin.labels.to_pylist()
        if row["effective"]
        for second in range(int(row["start"].timestamp()), int(row["end"].timestamp()), 60)
    }
    assert set(covered.values()) == {"stuck", "negative", "clock"}
    for number, meter in enumerate(METERS):
        own, after = (rows.watts[number].tolist() for rows in (mine.rows, twin.rows))
        rows = zip(mine.rows.time.tolist(), own, after, strict=True)
        expected = [covered.get(("*", time)) if one == two else covered[meter, time] for time, one, two in rows]
        assert twin.marks[meter].to_pylist() == expected


def _flawed_rows(seed: int) -> Recording:
    rows = np.random.default_rng(seed)
    time = 1_777_586_400 + 60 * np.arange(200)
    keep = np.sort(np.concatenate((np.flatnonzero(rows.random(200) > 0.1), rows.integers(0, 200, 8))))
    keep = keep[np.argsort(keep + rows.integers(0, 2, len(keep)) * 1.5, kind="stable")]
    watts = rows.integers(-100, 3000, (3, len(keep))).astype(np.int32)
    watts[:, rows.random(len(keep)) < 0.1] = MISSING
    text = "time,AC,Geyser,Overall\n" + "".join(
        f"{np.datetime64(int(second), 's')}Z,{','.join('' if v == MISSING else f'{v / 1000:.3f}' for v in row)}\n"
        for second, row in zip(time[keep], watts.T.tolist(), strict=True)
    )
    with TemporaryDirectory() as folder:
        file = Path(folder) / "mine.csv"
        file.write_text(text)
        return read_recording(file, seed=seed)


def test_a_row_out_of_order_comes_after_the_next_one(flawed: Recording) -> None:
    plan = faults.read_plan('[[fault]]\nkind = "out_of_order"\nevery = 1')
    twin = faults.inject(flawed, plan)
    assert sorted(twin.rows.time.tolist()) == sorted(flawed.rows.time.tolist())
    assert twin.rows.time.tolist() != flawed.rows.time.tolist()


def test_a_meter_that_the_recording_lacks_is_refused(flawed: Recording) -> None:
    with pytest.raises(Refusal, match='"Geyser", which flawed lacks; allowed: AC, Overall'):
        faults.inject(flawed, faults.read_plan('[[fault]]\nkind = "stuck"\nrate = 0.1\nmeters = ["Geyser"]'))


@pytest.mark.skipif(not MEASURED, reason="the measured recordings are not beside this repository")
@pytest.mark.parametrize("file", MEASURED, ids=lambda file: file.name)
def test_the_measured_recordings(file: Path) -> None:
    recording = read_recording(file, zone="Europe/Paris")
    plan = faults.read_plan(
        '[[fault]]\nkind = ["missing", "stuck", "drift", "noise", "unit", "reversed"]\nper_day = 30\nlength = 3600'
    )
    twin = faults.inject(recording, plan)
    assert np.array_equal(twin.rows.time, recording.rows.time)
    covered = np.zeros((3, len(recording.rows)), np.bool_)
    for row in twin.labels.filter(twin.labels["effective"]).to_pylist():
        start, end = int(row["start"].timestamp()), int(row["end"].timestamp())
        covered[METERS.index(row["meter"])] |= (recording.rows.time >= start) & (recording.rows.time < end)
    assert np.array_equal(twin.rows.watts != recording.rows.watts, covered)
    assert covered.any()
