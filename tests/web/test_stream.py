"""Streams over real sockets: the event's shape, its time, resuming, and that none moves another's."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest

from wattloom.faults import plan, reported
from wattloom.houses import Houses
from wattloom.quality import flags
from wattloom.readings import METERS, MISSING
from wattloom.windows import average

if TYPE_CHECKING:
    from conftest import Event, Process, Stream

    Follow = Callable[..., Stream]

KEYS = [
    "household", "time", "index", "interval", *METERS, "energy", "by_value", "label", "quality", "status", "priority",
    "reason", "off",
]  # fmt: skip
COLOURS = ("Green", "Yellow", "Red", "Critical Red")


def numbers(events: list[Event]) -> list[int]:
    return [int(event.id.split(".")[1]) for event in events]


def test_the_shape_of_an_event(server: Process, follow: Follow) -> None:
    stream = follow(server, "/stream_data?household=A&interval=60&start_index=68000&date=2026-05-01&speed=600")
    assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert "no-transform" in stream.headers["cache-control"]
    assert stream.headers["x-accel-buffering"] == "no"
    for k, event in enumerate(stream.take(12)):
        data = event.data
        assert list(data) == KEYS
        assert data["household"] == "A"
        assert data["index"] == 68_000 + 60 * k
        assert datetime.fromisoformat(data["time"]).isoformat() == data["time"]
        assert data["time"].endswith("+05:30")
        for meter in METERS:
            assert data["energy"][meter] == pytest.approx(data[meter], abs=1e-4)
            assert data["by_value"][meter] in COLOURS[:3]
            assert data["quality"][meter]["valid"] <= 1
        assert data["priority"] == max(data["status"].values(), key=COLOURS.index)
        assert data["reason"]
    assert stream.retry
    assert 1000 <= stream.retry <= 3000


def test_replayed_values_are_the_window_means_of_what_was_reported(server: Process, follow: Follow) -> None:
    home = Houses().get("B/2")
    start = home.calendar.midnight(datetime(2026, 5, 4).date()) + 40_000
    rows = reported(home, plan("every-25"), start, start + 20 * 7)
    means = average(rows, flags(home, rows), start, 7, 20).watts
    stream = follow(
        server, "/stream_data?household=B/2&interval=7&date=2026-05-04&start_index=40000&faults=every-25&speed=350"
    )
    for k, event in enumerate(stream.take(20)):
        for place, meter in enumerate(METERS):
            watts = means[place, k]
            assert event.data[meter] == (None if watts == MISSING else watts / 1000)


def test_live_windows_end_when_they_are_sent(server: Process, follow: Follow) -> None:
    began = time.time()
    stream = follow(server, "/stream_data?household=A&interval=1")
    first = stream.next()
    arrived = time.time()
    end = datetime.fromisoformat(first.data["time"]).timestamp() + 1
    assert began - 1.1 <= end <= arrived  # the last complete window at once
    for _ in range(2):
        event = stream.next()
        now, end = time.time(), datetime.fromisoformat(event.data["time"]).timestamp() + 1
        assert end <= now < end + 0.9
    midnight = datetime.fromisoformat(first.data["time"]).replace(hour=0, minute=0, second=0).timestamp()
    assert first.data["index"] == datetime.fromisoformat(first.data["time"]).timestamp() - midnight


def test_clients_share_live_windows_and_disturb_nobody(server: Process, follow: Follow) -> None:
    path = "/stream_data?household=A&interval=1"
    one, two = follow(server, path), follow(server, path)
    replay = follow(server, path + "&start_index=0&date=2026-05-01&speed=50")
    assert [event.data["index"] for event in replay.take(60)] == list(range(60))
    first, other = one.take(3), two.take(3)
    common = sorted({event.id for event in first} & {event.id for event in other})
    assert len(common) >= 2
    assert [e.data for e in first if e.id in common] == [e.data for e in other if e.id in common]
    two.close()
    ids = numbers(first + one.take(1))
    assert ids == list(range(ids[0], ids[0] + 4))


def test_replays_keep_their_pace(server: Process, follow: Follow) -> None:
    began = time.monotonic()
    stream = follow(server, "/stream_data?household=A&interval=5&start_index=68000&speed=100")
    stream.take(21)
    assert 0.95 <= time.monotonic() - began < 3


def test_several_homes_on_one_connection(server: Process, follow: Follow) -> None:
    stream = follow(server, "/stream_data?household=B,A,C/4&interval=1&start_index=0&speed=10")
    events = stream.take(9)
    assert [event.data["household"] for event in events] == ["B", "A", "C/4"] * 3
    assert [event.data["index"] for event in events] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    again = follow(server, "/stream_data?household=B,A,C/4&interval=1&start_index=0&speed=10", last_id=events[3].id)
    resumed = again.take(5)
    assert [e.data for e in resumed] == [e.data for e in events[4:]]
    assert numbers(resumed) == [4, 5, 6, 7, 8]


def test_last_event_id_of_a_live_stream(server: Process, follow: Follow) -> None:
    path = "/stream_data?household=A&interval=1"
    last = follow(server, path).next()
    anchor, m, tag = last.id.split(".")
    back = f"{anchor}.{int(m) - 300}.{tag}"
    events = follow(server, path, last_id=back).take(302)
    assert numbers(events) == list(range(int(m) - 299, int(m) + 3))
    indexes = [event.data["index"] for event in events]
    assert set(np.diff(indexes)) <= {1, 1 - 86_400}


def test_nothing_is_sent_before_it_is_due(server: Process, follow: Follow) -> None:
    path = "/stream_data?household=A&interval=2"
    last = follow(server, path).next()
    event = follow(server, path, last_id=last.id).next()
    assert numbers([event]) == [numbers([last])[0] + 1]
    assert datetime.fromisoformat(event.data["time"]).timestamp() + 2 <= time.time()
    replay = "/stream_data?household=A&interval=2&start_index=0"
    first = follow(server, replay).next()
    began = time.time()
    assert follow(server, replay, last_id=first.id).next().data["index"] == 2
    assert time.time() - began > 1


def test_a_gap_says_what_was_skipped(server: Process, follow: Follow) -> None:
    path = "/stream_data?household=A&interval=1"
    anchor, m, tag = follow(server, path).next().id.split(".")
    stream = follow(server, path, last_id=f"{anchor}.{int(m) - 5000}.{tag}")
    gap, first = stream.next(), stream.next()
    assert gap.name == "gap"
    assert gap.data["skipped"] == numbers([first])[0] - (int(m) - 4999)
    assert gap.data["to"] == first.data["time"]
    assert numbers([first])[0] in range(int(m) - 3600, int(m) - 3590)


@pytest.mark.parametrize("last_id", ["42", "a.b.c", "946665000.1.00000000", "1.999999999999.0f0f0f0f", "é" * 300])
def test_an_id_of_another_stream_starts_afresh(server: Process, follow: Follow, last_id: str) -> None:
    stream = follow(server, "/stream_data?household=A&interval=5&start_index=100", last_id=last_id)
    assert stream.next().data["index"] == 100


def test_a_recording_starts_at_its_first_row_and_wraps(server: Process, follow: Follow) -> None:
    stream = follow(server, "/stream_data?household=short&interval=10&speed=100")
    events = stream.take(6)
    assert [event.name for event in events] == ["message", "message", "restart", "message", "message", "restart"]
    data = [event.data for event in events if event.name == "message"]
    assert [d["index"] for d in data] == [36_000, 36_010] * 2
    assert [d["AC"] for d in data] == [0.045, 0.145] * 2
    assert "Geyser" not in data[0]
    assert list(data[0]["by_value"]) == ["AC", "Overall"]
    resumed = follow(server, "/stream_data?household=short&interval=10&speed=100", last_id=events[1].id)
    assert [e.name for e in resumed.take(2)] == ["restart", "message"]


def test_a_recording_from_a_start_index(server: Process, follow: Follow) -> None:
    events = follow(server, "/stream_data?household=short&interval=5&start_index=36015&speed=50").take(5)
    assert [e.data.get("index") for e in events] == [36_015, 36_020, None, 36_000, 36_005]


def test_the_measured_home(server: Process, follow: Follow, measured: Path) -> None:
    events = follow(server, "/stream_data?household=fr&interval=60&speed=3000").take(40)
    assert events[0].data["time"] == "2006-12-16T17:24:00+00:00"
    assert "AC" not in events[0].data
    home = read(measured)
    for event in events:
        second = int(datetime.fromisoformat(event.data["time"]).timestamp())
        assert event.data["Overall"] == home.truth(second, second + 60).watts[2, 0] / 1000
    refused = server.get("/stream_data", household="fr", interval=61)
    assert refused.json() == {"error": "Interval must be a multiple of the recording's step of 60 seconds, not 61."}


def read(path: Path) -> Any:
    from wattloom.recording import read_recording

    return read_recording(path, zone="UTC")


def test_statistics_of_the_measured_home(server: Process, measured: Path) -> None:
    assert measured
    stats = server.get("/stream_qstats", household="fr", interval=60).json()
    assert list(stats)[:5] == ["25p", "median", "75p", "rt_critical_value_0.01", "best_distribution"]
    assert list(stats["median"]) == ["Geyser", "Overall"]


def test_statistics(server: Process) -> None:
    stats = server.get("/stream_qstats", household="classic-a", interval=5).json()
    assert list(stats)[:5] == ["25p", "median", "75p", "rt_critical_value_0.01", "best_distribution"]
    assert [stats[key]["AC"] for key in ("25p", "median", "75p")] == [0.0, 0.75, 1.5]
    several = server.get("/stream_qstats", household="A,B", interval=5).json()
    assert [one["household"] for one in several] == ["A", "B"]


def test_head(server: Process, follow: Follow) -> None:
    stream = follow(server, "/stream_data?household=A&interval=5", method="HEAD")
    assert (stream.status, stream.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert follow(server, "/stream_data?household=Q&interval=5", method="HEAD").status == 400


def test_set_up_and_stream_on_one_connection(server: Process) -> None:
    """As `requests.Session` and curl do it: the cookie and the connection are kept."""
    with httpx.Client(base_url=server.url, timeout=30) as client:
        client.post("/stream_setup", json={"household": "B", "interval": 5, "start_index": 0, "speed": 100})
        with client.stream("GET", "/stream_data") as stream:
            lines = (line for line in stream.iter_lines() if line.startswith("data: "))
            assert [json.loads(next(lines)[6:])["index"] for _ in range(3)] == [0, 5, 10]
        assert client.get("/latest").json()["household"] == "B"


def test_an_http_1_0_client(server: Process, follow: Follow) -> None:
    stream = follow(server, "/stream_data?household=A&interval=5&start_index=0&speed=100", version="1.0")
    assert not stream.chunked
    assert [event.data["index"] for event in stream.take(3)] == [0, 5, 10]


def test_refusals_are_json(server: Process) -> None:
    for query in ("household=Q&interval=5", "household=A&interval=0", "household=A", "interval=5", "speed=2"):
        answer = httpx.get(f"{server.url}/stream_data?{query}", timeout=10)
        assert answer.status_code == 400
        assert list(answer.json()) == ["error"]


def test_200_cuts_at_random_bytes_lose_and_repeat_nothing(server: Process, follow: Follow) -> None:
    path = "/stream_data?household=A&interval=1&start_index=1000&speed=50"
    rng, last_id, seen = random.Random(7), "", []
    for _ in range(200):
        stream = follow(server, path, last_id=last_id)
        stream.sock.settimeout(10)
        goal, got = rng.randrange(1, 1800), 0
        while got < goal:
            data = stream.sock.recv(min(goal - got, 4096))
            assert data
            got += len(data)
            stream._raw += data
        stream.sock.close()
        stream._unchunk()
        while b"\n\n" in stream._text:  # what was complete before the cut
            block, stream._text = stream._text.split(b"\n\n", 1)
            if (event := stream._dispatch(block.decode())) is not None:
                seen.append(event.data["index"])
                last_id = event.id
    assert len(seen) > 100
    assert seen == list(range(1000, 1000 + len(seen)))
