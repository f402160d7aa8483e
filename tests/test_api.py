"""`import wattloom as wl`: the same world as files and streams, as tables."""

import subprocess
import sys
from datetime import date
from importlib import resources
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import wattloom as wl
from wattloom import faults
from wattloom.readings import METERS, kilowatts


def test_truth_is_the_truth_of_the_household() -> None:
    home = wl.household("B/4", seed=3)
    start = home.calendar.midnight(date(2026, 3, 1))
    expected = home.truth(start, start + 2 * 86_400)
    for asked in (home, "B/4"):
        table = wl.truth(asked, "2026-03-01", days=2, seed=3)
        assert table["time"].cast(pa.int64()).to_numpy().tolist() == (expected.time * 1000).tolist()
        for number, meter in enumerate(METERS):
            assert (table[meter].to_numpy() == kilowatts(expected.watts[number])).all()


def test_a_dataset_is_truth_reported_and_labels() -> None:
    data = wl.dataset("A", date(2026, 5, 1), days=2, faults="every-100")
    home, plan = wl.household("A"), faults.plan("every-100")
    start = home.calendar.midnight(date(2026, 5, 1))
    assert data.truth.equals(wl.truth("A", "2026-05-01", 2))
    assert data.labels.equals(faults.labels(home, plan, start, start + 2 * 86_400))
    altered = data.truth["AC"].to_pylist() != data.reported["AC"].to_pylist()
    assert altered


def test_plans_come_by_name_file_or_value(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[[fault]]\nkind = 'stuck'\nper_day = 3\n")
    plan = faults.load_plan(file)
    by = [wl.dataset("A", "2026-05-01", faults=which).labels for which in (file, str(file), plan)]
    assert by[0].num_rows > 0
    assert by[0].equals(by[1])
    assert by[0].equals(by[2])


def test_a_profile_is_a_household_by_its_path(tmp_path: Path) -> None:
    text = resources.files("wattloom.profiles").joinpath("classic-a.toml").read_text()
    file = tmp_path / "mine.toml"
    file.write_text(text.replace('name = "classic-a"', 'name = "mine"'))
    assert wl.truth(file, "2026-05-01")["AC"][0].as_py() == 1.5
    assert wl.household(str(file)).name == "mine"


def test_pandas_takes_the_table_without_a_copy_of_its_values() -> None:
    table = wl.truth("A", "2026-05-01")
    frame = table.to_pandas(zero_copy_only=False)
    assert frame["time"].dt.tz is not None
    assert frame.set_index("time")["Overall"].resample("15min").mean().gt(0).all()
    assert table["AC"].chunk(0).to_numpy(zero_copy_only=True).dtype == "float32"
    assert isinstance(frame, pd.DataFrame)


def test_recordings_are_homes_too(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("time,Overall\n" + "".join(f"2026-05-01T00:{m:02d}:00+05:30,0.{m:02d}\n" for m in range(60)))
    mine = wl.read_recording(file)
    table = wl.truth(mine, "2026-05-01")
    assert table.column_names == ["time", "Overall"]
    assert table["Overall"].to_pylist()[::20] == pytest.approx([0.0, 0.2, 0.4])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("Z", "2026-05-01"), "Unrecognized house"),
        (("A", "May"), "'May' is no day; it must be as '2026-05-01'"),
        (("A", "2026-05-01", 0), "0 days are asked for"),
        (("A", "2026-05-01", 10**12), "days must be from"),
        (("A", "9999-12-31"), "days must be from"),
    ],
)
def test_bad_input_is_a_refusal(arguments: tuple[str, str], message: str) -> None:
    with pytest.raises(wl.Refusal, match=message):
        wl.truth(*arguments)


def test_household_is_the_function_whatever_was_imported_before() -> None:
    program = "import wattloom.houses, wattloom.household, wattloom as wl; print(wl.household('A').name)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "A\n"
