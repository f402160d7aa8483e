"""Set-ups over HTTP: every message to the letter, and which set-up a request means."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from conftest import Process

REQUIRED = "Household and interval parameters are required."
UNKNOWN = "Unrecognized house."
INTEGERS = "Interval and start_index must be integers."
POSITIVE = "Interval must be > 0 seconds."


def post(server: Process, body: Any) -> httpx.Response:
    return httpx.post(server.url + "/stream_setup", json=body)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, REQUIRED),
        ({"household": "A"}, REQUIRED),
        ({"interval": 5}, REQUIRED),
        ({"household": None, "interval": 5}, REQUIRED),
        ({"household": "A", "interval": None}, REQUIRED),
        ({"household": "Z", "interval": 5}, UNKNOWN),
        ({"household": "", "interval": 5}, UNKNOWN),
        ({"household": "a", "interval": 5}, UNKNOWN),
        ({"household": 5, "interval": 5}, UNKNOWN),
        ({"household": ["A"], "interval": 5}, UNKNOWN),
        ({"household": "A,Z", "interval": 5}, UNKNOWN),
        ({"household": "A/-1", "interval": 5}, UNKNOWN),
        ({"household": "../A", "interval": 5}, UNKNOWN),
        ({"household": "Z", "interval": 0}, UNKNOWN),
        ({"household": "A", "interval": 2.5}, INTEGERS),
        ({"household": "A", "interval": "2.5"}, INTEGERS),
        ({"household": "A", "interval": True}, INTEGERS),
        ({"household": "A", "interval": "five"}, INTEGERS),
        ({"household": "A", "interval": ""}, INTEGERS),
        ({"household": "A", "interval": [5]}, INTEGERS),
        ({"household": "A", "interval": 5, "start_index": "noon"}, INTEGERS),
        ({"household": "A", "interval": 5, "start_index": False}, INTEGERS),
        ({"household": "A", "interval": 5, "start_index": 0.5}, INTEGERS),
        ({"household": "A", "interval": 0}, POSITIVE),
        ({"household": "A", "interval": -5}, POSITIVE),
        ({"household": "A", "interval": "-5"}, POSITIVE),
        ({"household": "A", "interval": 86_401}, "Interval must be at most 86400 seconds."),
        ({"household": "A", "interval": 1e300}, "Interval must be at most 86400 seconds."),
        ({"household": "A", "interval": 5, "start_index": -1}, "start_index must be 0 to 31622400 seconds."),
        ({"household": "A", "interval": 5, "date": "yesterday"}, "date must be a day such as 2026-05-01"),
        ({"household": "A", "interval": 5, "date": "2026-02-30"}, "date must be a day such as 2026-05-01"),
        ({"household": "A", "interval": 5, "date": 20260501}, "date must be a day such as 2026-05-01"),
        ({"household": "A", "interval": 5, "speed": 2}, "speed is for replays"),
        ({"household": "A", "interval": 5, "start_index": 0, "speed": 0}, "speed must be 1 to 3600."),
        ({"household": "A", "interval": 5, "start_index": 0, "speed": "nan"}, "speed must be 1 to 3600."),
        ({"household": "A", "interval": 1, "start_index": 0, "speed": 51}, "at most 50 events per second"),
        ({"household": "A,B", "interval": 1, "start_index": 0, "speed": 26}, "at most 50 events per second"),
        ({"household": "A", "interval": 5, "faults": "plan.toml"}, "faults must be one of none, sparse, rare"),
        ({"household": "A", "interval": 5, "faults": "every-0"}, "faults must be one of none, sparse, rare"),
        ({"household": "A", "interval": 5, "faults": "every-86401"}, "every-K"),
        ({"household": "A", "interval": 5, "start": 5}, "Unknown parameter 'start'"),
        ({"household": "A,short", "interval": 5}, "Recordings have no present"),
        ({"household": "short", "interval": 60}, "Interval must be at most the length of the recording, 25 seconds."),
        ({"household": "short", "interval": 5, "start_index": 0}, "must lie in the recording"),
        ({"household": "short", "interval": 5, "date": "2026-03-02"}, "must lie in the recording"),
        ({"household": ",".join(["A"] * 33), "interval": 5}, "At most 32 households"),
    ],
)
def test_refusals(server: Process, body: dict[str, Any], message: str) -> None:
    answer = post(server, body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json"
    assert message in answer.json()["error"]
    assert list(answer.json()) == ["error"]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"", None, 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b'"A"', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b'{"household": "A", "interval": 5}', "text/plain", 415),
        (b"household=A&interval=5", "application/x-www-form-urlencoded", 415),
        (b'{"household": "A", "interval": 5}', None, 415),
        (b" " * 10_000_000, "application/json", 413),
    ],
)
def test_bodies(server: Process, content: bytes, kind: str | None, status: int) -> None:
    answer = httpx.post(server.url + "/stream_setup", content=content, headers={"content-type": kind} if kind else {})
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]


@pytest.mark.parametrize("interval", [5, "5", " 5 ", "+5", 5.0])
def test_integers_and_text_that_is_one(server: Process, interval: object) -> None:
    answer = post(server, {"household": "A", "interval": interval, "start_index": "68000"})
    assert answer.status_code == 200
    assert answer.json()["status"] == "Streaming setup and stats calculation successful"
    assert answer.json()["stream_url"] == f"{server.url}/stream_data?household=A&interval=5&start_index=68000"
    assert answer.json()["qstats_url"] == f"{server.url}/stream_qstats?household=A&interval=5&start_index=68000"


def test_urls_carry_the_set_up(server: Process) -> None:
    setup = {"household": "A/17,B", "interval": 5, "date": "2026-05-01", "speed": 10, "faults": "none"}
    url = post(server, setup).json()["stream_url"].replace("stream_data", "latest")
    events = httpx.get(url).json()
    assert [event["household"] for event in events] == ["A/17", "B"]
    assert [event["time"] for event in events] == ["2026-05-01T00:00:00+05:30"] * 2


def test_the_cookie_carries_the_set_up(server: Process) -> None:
    with httpx.Client(base_url=server.url) as client:
        client.post("/stream_setup", json={"household": "B/3", "interval": 60, "date": "2026-05-01"})
        post(server, {"household": "C", "interval": 5})  # the address remembers another one
        event = client.get("/latest").json()
        assert (event["household"], event["interval"]) == ("B/3", 60)
        assert client.get("/latest", params={"household": "A", "interval": 7}).json()["household"] == "A"


def test_sources_never_mix(server: Process) -> None:
    with httpx.Client(base_url=server.url) as client:
        client.post("/stream_setup", json={"household": "B", "interval": 60})
        answer = client.get("/latest", params={"household": "A"})
        assert (answer.status_code, answer.json()["error"]) == (400, REQUIRED)
        answer = client.get("/latest", headers={"cookie": "wattloom=household%3DC"})
        assert (answer.status_code, answer.json()["error"]) == (400, REQUIRED)


def test_the_address_remembers(server: Process) -> None:
    post(server, {"household": "C", "interval": 7})
    assert server.get("/latest").json()["interval"] == 7


def test_first_try_stream_setup(start: Callable[..., Process]) -> None:
    fresh = start()
    for path in ("/stream_qstats", "/stream_data", "/latest"):
        answer = fresh.get(path)
        assert (answer.status_code, answer.json()) == (404, {"error": "First try stream_setup."})


def test_a_parameter_given_twice(server: Process) -> None:
    answer = httpx.get(server.url + "/latest?household=A&household=B&interval=5")
    assert (answer.status_code, answer.json()["error"]) == (400, "household is given twice.")
