"""Recordings: what a file says is what the source gives; what cannot be taken is refused with its line."""

import gzip
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wattloom.errors import Refusal
from wattloom.readings import MISSING
from wattloom.recording import iter_rows, read_recording, read_recordings
from wattloom.rowfile import RowFile, Several
from wattloom.source import Source
from wattloom.tablefile import FORMATS

SHARED = Path(__file__).parents[1] / ".." / "shared" / "data"


def measured(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the measured data are not here: {name}")
    return path


def csv_file(folder: Path, *lines: str, name: str = "home.csv") -> Path:
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


PLAIN = (
    "time,AC,Overall",
    "2026-05-01 00:00:00,0.000,0.512",
    "2026-05-01 00:01:00,1.4996,2.000",
    "2026-05-01 00:02:00,,0.300",
    "2026-05-01 00:05:00,-1.5,0.300",
)


def test_a_csv_is_what_it_says(tmp_path: Path) -> None:
    source: Source = read_recording(csv_file(tmp_path, *PLAIN), zone="Asia/Kolkata")
    assert (source.name, source.step, source.meters) == ("home", 60, ("AC", "Overall"))
    midnight = int(datetime(2026, 5, 1, tzinfo=ZoneInfo("Asia/Kolkata")).timestamp())
    assert source.span == (midnight, midnight + 360)
    truth = source.truth(midnight, midnight + 360)
    assert (truth.time - midnight).tolist() == [0, 60, 120, 300]
    assert truth.watts.tolist() == [[0, 1500, MISSING, -1500], [MISSING] * 4, [512, 2000, 300, 300]]
    assert source.cap == (1875, 0, 2500)
    assert source.rated == {"AC": 1.5, "Overall": 2.0}
    assert source.description.startswith("A recording of AC, Overall from 2026-05-01T00:00:00+05:30")


def test_any_stretch_is_the_slice_of_the_whole(tmp_path: Path) -> None:
    source = read_recording(csv_file(tmp_path, *PLAIN), zone="UTC")
    first, end = source.span
    whole = source.truth(first, end)
    for start in range(first - 60, end + 60, 30):
        part = source.truth(start, start + 90)
        inside = (whole.time >= start) & (whole.time < start + 90)
        np.testing.assert_array_equal(part.time, whole.time[inside])
        np.testing.assert_array_equal(part.watts, whole.watts[:, inside])


def test_the_same_rows_from_every_kind_of_file(tmp_path: Path) -> None:
    plain = csv_file(tmp_path, *PLAIN)
    expected = read_recording(plain, zone="UTC")
    packed = tmp_path / "home.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    times = pa.array(expected.rows.time * 1000, pa.timestamp("ms", "UTC"))
    values = {"AC": [0.0, 1.5, None, -1.5], "Overall": [0.512, 2.0, 0.3, 0.3]}
    table = pa.table({"time": times, **{name: pa.array(column, pa.float32()) for name, column in values.items()}})
    pq.write_table(table, tmp_path / "home.parquet")
    with pa.ipc.new_file(tmp_path / "home.arrow", table.schema) as writer:
        writer.write_table(table)
    assert {path.suffix for path in tmp_path.iterdir()} == {*FORMATS, ".gz"}
    for path in tmp_path.iterdir():
        read = read_recording(path, zone="UTC")
        np.testing.assert_array_equal(read.rows.time, expected.rows.time)
        np.testing.assert_array_equal(read.rows.watts, expected.rows.watts)
        assert read.name == "home"


def test_its_own_duplicates_and_disorder_stay_to_be_seen(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        "time,Overall",
        "2026-05-01T00:00:00Z,1",
        "2026-05-01T00:00:02Z,3",
        "2026-05-01T00:00:01Z,2",
        "2026-05-01T00:00:03Z,4",
        "2026-05-01T00:00:03Z,5",
    )
    recording = read_recording(path)
    assert (recording.rows.time - recording.span[0]).tolist() == [0, 2, 1, 3, 3]
    assert (recording.rows.arrival - recording.span[0]).tolist() == [0, 2, 2, 3, 3]
    truth = recording.truth(*recording.span)
    assert truth.watts[2].tolist() == [1000, 2000, 3000, 4000]
    assert (np.diff(truth.time) > 0).all()


def test_offsets_in_the_file_are_its_zone_unless_one_is_named(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "time,AC", "2026-05-01T00:00:00+05:30,1", "2026-05-01T00:00:01+05:30,1")
    for zone, midnight in ((None, "2026-05-01T00:00:00+05:30"), ("UTC", "2026-04-30T18:30:00+00:00")):
        recording = read_recording(path, zone=zone)
        assert recording.calendar.iso(recording.span[0]) == midnight
    assert read_recording(path).calendar.index(read_recording(path).span[0]) == 0


def test_parquet_keeps_the_zone_that_it_names(tmp_path: Path) -> None:
    for zone in ("Asia/Kolkata", "+05:30", "UTC", None):
        times = pa.array([1777573800, 1777573801], pa.timestamp("s", zone))
        pq.write_table(pa.table({"time": times, "AC": [1.0, 2.0]}), tmp_path / "home.parquet")
        recording = read_recording(tmp_path / "home.parquet", zone=None if zone else "UTC")
        offset = "+05:30" if zone in ("Asia/Kolkata", "+05:30") else "+00:00"
        assert recording.calendar.iso(recording.span[0]).endswith(offset)
        assert recording.span[0] == 1777573800
    pq.write_table(pa.table({"time": ["noon"], "AC": [1.0]}), tmp_path / "home.parquet")
    with pytest.raises(Refusal, match="the column 'time' is string; it must be a timestamp"):
        read_recording(tmp_path / "home.parquet")


def test_a_wall_clock_that_goes_back_gives_every_second_once(tmp_path: Path) -> None:
    shown = ["01:50", "01:55", *[f"02:{m:02d}" for m in range(0, 60, 5)] * 2, "03:00"]
    path = csv_file(tmp_path, "time,Overall", *[f"2026-10-25 {clock}:00,0.5" for clock in shown])
    recording = read_recording(path, zone="Europe/Paris")
    assert set(np.diff(recording.rows.time).tolist()) == {300}


def test_the_baseline_says_what_is_possible(tmp_path: Path) -> None:
    home = read_recording(csv_file(tmp_path, *PLAIN), zone="UTC")
    clean = read_recording(csv_file(tmp_path, *(line.replace("2.000", "8.000") for line in PLAIN), name="clean.csv"))
    assert home.against(clean).cap[2] == 10_000
    assert home.against(clean).baseline is clean
    assert home.baseline is home
    low, high = home.against(clean).rest
    assert low < 500 < 6500 < high
    with pytest.raises(Refusal, match="lacks AC"):
        home.against(read_recording(csv_file(tmp_path, *[",".join(x.split(",")[::2]) for x in PLAIN], name="o.csv")))
    seconds = [f"2026-05-01T00:00:0{s}Z,1,1" for s in range(3)]
    with pytest.raises(Refusal, match="same step"):
        home.against(read_recording(csv_file(tmp_path, "time,AC,Overall", *seconds, name="s.csv")))


def test_a_wide_file_is_one_recording_per_household(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        "time,A_AC,A_Overall,A/17_Overall,A_AC_fault",
        "2026-05-01T00:00:00Z,1,2,3,",
        "2026-05-01T00:00:01Z,1,2,3,large",
    )
    with pytest.raises(Several, match="holds the households A, A/17; choose one"):
        read_recording(path)
    assert read_recording(f"{path}#A/17").meters == ("Overall",)
    assert read_recording(f"{path}#A").rows.watts[:, 0].tolist() == [1000, MISSING, 2000]
    assert [recording.name for recording in read_recordings(path)] == ["home-A", "home-A/17"]
    assert [recording.name for recording in read_recordings(f"{path}#A", "mine")] == ["mine"]
    with pytest.raises(Refusal, match="has no household 'B'; it has A, A/17"):
        read_recording(f"{path}#B")


def test_blocks_are_bounded_and_together_the_file(tmp_path: Path) -> None:
    lines = (f"2026-05-{1 + i // 86400:02d}T{i // 3600 % 24:02d}:{i // 60 % 60:02d}:{i % 60:02d}Z,{i % 977 / 1000}"
             for i in range(300_000))  # fmt: skip
    path = csv_file(tmp_path, "time,Overall", *lines)
    blocks = list(iter_rows(path))
    assert len(blocks) > 1
    assert [block.first for block in blocks] == np.cumsum([0, *[len(block.time) for block in blocks[:-1]]]).tolist()
    watts = np.concatenate([block.watts[2] for block in blocks])
    np.testing.assert_array_equal(watts, np.arange(300_000) % 977)


GOOD = ("time,AC,Overall", "2026-05-01T00:00:00,1,2", "2026-05-01T00:00:05,1,2", "2026-05-01T00:00:10,1,2")
REFUSED = {
    "no time": (("date,AC", "2026-05-01,1"), "no column 'time'; the columns are date, AC"),
    "no meter": (("time,power", "2026-05-01T00:00:00,1"), "none of the columns AC, Geyser, Overall"),
    "a meter twice": (("time,AC,AC", "2026-05-01T00:00:00,1,1"), "the column 'AC' is there twice"),
    "no rows": (("time,AC",), "there are no rows"),
    "nothing at all": ((), "no column 'time'; the columns are none"),
    "one row": (GOOD[:2], "two different times"),
    "a bad number": ((*GOOD, "2026-05-01T00:00:15,1,ten"), "line 5: Overall is 'ten'; it must be a number in kW"),
    "a bad number after blank lines": (("", *GOOD, "", "2026-05-01T00:00:15,1,ten"), "line 7: Overall is 'ten'"),
    "a bad time": ((*GOOD, "yesterday,1,2"), "line 5: time is 'yesterday'; it must be a time such as"),
    "a first time that is bad": (("time,AC", "yesterday,1"), "line 2: time is 'yesterday'"),
    "no time in a row": ((*GOOD, ",1,2"), "line 5: there is no time"),
    "a short row": ((*GOOD, "2026-05-01T00:00:15,1"), "line 5: 2 values where the header has 3"),
    "mixed steps": ((*GOOD, "2026-05-01T00:00:17,1,2"), "line 5: the time is off the grid of the recording.*each 5 s"),
    "mixed offsets": ((*GOOD, "2026-05-01T00:00:15Z,1,2"), "line 5: time is .*either all times or none"),
    "parts of a second": ((*GOOD, "2026-05-01T00:00:15.5,1,2"), "line 5: times must be whole seconds"),
    "long ago": ((*GOOD, "1899-05-01T00:00:15,1,2"), "line 5: times must be in the years 1980 to 2199"),
    "no such hour": (
        ("time,AC", "2026-03-29T01:00:00,1", "2026-03-29T02:00:00,1", "2026-03-29T03:00:00,1"),
        "line 3: 2026-03-29T02:00:00 does not exist in Europe/Paris",
    ),
}


@pytest.mark.parametrize(("lines", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_taken_is_refused_with_its_line(tmp_path: Path, lines: tuple[str, ...], message: str) -> None:
    path = csv_file(tmp_path, *lines)
    with pytest.raises(Refusal, match=message) as refused:
        read_recording(path, zone="Europe/Paris")
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith(str(path))


@pytest.mark.parametrize("name", ["home.csv", "home.csv.gz", "home.parquet", "home.arrow"])
@pytest.mark.parametrize("content", [b"", b"\0\1\2\xff" * 50, b"\x1f\x8b\x08" + b"\0" * 20, b"PAR1" * 9])
def test_a_damaged_file_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Refusal, match="home"):
        read_recording(path)


cells = st.sampled_from(
    ["", "time", "AC", "Overall", "1", "1.5", "-3", "nan", "inf", "1e300", "1_0", "x", '"', "2026-05-01T00:00:00",
     "2026-05-01T00:00:01", "2026-05-01T00:00:02+05:30", "2026-13-01", "\x00", "é", "#"]
)  # fmt: skip


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(cells, max_size=4), max_size=6), st.sampled_from(["", "time,AC\n2026-05-01T00:00:00,1\n"]))
def test_whatever_is_in_a_csv_is_taken_or_refused_in_one_line(
    tmp_path: Path, rows: list[list[str]], start: str
) -> None:
    path = tmp_path / "home.csv"
    path.write_text(start + "\n".join(",".join(row) for row in rows), "utf-8")
    try:
        recording = read_recording(path, zone="UTC")
    except Refusal as refusal:
        lines = str(refusal).splitlines()
    else:
        lines = [recording.description]
    assert len(lines) == 1


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(
        ("time,AC\n" + "".join(f"2026-05-01T{i // 60:02d}:{i % 60:02d}:00Z,{i}\n" for i in range(1440))).encode()
    )
    path = tmp_path / "home.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refusal, match=r"home\.csv\.gz: cannot be read"):
        read_recording(path)


def test_other_things_than_files_of_readings_are_refused(tmp_path: Path) -> None:
    for path, message in (
        (tmp_path / "no.csv", "no such file"),
        (tmp_path, "unknown kind"),
        (Path(__file__), "allowed"),
    ):
        with pytest.raises(Refusal, match=message):
            RowFile(path)
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    with pytest.raises(Refusal, match="cannot be read"):
        RowFile(folder)
    with pytest.raises(Refusal, match="Unknown time zone"):
        read_recording(csv_file(tmp_path, *GOOD), zone="Mars/Olympus")


def test_the_measured_home_in_france() -> None:
    recording = read_recording(measured("measured_home_france_1min.csv.gz"), zone="Europe/Paris")
    assert (recording.step, recording.meters) == (60, ("Geyser", "Overall"))
    assert recording.calendar.iso(recording.span[0]) == "2006-12-16T17:24:00+01:00"
    gaps = np.flatnonzero(np.diff(recording.rows.time) != 60)
    assert len(gaps) == 2
    assert recording.rows is recording.clean
    assert recording.rated["Geyser"] == pytest.approx(1.2)
    assert (recording.clean.watts[0] == MISSING).all()


def test_the_measured_home_in_britain() -> None:
    recording = read_recording(measured("measured_home_uk_8s.csv.gz"), zone="Europe/London")
    assert (recording.step, recording.meters, len(recording.rows)) == (8, ("Overall",), 151_200)
