"""`wattloom inject`: a faulty twin on disk, or nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from wattloom import faults
from wattloom.cli import main
from wattloom.household import household
from wattloom.readings import Readings
from wattloom.recording import read_recording
from wattloom.sinks import table

PLAN = """
[[fault]]
kind = ["missing", "negative", "stuck", "duplicate", "out_of_order", "gap", "clock"]
rate = 0.02
length = [1, 20]
strength = { offset = [-30, 30] }
"""


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """An hour of a household, as somebody would have recorded it, a second lost and one twice."""
    home = household("classic-a")
    start = home.calendar.midnight(home.calendar.day(1_777_600_000)) + 6 * 3600
    truth = home.truth(start, start + 3600)
    rows = np.sort(np.append(np.delete(np.arange(3600), 100), 7))
    file = tmp_path / "home.parquet"
    pq.write_table(table(Readings(truth.arrival[rows], truth.time[rows], truth.watts[:, rows]), home.meters), file)
    (tmp_path / "plan.toml").write_text(PLAN)
    return file


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_the_twin_comes_back_with_its_nulls_order_and_duplicates(
    recording: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = recording.parent
    if form == "csv":
        pyarrow.csv.write_csv(pq.read_table(recording), folder / "home.csv")
    file = folder / f"home.{form}"
    assert main(["inject", str(file), "--faults", str(folder / "plan.toml"), "--out", str(folder / "out")]) == 0
    said = capsys.readouterr()
    assert "gaps: 1, rows in them: 1, repeated rows: 1)" in said.err
    source = read_recording(file)
    twin = faults.inject(source, faults.load_plan(folder / "plan.toml"))
    written = read_recording(folder / f"out/with_errors/home.{form}")
    assert np.array_equal(written.rows.time, twin.rows.time)
    assert np.array_equal(written.rows.watts, twin.rows.watts)
    assert (np.diff(written.rows.time) < 0).any()
    assert (np.diff(written.rows.time) == 0).any()
    if form == "parquet":
        labels = pq.read_table(folder / "out/labels.parquet")
        assert labels.cast(faults.SCHEMA).to_pylist() == twin.labels.to_pylist()
    else:
        labels = pyarrow.csv.read_csv(folder / "out/labels.csv")
        for column in ("kind", "meter", "episode", "effective", "parameters"):
            assert labels[column].to_pylist() == twin.labels[column].to_pylist()
        assert labels["start"].cast(faults.SCHEMA.field("start").type).equals(twin.labels["start"])


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_label_columns_name_the_fault_of_each_row(recording: Path, form: str) -> None:
    folder = recording.parent
    if form == "csv":
        pyarrow.csv.write_csv(pq.read_table(recording), folder / "home.csv")
    file = folder / f"home.{form}"
    command = ["inject", str(file), "--faults", str(folder / "plan.toml"), "--out", str(folder / "out")]
    assert main([*command, "--label-columns"]) == 0
    written = folder / f"out/with_errors/home.{form}"
    if form == "parquet":
        table = pq.read_table(written)
    else:
        options = pyarrow.csv.ConvertOptions(strings_can_be_null=True)
        table = pyarrow.csv.read_csv(written, convert_options=options)
    assert table.column_names == ["time", "AC", "Geyser", "Overall", "AC_fault", "Geyser_fault", "Overall_fault"]
    source = read_recording(file)
    twin = faults.inject(source, faults.load_plan(folder / "plan.toml"))
    expected = faults.columns(twin.labels, twin.rows)  # right where the recording is in order
    for meter in source.meters:
        assert table[f"{meter}_fault"].to_pylist() == expected[meter].to_pylist()
        assert set(table[f"{meter}_fault"].to_pylist()) > {None, "duplicate", "out_of_order", "clock"}


def test_nothing_is_overwritten_without_force(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["inject", str(recording), "--faults", "every-25", "--out", str(recording.parent / "out")]
    assert main(command) == 0
    before = (recording.parent / "out/labels.parquet").read_bytes()
    assert main([*command, "--seed", "1"]) == 2
    assert "--force" in capsys.readouterr().err
    assert (recording.parent / "out/labels.parquet").read_bytes() == before
    assert main([*command, "--seed", "1", "--force"]) == 0
    assert (recording.parent / "out/labels.parquet").read_bytes() != before


@pytest.mark.parametrize(
    ("plan", "file", "said"),
    [
        ('[[fault]]\nkind = "stuck"\nrate = 2.0', None, "fault[0].rate = 2.0; allowed"),
        (None, "time,AC\n2026-05-01T00:00:00Z,1\n2026-05-01T00:00:01Z,1\n", "needs Overall"),
        (None, "AC,Overall\n1,2\n1,2\n", "no column 'time'"),
        (None, "", "no column 'time'"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    tmp_path: Path, plan: str | None, file: str | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plan.toml").write_text(plan or '[[fault]]\nkind = "bypass"\nrate = 0.1')
    (tmp_path / "mine.csv").write_text("time,AC\n" if file is None else file)
    arguments = ["inject", str(tmp_path / "mine.csv"), "--faults", str(tmp_path / "plan.toml")]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error
    assert not (tmp_path / "out").exists()
