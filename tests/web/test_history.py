"""`/readings` and `/labels`: the past, in every format, and equal to what is computed directly."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from wattloom.faults import labels, plan, reported
from wattloom.houses import Houses
from wattloom.quality import flags
from wattloom.readings import METERS, MISSING
from wattloom.windows import average

if TYPE_CHECKING:
    from conftest import Process

HOME = Houses().get("A/3")
START = HOME.calendar.midnight(date(2026, 5, 1)) + 20_000
END = START + 12_345
ASK = {"household": "A/3", "start": START, "end": END, "faults": "every-50"}


def table(content: bytes, name: str) -> Any:
    return pq.read_table(io.BytesIO(content)) if name == "parquet" else pa.ipc.open_stream(content).read_all()


@pytest.mark.parametrize("name", ["parquet", "arrow"])
def test_rows_as_tables(server: Process, name: str) -> None:
    answer = server.get("/readings", **ASK, format=name)
    rows, truth = table(answer.content, name), reported(HOME, plan("every-50"), START, END)
    assert rows.column_names == ["time", *METERS]
    assert np.array_equal(rows["time"].cast(pa.int64()).to_numpy() // 1000, truth.time)
    for place, meter in enumerate(METERS):
        expected = [None if w == MISSING else np.float32(w) / np.float32(1000) for w in truth.watts[place].tolist()]
        assert rows[meter].to_pylist() == expected


def test_rows_as_csv_and_json(server: Process) -> None:
    truth = HOME.truth(START, END)
    ask = ASK | {"view": "truth"}
    lines = list(csv.reader(server.get("/readings", **ask, format="csv").text.splitlines()))
    answer = server.get("/readings", **ask).json()
    assert lines[0] == answer["columns"] == ["time", *METERS]
    assert len(lines) - 1 == len(answer["rows"]) == len(truth)
    for row in (0, 1, 10_799, 10_800, len(truth) - 1):
        kilowatts = [w / 1000 for w in truth.watts[:, row].tolist()]
        assert [datetime.fromisoformat(answer["rows"][row][0]).timestamp(), *answer["rows"][row][1:]] == [
            truth.time[row],
            *kilowatts,
        ]
        assert [float(v) for v in lines[row + 1][1:]] == kilowatts
        assert lines[row + 1][0] == answer["rows"][row][0]


@pytest.mark.parametrize("view", ["truth", "reported", "live"])
def test_windows(server: Process, view: str) -> None:
    answer = server.get("/readings", **ASK, interval=7, view=view).json()
    count = 12_345 // 7
    rows = HOME.truth(START, END) if view == "truth" else reported(HOME, plan("every-50"), START, END)
    means = average(rows, flags(HOME, rows), START, 7, count).watts
    assert [row[3] for row in answer["rows"]] == [None if w == MISSING else w / 1000 for w in means[2].tolist()]
    assert datetime.fromisoformat(answer["rows"][-1][0]).timestamp() == START + 7 * (count - 1)


def test_labels(server: Process) -> None:
    truth = labels(HOME, plan("every-50"), START, END)
    rows = table(server.get("/labels", **ASK, format="parquet").content, "parquet")
    assert rows.to_pydict() == truth.to_pydict()
    answer = server.get("/labels", **ASK).json()
    assert answer["columns"] == truth.column_names
    assert [row[3] for row in answer["rows"]] == truth["kind"].to_pylist()
    lines = list(csv.reader(server.get("/labels", **ASK, format="csv").text.splitlines()))
    assert len(lines) == truth.num_rows + 1
    assert [line[4] for line in lines[1:]] == [row[4] for row in answer["rows"]]
    assert lines[1][4].endswith("+05:30")


def test_empty_answers_are_whole(server: Process) -> None:
    short = ASK | {"end": START + 3}
    assert server.get("/readings", **short, interval=7).json()["rows"] == []
    assert server.get("/labels", **short | {"faults": "none"}).json()["rows"] == []
    assert server.get("/readings", household="short", start=0, end=10**9, format="csv").status_code == 400
    for name in ("parquet", "arrow"):
        content = server.get("/readings", household="short", start=10**9, end=10**9 + 9, format=name).content
        assert table(content, name).num_rows == 0


def test_times_in_every_spelling(server: Process) -> None:
    for start, end in (
        ("2026-05-01", "2026-05-02"),
        ("2026-05-01T00:00:00", "2026-05-01T24:00:00+05:30".replace("T24", "T23").replace("00:00+", "59:60+")),
    ):
        answer = server.get("/readings", household="A", start=start, end=end, interval=3600)
        assert answer.status_code == (200 if end.endswith("02") else 400)
    answer = server.get("/readings", household="A", start="2026-05-01T00:00:00Z", end="2026-05-01T01:00:00Z")
    assert answer.json()["rows"][0][0] == "2026-05-01T05:30:00+05:30"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"household": None}, "household, start and end are required."),
        ({"household": "Q"}, "Unrecognized house."),
        ({"start": "noon"}, "start must be a time such as"),
        ({"start": "9" * 12}, "start must be a time such as"),
        ({"end": START}, "start must be before end."),
        ({"end": "2099-01-01"}, "end must not be in the future"),
        ({"start": "2020-01-01"}, "at most 366 days apart"),
        ({"interval": 0}, "Interval must be > 0 seconds."),
        ({"interval": "x"}, "Interval and start_index must be integers."),
        ({"view": "dream"}, "view must be one of truth, reported, live."),
        ({"format": "xml"}, "format must be one of json, csv, parquet, arrow."),
        ({"faults": "../x"}, "faults must be one of"),
    ],
)
def test_refusals(server: Process, change: dict[str, Any], message: str) -> None:
    ask = {key: value for key, value in (ASK | change).items() if value is not None}
    answer = server.get("/readings", **ask)
    assert answer.status_code == 400
    assert message in answer.json()["error"]
