"""Data sets: the clean side is the truth, the faulty side what was reported, and days add up."""

import csv
import gzip
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset as hive
import pyarrow.parquet as pq
import pytest

from wattloom import faults
from wattloom.datasets import Order, local_day, write
from wattloom.errors import Refusal
from wattloom.houses import Houses
from wattloom.profile import load
from wattloom.readings import METERS, MISSING, Readings
from wattloom.recording import read_recording, read_recordings
from wattloom.sinks import FORMATS, fault_column
from wattloom.sinks.text import RowText
from wattloom.source import Source

DAY = date(2026, 5, 1)
WIDE = ("realistic_fake_energy_data_without_errors.csv", "realistic_fake_energy_data_with_errors.csv")
#: Episodes of every kind, rows and time included, dense enough for one day.
EVERY_KIND = faults.read_plan(
    "\n".join(f"[[fault]]\nkind = '{kind}'\nper_day = 6" for kind in faults.KINDS), name="every kind"
)


@pytest.fixture(scope="module")
def houses() -> Houses:
    return Houses()


def order(houses: Houses, names: str = "A,B/3", days: int = 1, plan: str = "every-25", **more: object) -> Order:
    start = more.pop("start", DAY)
    found = EVERY_KIND if plan == EVERY_KIND.name else faults.plan(plan)
    return Order([houses.get(name) for name in names.split(",")], start, days, found, **more)  # type: ignore[arg-type]


def of_day(source: Source, plan: faults.Plan | None = None, day: date = DAY) -> Readings:
    start, end = local_day(source, day)
    return source.truth(start, end) if plan is None else faults.reported(source, plan, start, end)


def assert_same(read: Readings, expected: Readings) -> None:
    np.testing.assert_array_equal(read.time, expected.time)
    np.testing.assert_array_equal(read.watts, expected.watts)


def test_the_wide_csv_is_the_truth_and_the_report(houses: Houses, tmp_path: Path) -> None:
    paths = write(order(houses), tmp_path)
    assert sorted(path.name for path in paths) == sorted([*WIDE, "labels.csv"])
    header = (tmp_path / WIDE[0]).read_text().splitlines()[0]
    assert header == "time,A_AC,A_Geyser,A_Overall,B/3_AC,B/3_Geyser,B/3_Overall"
    for name, plan in zip(WIDE, (None, faults.plan("every-25")), strict=True):
        for home in ("A", "B/3"):
            assert_same(read_recording(f"{tmp_path / name}#{home}").rows, of_day(houses.get(home), plan))


def test_times_are_local_and_numbers_have_three_decimals(houses: Houses, tmp_path: Path) -> None:
    write(order(houses, "classic-a"), tmp_path)
    rows, faulty = (list(csv.reader((tmp_path / name).read_text().splitlines())) for name in WIDE)
    assert len(rows) == 86_401
    assert rows[1][0] == "2026-05-01T00:00:00+05:30"
    assert rows[-1][0] == "2026-05-01T23:59:59+05:30"
    assert rows[1][1:3] == ["1.500", "0.000"]
    assert any("" in row for row in faulty)
    assert "-0.000" not in (tmp_path / WIDE[1]).read_text()


@pytest.mark.parametrize("form", FORMATS)
def test_three_days_are_the_three_days_one_by_one(houses: Houses, tmp_path: Path, form: str) -> None:
    write(order(houses, "A,C", 3, format=form), tmp_path / "all")
    for number in range(3):
        one = order(houses, "A,C", 1, format=form, start=date(2026, 5, 1 + number))
        write(one, tmp_path / str(number))
    names = {str(path.relative_to(tmp_path / "all")) for path in (tmp_path / "all").rglob("*") if path.is_file()}
    if form == "csv":
        for name in names:
            parts = [(tmp_path / str(number) / name).read_bytes() for number in range(3)]
            header = parts[0].partition(b"\n")[0] + b"\n"
            assert (tmp_path / "all" / name).read_bytes() == header + b"".join(p.removeprefix(header) for p in parts)
        return
    single = {
        str(path.relative_to(tmp_path / str(number))): path
        for number in range(3)
        for path in (tmp_path / str(number)).rglob(f"part-0.{form}")
    }
    assert names == {*single, f"labels.{form}"}
    assert len(single) == 12
    for name, path in single.items():
        assert (tmp_path / "all" / name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_folders_are_read_as_one_table(houses: Houses, tmp_path: Path, form: str) -> None:
    write(order(houses, "A,B/3", 2, format=form), tmp_path)
    table = hive.dataset(tmp_path / "with_errors", format=form, partitioning="hive").to_table()
    assert table.num_rows == 2 * 2 * 86_400
    assert set(table["household"].to_pylist()) == {"A", "B-3"}
    assert table.schema.field("time").type == pa.timestamp("ms", "UTC")
    assert table.schema.field("AC").type == pa.float32()
    path = tmp_path / f"with_errors/household=B-3/date=2026-05-02/part-0.{form}"
    expected = of_day(houses.get("B/3"), faults.plan("every-25"), date(2026, 5, 2))
    assert_same(read_recording(path).rows, expected)


def test_parquet_packs_values_by_their_bytes(houses: Houses, tmp_path: Path) -> None:
    write(order(houses, "A", format="parquet", label_columns=True), tmp_path)
    group = pq.ParquetFile(tmp_path / "with_errors/household=A/date=2026-05-01/part-0.parquet").metadata.row_group(0)
    columns = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
    assert group.num_rows == 86_400
    assert {column.compression for column in columns.values()} == {"ZSTD"}
    assert "BYTE_STREAM_SPLIT" in columns["AC"].encodings
    assert "DELTA_BINARY_PACKED" in columns["time"].encodings
    assert columns["AC_fault"].has_dictionary_page


@pytest.mark.parametrize("form", FORMATS)
def test_with_faults_of_rows_each_household_has_a_file_and_nothing_is_lost(
    houses: Houses, tmp_path: Path, form: str
) -> None:
    write(order(houses, "A,B/3", plan=EVERY_KIND.name, format=form), tmp_path)
    for home, folder in (("A", "A"), ("B/3", "B-3")):
        place = (
            f"with_errors/{folder}.csv" if form == "csv" else f"with_errors/household={folder}/date={DAY}/part-0.{form}"
        )
        expected = of_day(houses.get(home), EVERY_KIND)
        assert (np.diff(expected.time) <= 0).any()
        assert len(expected) != 86_400
        assert_same(read_recording(tmp_path / place).rows, expected)
    assert (tmp_path / WIDE[0]).exists() == (form == "csv")


def test_labels_as_csv_are_the_labels(houses: Houses, tmp_path: Path) -> None:
    write(order(houses, plan=EVERY_KIND.name), tmp_path)
    with (tmp_path / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    tables = [faults.labels(houses.get(home), EVERY_KIND, *local_day(houses.get(home), DAY)) for home in ("A", "B/3")]
    expected = pa.concat_tables(tables).to_pylist()
    zone = houses.get("A").calendar.zone
    for label in expected:
        for name in ("start", "end"):
            label[name] = label[name].astimezone(zone).isoformat()
        label["effective"] = str(label["effective"]).lower()
    assert rows == expected
    assert {row["kind"] for row in rows} == set(faults.KINDS)


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_labels_as_tables_are_the_labels(houses: Houses, tmp_path: Path, form: str) -> None:
    write(order(houses, "A", format=form), tmp_path)
    source = houses.get("A")
    expected = faults.labels(source, faults.plan("every-25"), *local_day(source, DAY))
    if form == "parquet":
        read = pq.read_table(tmp_path / "labels.parquet").cast(faults.SCHEMA)
    else:
        read = pa.ipc.open_file(tmp_path / "labels.arrow").read_all()
    assert read.equals(expected)


@pytest.mark.parametrize("form", FORMATS)
def test_label_columns_name_the_fault_of_each_row(houses: Houses, tmp_path: Path, form: str) -> None:
    plan = "every-25" if form == "csv" else EVERY_KIND.name
    write(order(houses, "A", plan=plan, format=form, label_columns=True), tmp_path)
    if form == "csv":
        with (tmp_path / WIDE[1]).open(newline="") as file:
            rows = list(csv.DictReader(file))
        found = {meter: [row[f"A_{fault_column(meter)}"] or None for row in rows] for meter in METERS}
    else:
        table = hive.dataset(tmp_path / "with_errors", format=form).to_table()
        found = {meter: table[fault_column(meter)].to_pylist() for meter in METERS}
    source, which = houses.get("A"), faults.plan("every-25") if form == "csv" else EVERY_KIND
    labels = faults.labels(source, which, *local_day(source, DAY))
    expected = faults.columns(labels, of_day(source, which))
    assert found == {meter: expected[meter].to_pylist() for meter in METERS}
    assert any(found["AC"])


def test_names_of_faults_fit_their_column() -> None:
    page = RowText(0, 1)
    names = pa.array([*faults.KINDS]).dictionary_encode()
    text = page.rows(np.full(len(names), b"2026-05-01T00:00:00+05:30"), [], [names]).decode()
    assert [line.split(",")[1] for line in text.splitlines()] == list(faults.KINDS)


def test_a_day_on_which_clocks_change_has_all_its_seconds_once(tmp_path: Path) -> None:
    source = Houses(profiles=[_profile(tmp_path, "autumn", "berlin")]).get("autumn")
    write(Order([source], date(2026, 10, 24), 3, faults.plan("every-25")), tmp_path / "out")
    lines = (tmp_path / "out" / WIDE[0]).read_text().splitlines()[1:]
    assert len(lines) == (24 + 25 + 24) * 3600
    assert lines[24 * 3600].startswith("2026-10-25T00:00:00+02:00")
    assert lines[-24 * 3600].startswith("2026-10-26T00:00:00+01:00")
    assert_same(read_recording(tmp_path / "out" / WIDE[0]).rows, _days(source, date(2026, 10, 24), date(2026, 10, 27)))


def test_households_of_different_zones_have_a_file_each(houses: Houses, tmp_path: Path) -> None:
    abroad = Houses(profiles=[_profile(tmp_path, "abroad", "berlin")]).get("abroad")
    write(Order([houses.get("A"), abroad], DAY, 1, faults.plan("every-25")), tmp_path / "out")
    names = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.csv")}
    sides = ("without_errors", "with_errors")
    assert names == {"labels.csv", *(f"{side}/{home}.csv" for side in sides for home in ("A", "abroad"))}
    first = (tmp_path / "out/without_errors/abroad.csv").read_text().splitlines()[:2]
    assert first[0] == "time,AC,Geyser,Overall"
    assert first[1].startswith("2026-05-01T00:00:00+02:00")


def test_what_is_written_can_be_replayed_as_recordings(houses: Houses, tmp_path: Path) -> None:
    write(order(houses, "A,C"), tmp_path)
    packed = tmp_path / "both.csv.gz"
    packed.write_bytes(gzip.compress((tmp_path / WIDE[0]).read_bytes(), 1))
    recordings = read_recordings(packed)
    assert [recording.name for recording in recordings] == ["both-A", "both-C"]
    assert all(recording.step == 1 for recording in recordings)
    assert recordings[1].calendar.iso(recordings[1].span[0]) == "2026-05-01T00:00:00+05:30"
    assert MISSING not in recordings[0].rows.watts


def test_only_a_day_is_in_memory(houses: Houses, tmp_path: Path) -> None:
    """Writing is in step with reading: when a day is asked for, the day before is on disk."""
    written: list[int] = []

    def progress() -> None:
        written.append(sum(path.stat().st_size for path in tmp_path.rglob("*.csv")))

    write(order(houses, "A", 4), tmp_path, progress=progress)
    growth = [after - before for before, after in pairwise(written)]
    assert all(grown > 2_000_000 for grown in growth)


def test_an_error_on_the_way_leaves_nothing(houses: Houses, tmp_path: Path) -> None:
    calls = []

    def interrupted() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(order(houses, "A", 4), tmp_path / "out", progress=interrupted)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"days": 0}, "0 days are asked for; there must be 1 or more"),
        ({"days": 10**9}, "days must be from 1980-01-02 to 2199-12-30"),
        ({"start": date(1066, 10, 14)}, "days must be from 1980-01-02"),
        ({"format": "xlsx"}, "Unknown format 'xlsx'; allowed are csv, parquet, arrow"),
        ({"names": "A,B,A"}, "Household A is asked for twice"),
    ],
)
def test_impossible_orders_are_refused(houses: Houses, change: dict[str, object], message: str) -> None:
    with pytest.raises(Refusal, match=message):
        order(houses, **change)  # type: ignore[arg-type]


def _days(source: Source, first: date, end: date) -> Readings:
    return source.truth(source.calendar.midnight(first), source.calendar.midnight(end))


def _profile(folder: Path, name: str, place: str):  # type: ignore[no-untyped-def]
    path = folder / f"{name}.toml"
    path.write_text(
        f"""name = "{name}"
title = "A lamp"
description = "A lamp in {place}."
place = "{place}"
[[appliances]]
kind = "schedule"
name = "lamp"
watts = 500
"""
    )
    return load(path)
