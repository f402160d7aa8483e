"""Checking: every recording has a defined answer or a clear refusal; what is flagged does not depend on the blocks."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import wattloom as wl
from wattloom.checking import inspect
from wattloom.faults import plan, reported
from wattloom.household import household
from wattloom.quality import MOST_ROWS, Judge
from wattloom.readings import METERS, MISSING, Readings
from wattloom.report import Report
from wattloom.rowfile import Rows

SHARED = Path(__file__).parents[1] / ".." / "shared" / "data"
HOME = household("A")
START = HOME.calendar.midnight(date(2026, 5, 1))
HOURS = 6


def write(path: Path, rows: Readings, meters: tuple[str, ...] = METERS, change: Any = None) -> Path:
    watts = rows.watts / 1000
    columns = {m: np.where(rows.watts[i] == MISSING, np.nan, watts[i]) for i, m in enumerate(METERS) if m in meters}
    frame = pd.DataFrame(
        {"time": pd.to_datetime(rows.time, unit="s", utc=True).strftime("%Y-%m-%dT%H:%M:%SZ"), **columns}
    )
    (frame if change is None else change(frame)).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("check")


@pytest.fixture(scope="module")
def clean(folder: Path) -> Path:
    return write(folder / "clean.csv", HOME.truth(START, START + HOURS * 3600))


def altered(folder: Path, name: str, change: Any, meters: tuple[str, ...] = METERS) -> Path:
    return write(folder / f"{name}.csv", HOME.truth(START, START + HOURS * 3600), meters, change)


def test_a_clean_recording_is_believed(clean: Path) -> None:
    report = wl.check(clean, baseline=clean)
    assert not report.found
    assert report.flags.num_rows == 0
    assert "nothing found" in str(report)
    assert report.windows == HOURS * 240


def test_a_household_is_a_baseline_too(clean: Path) -> None:
    assert not wl.check(clean, baseline=HOME).found


def test_faults_are_found_named_and_counted(folder: Path, clean: Path) -> None:
    rows = reported(HOME, plan("every-600"), START, START + HOURS * 3600)
    report = wl.check(write(folder / "bad.csv", rows), baseline=clean, interval=15)
    assert report.found
    assert report.bad == HOURS * 6
    told = {reason for text in report.flags["reasons"].to_pylist() for reason in text.split(";")}
    assert {"missing", "impossible"} <= told
    assert report.flags.column_names == ["time", "meter", "status", "reasons"]
    assert report.flags["time"][0].as_py() == "2026-04-30T18:30:00+00:00"
    assert set(report.flags["status"].to_pylist()) <= {"Red", "Critical Red"}
    assert report.json()["bad"] == report.bad


def test_the_blocks_of_a_file_do_not_matter(folder: Path, clean: Path) -> None:
    rows = reported(HOME, plan("sparse"), START, START + HOURS * 3600)
    path = write(folder / "sparse.csv", rows)
    found = []
    for size in (10**6, 5000, 777):
        inspection = inspect(path, clean, 15)
        whole = list(inspection.blocks())

        def blocks(whole: list[Rows] = whole, size: int = size) -> Iterator[Rows]:
            for block in whole:
                for k in range(0, len(block.time), size):
                    yield Rows(block.first + k, block.time[k : k + size], block.watts[:, k : k + size])

        inspection.blocks = blocks
        report = Report(inspection, keep=True)
        for block in inspection.judge():
            report.take(block)
        found.append(report.flags)
    assert found[0].num_rows > 100
    assert found[0].equals(found[1])
    assert found[0].equals(found[2])


def test_batch_is_live(clean: Path, folder: Path) -> None:
    """What check says of a file's rows is what a judge says that sees them arrive."""
    rows = reported(HOME, plan("every-50"), START, START + HOURS * 3600)
    inspection = inspect(write(folder / "live.csv", rows), clean, 15)
    flags = Judge(inspection.base).flags(rows)
    bad = np.unique((rows.arrival[(flags != 0).any(axis=0)] - START) // 15)
    found = {finding.start for block in inspection.judge() for finding in block.findings}
    assert found == set((START + 15 * bad).tolist())


CHANGES: dict[str, tuple[Any, str, bool]] = {
    "all zero": (lambda f: f.assign(AC=0.0, Geyser=0.0, Overall=0.0), "impossible", True),
    "all null": (lambda f: f.assign(AC=np.nan, Geyser=np.nan, Overall=np.nan), "missing", True),
    "in watts": (lambda f: f.assign(**{m: f[m] * 1000 for m in METERS}), "unit", True),
    "a tenth gone": (lambda f: f.drop(f.index[3000:5160]), "gap", True),
    "one hour": (lambda f: f.iloc[:3600], "", False),
}


@pytest.mark.parametrize("name", CHANGES)
def test_odd_recordings_have_an_answer(name: str, folder: Path, clean: Path) -> None:
    change, reason, found = CHANGES[name]
    report = wl.check(altered(folder, name.replace(" ", "-"), change), baseline=clean)
    assert report.found == found
    if reason:
        assert max(report.counts, key=lambda r: sum(report.counts[r].values())) == reason


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("all zero", "is 0 throughout"),
        ("all null", "has no value at all"),
        ("in watts", "look like W"),
        ("one hour", "No baseline"),
    ],
)
def test_without_a_baseline_it_says_so_and_what_is_odd(name: str, note: str, folder: Path) -> None:
    report = wl.check(altered(folder, f"alone-{name.replace(' ', '-')}", CHANGES[name][0]))
    assert any(note in line for line in report.inspection.notes)
    assert any("No baseline" in line for line in report.inspection.notes)
    assert report.inspection.itself


def test_without_overall_there_is_no_sum_to_check(folder: Path, clean: Path) -> None:
    report = wl.check(altered(folder, "parts", None, ("AC", "Geyser")), baseline=clean)
    assert not report.found
    assert any("No Overall" in note for note in report.inspection.notes)
    assert report.inspection.meters == ("AC", "Geyser")


def two_years_later(frame: pd.DataFrame) -> pd.DataFrame:
    late = frame.iloc[3600:7200].assign(time=frame["time"][3600:7200].str.replace("2026", "2028"))
    return pd.concat([frame.iloc[:3600], late])


def test_a_long_gap_is_not_listed_window_by_window(folder: Path, clean: Path) -> None:
    report = wl.check(altered(folder, "years", two_years_later), baseline=clean)
    assert 0 < report.counts["gap"]["AC"] < 2 * 5760


@pytest.mark.parametrize(
    ("change", "interval", "message"),
    [
        (lambda f: f.iloc[::60], 60, "The baseline 'clean' has a row each 1 s, 'refused' each 60 s"),
        (lambda f: f.assign(AC=["x" if k == 5 else v for k, v in enumerate(f["AC"])]), 15, "line 7: AC is 'x'"),
        (lambda f: f.iloc[:1], 15, "rows of two different times"),
        (lambda f: f, 0, "Interval must be > 0"),
        (lambda f: f.rename(columns={"time": "when"}), 15, "there is no column 'time'"),
    ],
)
def test_bad_input_is_a_refusal(change: Any, interval: int, message: str, folder: Path, clean: Path) -> None:
    with pytest.raises(wl.Refusal, match=message):
        wl.check(altered(folder, "refused", change), baseline=clean, interval=interval)


def test_a_baseline_must_have_the_meters(folder: Path, clean: Path) -> None:
    less = altered(folder, "less", None, ("Overall",))
    with pytest.raises(wl.Refusal, match="lacks AC, Geyser, which 'clean' has"):
        wl.check(clean, baseline=less)


def test_an_empty_baseline_is_refused(folder: Path, clean: Path) -> None:
    with pytest.raises(wl.Refusal, match="has no value of AC"):
        wl.check(clean, baseline=altered(folder, "void", CHANGES["all null"][0]))


def test_measured_homes_are_checked() -> None:
    path = SHARED / "measured_home_france_1min.csv.gz"
    if not path.exists():
        pytest.skip("the measured homes are not there")
    report = wl.check(path, zone="Europe/Paris")
    assert report.inspection.interval == 60
    assert report.counts["gap"]["Geyser"] >= 3
    assert report.bad < 0.01 * report.windows
    assert report.inspection.rows < MOST_ROWS
