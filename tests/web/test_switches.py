"""Switching over HTTP: who may, what it says, and what those who watch see, on real servers."""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest

from wattloom.errors import Refusal
from wattloom.houses import Houses
from wattloom.readings import METERS
from wattloom.settings import Settings, read_settings
from wattloom.web.guard import Guard
from wattloom.web.refusals import Denied
from wattloom.web.switches import read_order

if TYPE_CHECKING:
    from conftest import Event, Process, Stream

    Follow = Callable[..., Stream]

#: An AC and a geyser that never stop.
ALWAYS = """
name = "always"
title = "Always on"
description = "Something can be switched off at any hour."
steady = true
appliances = [
    {kind = "schedule", name = "ac", meter = "AC", watts = 1500, hours = [[0, 24]]},
    {kind = "schedule", name = "geyser", meter = "Geyser", watts = 3000, hours = [[0, 24]]},
    {kind = "schedule", name = "base", watts = 500},
]
"""
#: Nobody switches this one.
AC = "/households/A/switches/AC"
OFF = {"on": False, "minutes": 30, "by": "Ada"}


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("profiles") / "always.toml"
    path.write_text(ALWAYS)
    return path


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "switches.db"


@pytest.fixture
def begin(start: Callable[..., Process], profile: Path, state: Path) -> Callable[..., Process]:
    return lambda *flags: start("--profile", str(profile), "--state", str(state), *flags)


@pytest.fixture(scope="module")
def home(start: Callable[..., Process], profile: Path, short: Path) -> Process:
    """One server for all tests that leave nothing switched off in the houses of others."""
    return start("--profile", str(profile), "--data", str(short), "--state", ":memory:")


class House:
    """A house that no other test has switched."""

    numbers = itertools.count(1)

    def __init__(self) -> None:
        self.name = f"always/{next(self.numbers)}"
        self.switches = f"/households/{self.name}/switches"
        self.ac, self.geyser = f"{self.switches}/AC", f"{self.switches}/Geyser"
        self.live = f"/stream_data?household={self.name}&interval=1&faults=none"


@pytest.fixture
def house() -> House:
    return House()


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def put(server: Process, path: str, body: Any, **headers: str) -> httpx.Response:
    return httpx.put(server.url + path, json=body, headers=headers, timeout=20)


def until(stream: Stream, wanted: Callable[[dict[str, Any]], bool], most: int = 30) -> list[Event]:
    """The events up to the first that is wanted."""
    events = [stream.next()]
    while not wanted(events[-1].data):
        assert len(events) < most, events[-1].data
        events.append(stream.next())
    return events


# What those who watch see


def test_the_next_window_shows_it_to_all_who_watch(home: Process, follow: Follow, house: House) -> None:
    streams = [follow(home, house.live) for _ in range(3)]
    for stream in streams:
        assert stream.next().data["AC"] == 1.5
    before = time.time()
    told = put(home, house.ac, OFF).json()
    assert (told["household"], told["meter"], told["on"], told["by"]) == (house.name, "AC", False, "Ada")
    assert before < at(told["from"]) <= time.time() + 1
    assert at(told["until"]) == at(told["from"]) + 1800
    seen = [until(stream, lambda data: data["AC"] == 0) for stream in streams]
    for events in seen:
        first, last = events[-2].data if len(events) > 1 else None, events[-1].data
        assert at(last["time"]) == at(told["from"])
        assert first is None or first["AC"] == 1.5
        assert (last["Geyser"], last["Overall"]) == (3.0, 3.5)
        assert last["off"] == {"AC": {"until": told["until"], "by": "Ada"}}
        assert last["quality"]["Overall"] == {"valid": 1.0, "counts": {}}
    assert home.get("/latest", household=house.name, interval=1, faults="none").json()["AC"] == 0
    put(home, house.geyser, OFF)
    assert until(streams[0], lambda data: data["Geyser"] == 0)[-1].data["Overall"] == 0.5
    undone = httpx.delete(home.url + house.ac, params={"by": "Bob"}).json()
    assert (undone["on"], undone["by"]) == (True, "Bob")
    again = until(streams[1], lambda data: data["AC"] == 1.5)[-1].data
    assert at(again["time"]) == at(undone["from"])
    assert list(again["off"]) == ["Geyser"]
    assert again["Overall"] == 2.0


def test_a_long_window_shows_the_part_of_it(home: Process, follow: Follow, house: House) -> None:
    stream = follow(home, house.live.replace("interval=1", "interval=4"))
    stream.next()
    begun = at(put(home, house.ac, OFF).json()["from"])
    for _ in range(3):
        event = stream.next().data
        off = min(4, max(0, at(event["time"]) + 4 - begun))
        assert event["AC"] == round(1.5 * (4 - off) / 4 + 1e-9, 3)


def test_it_ends_by_itself(home: Process, follow: Follow, house: House) -> None:
    stream = follow(home, house.live)
    told = put(home, house.ac, {"on": False, "minutes": 0.05}).json()
    assert at(told["until"]) - at(told["from"]) == 3
    events = until(stream, lambda data: at(data["time"]) >= at(told["until"]))
    off = [at(event.data["time"]) for event in events if event.data["AC"] == 0]
    assert off == [at(told["from"]) + k for k in range(3)]
    assert events[-1].data["off"] == {}
    assert httpx.delete(home.url + house.ac).status_code == 409


def test_resuming_gives_the_same_bytes(home: Process, follow: Follow, house: House) -> None:
    stream = follow(home, house.live)
    first = stream.next()
    put(home, house.ac, OFF)
    stream.next()
    httpx.delete(home.url + house.ac)
    events = [first, *stream.take(4)]
    put(home, house.geyser, OFF)
    resumed = follow(home, house.live, last_id=first.id).take(5)
    known = {event.id: event.data for event in events}
    assert all(known.get(event.id, event.data) == event.data for event in resumed)
    assert sum(event.id in known for event in resumed) >= 4


def test_history_live_and_reported(home: Process, house: House) -> None:
    told = put(home, house.ac, {"on": False, "minutes": 0.05}).json()
    time.sleep(max(0.0, at(told["until"]) + 1.2 - time.time()))
    start, end = int(at(told["from"])) - 2, int(at(told["until"])) + 1
    ask = {"household": house.name, "start": start, "end": end, "faults": "none"}
    views = {view: home.get("/readings", **ask, view=view).json() for view in ("truth", "reported", "live")}
    assert views["truth"]["rows"] == views["reported"]["rows"]
    reported, live = (np.array([row[1:] for row in views[view]["rows"]]) for view in ("reported", "live"))
    assert live[:, 0].tolist() == [1.5] * 2 + [0] * 3 + [1.5]
    assert np.array_equal(np.round(reported - live, 3)[:, 2], np.round(reported - live, 3)[:, 0])
    assert np.array_equal(live[:, 1], reported[:, 1])
    means = home.get("/readings", **ask, view="live", interval=6).json()["rows"]
    assert means[0][1:] == [0.75, 3.0, 4.25]


def test_what_is_no_live_view_never_sees_it(home: Process, follow: Follow, house: House) -> None:
    now = int(time.time())
    asks = (
        ("/stream_qstats", {"household": house.name, "interval": 5}),
        ("/labels", {"household": house.name, "start": now - 60, "end": now}),
        ("/readings", {"household": house.name, "start": now - 60, "end": now}),
        ("/latest", {"household": house.name, "interval": 5, "start_index": 100}),
    )
    before = [home.get(path, **ask).content for path, ask in asks]
    told = put(home, house.ac, OFF).json()
    time.sleep(max(0.0, at(told["from"]) + 1.1 - time.time()))
    assert [home.get(path, **ask).content for path, ask in asks] == before
    midnight = datetime.fromisoformat(told["from"]).replace(hour=0, minute=0, second=0)
    replay = house.live + f"&start_index={int(at(told['from']) - midnight.timestamp())}"
    assert follow(home, replay).next().data["AC"] == 1.5


# What is asked for


def test_what_is_and_was_off(home: Process, house: House) -> None:
    path = house.switches
    for _ in range(2):
        put(home, f"{path}/AC", OFF)
    put(home, f"{path}/Geyser", {"on": False, "minutes": 60})
    put(home, f"{path}/AC", {"on": True, "by": "Bob"})
    put(home, f"{path}/AC", {"on": False, "by": "Cem"})
    for spelt in (path, path.replace("always/", "always%2F")):
        answer = home.get(spelt).json()
        assert (answer["household"], answer["switchable"]) == (house.name, ["AC", "Geyser"])
        assert [(off["meter"], off["by"]) for off in answer["off"]] == [("AC", "Cem"), ("Geyser", "somebody")]
        assert [(was["how"], was["ended_by"]) for was in answer["was"]] == [("undone", "Bob"), ("replaced", "Ada")]
        assert all(was["from"] <= was["ended"] <= was["until"] for was in answer["was"])
    assert home.get("/households/always/4100/switches").json()["off"] == []


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/households/Q/switches/AC", OFF, 404, "Unrecognized house."),
        ("/households/A/x/switches/AC", OFF, 404, "Unrecognized house."),
        ("/households/A/switches/Fridge", OFF, 404, "A has no Fridge to switch; it has AC, Geyser."),
        ("/households/A/switches/ac", OFF, 404, "A has no ac to switch"),
        ("/households/A/switches/Overall", OFF, 409, "Overall cannot be switched; AC and Geyser can."),
        ("/households/short/switches/AC", OFF, 409, "short is a recording; only simulated homes can be switched."),
        (AC, {"on": True}, 409, "AC of A is not switched off."),
        (AC, {"on": False, "minutes": 0}, 400, "minutes must be more than 0 and at most 1440."),
        (AC, {"on": False, "minutes": -5}, 400, "minutes must be"),
        (AC, {"on": False, "minutes": 1441}, 400, "minutes must be"),
        (AC, {"on": False, "minutes": "30"}, 400, "Expected `float`, got `str`"),
        (AC, {"on": False, "minutes": 1e999}, 400, "The body must be a JSON object"),
        (AC, {"on": "off"}, 400, "Expected `bool`, got `str`"),
        (AC, {"minutes": 30}, 400, "missing required field `on`"),
        (AC, {"on": False, "hours": 1}, 400, "unknown field `hours`"),
        (AC, {"on": False, "by": "x" * 41}, 400, "by must be a name of at most 40 printable characters."),
        (AC, {"on": False, "by": "a\nb"}, 400, "by must be"),
        (AC, [], 400, "The body must be a JSON object"),
        (AC + "?token=x", OFF, 400, "never into a URL"),
    ],
)
def test_what_makes_no_sense(home: Process, path: str, body: Any, status: int, words: str) -> None:
    content = json.dumps(body).replace("Infinity", "1e999")
    answer = httpx.put(home.url + path, content=content, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert words in answer.json()["error"]


def test_bodies_that_are_none() -> None:
    for data, kind, status in ((b"{}", "text/plain", 415), (b"on=false", "", 415), (b"", "application/json", 400)):
        with pytest.raises(Refusal) as refused:
            read_order(data, kind)
        assert getattr(refused.value, "status", 400) == status
    for data in (b"{", b"\xff", b'{"on": NaN}', b"[" * 100_000):
        with pytest.raises(Refusal):
            read_order(data, "application/json")


def test_a_script_in_a_name_stays_text(home: Process, house: House) -> None:
    name = "<script>alert(1)</script>"
    put(home, house.ac, {"on": False, "by": name})
    assert home.get(house.switches).json()["off"][0]["by"] == name
    assert home.get(house.switches).headers["content-type"] == "application/json"


# Who may

HERE = {"host": "127.0.0.1:5000"}


@pytest.mark.parametrize(
    ("settings", "address", "headers", "status"),
    [
        ({}, "127.0.0.1", HERE, 0),
        ({}, "::1", {"host": "[::1]:5000"}, 0),
        ({"host": "localhost"}, "127.0.0.1", {"host": "localhost:5000", "origin": "http://localhost:5000"}, 0),
        ({}, "127.0.0.1", HERE | {"origin": "http://127.0.0.1:5000", "sec-fetch-site": "same-origin"}, 0),
        # Forged or foreign hosts: a name that leads here, as in DNS rebinding.
        ({}, "127.0.0.1", {"host": "evil.example:5000"}, 403),
        ({}, "127.0.0.1", {"host": "127.0.0.1.evil.example"}, 403),
        ({}, "127.0.0.1", {"host": "localhost.evil.example"}, 403),
        ({}, "127.0.0.1", {"host": "evil.example@127.0.0.1"}, 403),
        ({}, "127.0.0.1", {"host": "[::1"}, 403),
        ({}, "127.0.0.1", {"host": ""}, 403),
        ({}, "127.0.0.1", {}, 403),
        ({}, "127.0.0.1", {"host": "evil.example", "origin": "http://evil.example"}, 403),
        # Other sites.
        ({}, "127.0.0.1", HERE | {"origin": "https://evil.example"}, 403),
        ({}, "127.0.0.1", HERE | {"origin": "http://127.0.0.1:8000"}, 403),
        ({}, "127.0.0.1", HERE | {"origin": "null"}, 403),
        ({}, "127.0.0.1", HERE | {"origin": ""}, 403),
        ({}, "127.0.0.1", HERE | {"origin": "http://["}, 403),
        ({}, "127.0.0.1", HERE | {"sec-fetch-site": "cross-site"}, 403),
        ({}, "127.0.0.1", HERE | {"sec-fetch-site": "same-site"}, 403),
        ({"cors": ("http://localhost:8000",)}, "127.0.0.1", HERE | {"origin": "http://localhost:8000"}, 0),
        ({"cors": ("https://dash.example",)}, "127.0.0.1", HERE | {"origin": "https://dash.example"}, 403),
        # Proxies, and servers that are open to others.
        ({}, "127.0.0.1", HERE | {"x-forwarded-for": "127.0.0.1"}, 403),
        ({}, "127.0.0.1", HERE | {"forwarded": "for=10.0.0.7"}, 403),
        ({}, "127.0.0.1", HERE | {"via": "1.1 proxy"}, 403),
        ({}, "10.0.0.7", HERE, 403),
        ({"host": "0.0.0.0"}, "127.0.0.1", HERE, 403),
        ({"host": "192.168.1.7"}, "192.168.1.7", {"host": "192.168.1.7:5000"}, 403),
        # With a token, from anywhere but another site.
        ({"token": "s3cret"}, "127.0.0.1", HERE, 401),
        ({"token": "s3cret"}, "127.0.0.1", HERE | {"authorization": "Bearer "}, 401),
        ({"token": "s3cret"}, "127.0.0.1", HERE | {"authorization": "Basic czNjcmV0"}, 401),
        ({"token": "s3cret"}, "127.0.0.1", HERE | {"authorization": "Bearer s3cre"}, 403),
        ({"token": "s3cret"}, "127.0.0.1", HERE | {"authorization": "Bearer s3crets"}, 403),
        ({"token": "s3cret"}, "127.0.0.1", HERE | {"authorization": "Bearer S3CRET"}, 403),
        ({"token": "s3cret"}, "127.0.0.1", HERE | {"authorization": "Bearer s\u00e9cret"}, 403),
        ({"token": "s3cret"}, "127.0.0.1", HERE | {"authorization": "bearer s3cret"}, 0),
        (
            {"token": "s3cret", "host": "0.0.0.0"},
            "10.0.0.7",
            {"host": "home.example", "x-forwarded-for": "10.0.0.9", "authorization": "Bearer s3cret"},
            0,
        ),
        (
            {"token": "s3cret"},
            "127.0.0.1",
            HERE | {"authorization": "Bearer s3cret", "origin": "https://evil.example"},
            403,
        ),
    ],
)
def test_who_may(settings: dict[str, Any], address: str, headers: dict[str, str], status: int) -> None:
    guard = Guard(Settings(**settings))
    assert guard.allows(address, headers) is (status == 0)
    if status:
        with pytest.raises(Denied) as denied:
            guard.check(address, headers)
        assert denied.value.status == status
        assert ("WWW-Authenticate" in denied.value.headers) == (status == 401)


@pytest.mark.parametrize("token", ["", " ", "two words", "caf\u00e9"])
def test_an_empty_token_is_none_that_a_server_takes(token: str) -> None:
    for given, environment in (({"token": token}, {}), ({}, {"WATTLOOM_TOKEN": token})):
        with pytest.raises(Refusal, match="Setting token"):
            read_settings(given, environment)


def test_a_token_over_http_and_what_households_says(begin: Callable[..., Process], house: House) -> None:
    server = begin("--token", "s3cret-token", "--log-level", "debug")
    right, wrong = {"authorization": "Bearer s3cret-token"}, {"authorization": "Bearer guessed-token"}
    assert put(server, house.ac, OFF).status_code == 401
    assert put(server, house.ac, OFF).headers["www-authenticate"].startswith("Bearer")
    assert put(server, house.ac, OFF, **wrong).status_code == 403
    assert put(server, "/households/Q/switches/AC", OFF).status_code == 401
    assert httpx.delete(server.url + house.ac).status_code == 401
    assert put(server, f"{AC}?token=s3cret-token", OFF, **right).status_code == 400
    assert put(server, house.ac, OFF, **right).status_code == 200
    assert httpx.delete(server.url + house.ac, headers=right).status_code == 200
    for headers, may in (({}, False), (wrong, False), (right, True)):
        answer = httpx.get(f"{server.url}/households", headers=headers).json()
        assert answer["switches"] == {"allowed": may, "token": True}
    assert server.get(house.switches).status_code == 200
    log = server.end()[2]
    assert "token" not in log.replace("/token", "")


def test_households_says_who_may_without_a_token(home: Process) -> None:
    for headers, may in (({}, True), ({"origin": "https://evil.example"}, False), ({"x-real-ip": "1.2.3.4"}, False)):
        answer = httpx.get(f"{home.url}/households", headers=headers).json()
        assert answer["switches"] == {"allowed": may, "token": False}
    homes = {one["name"]: one["switchable"] for one in answer["households"]}
    assert homes["always"] == ["AC", "Geyser"]
    assert homes["short"] == []
    assert all(set(switchable) <= set(METERS) for switchable in homes.values())


def test_a_forged_host_over_http(home: Process, house: House) -> None:
    for headers in ({"host": "evil.example"}, {"origin": "https://evil.example"}, {"x-forwarded-for": "127.0.0.1"}):
        assert put(home, house.ac, OFF, **headers).status_code == 403
    assert home.get(house.switches).json()["off"] == []


# Life of a server


def test_two_workers_show_the_same_house(begin: Callable[..., Process], follow: Follow, house: House) -> None:
    server = begin("--workers", "2")
    streams = [follow(server, house.live) for _ in range(8)]
    told = put(server, house.ac, OFF).json()
    off = [until(stream, lambda data: data["AC"] == 0)[-1] for stream in streams]
    assert {at(event.data["time"]) for event in off} == {at(told["from"])}
    assert len({json.dumps(event.data) for event in off}) == 1
    answers = [server.get(house.switches).json() for _ in range(8)]
    assert all(answer == answers[0] for answer in answers)
    httpx.delete(server.url + house.ac)
    events = [until(stream, lambda data: data["AC"] > 0) for stream in streams]
    assert len({json.dumps([event.data for event in some]) for some in events}) == 1


def test_memory_is_not_for_several_workers(tmp_path: Path) -> None:
    from wattloom.web.world import World

    with pytest.raises(Refusal, match="for one worker"):
        World(Settings(state=":memory:", workers=2))
    assert World(Settings(state=str(tmp_path / "log"), workers=2)).switches.off(Houses().get("A"), 0, 1) == ()


def test_a_restart_and_kill_9_between_write_and_answer(
    begin: Callable[..., Process], follow: Follow, house: House, state: Path
) -> None:
    """A stream goes on after a restart as if there had been none; a lost answer is not a lost switch."""
    server = begin()
    stream = follow(server, house.live)
    told = put(server, house.ac, OFF).json()
    last = until(stream, lambda data: data["AC"] == 0)[-1]
    server.end()
    server = begin()
    resumed = follow(server, house.live, last_id=last.id).next()
    assert resumed.data["off"] == {"AC": {"until": told["until"], "by": "Ada"}}
    log = sqlite3.connect(state)
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        body = json.dumps(OFF).encode()
        head = f"PUT {house.geyser} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Type: application/json\r\n"
        sock.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        while log.execute("SELECT count(*) FROM switches WHERE meter = 'Geyser'").fetchone() == (0,):
            time.sleep(0.0002)
        os.kill(server.process.pid, signal.SIGKILL)
    log.close()
    server.end()
    server = begin()
    assert [off["meter"] for off in server.get(house.switches).json()["off"]] == ["Geyser", "AC"]
    assert put(server, house.geyser, OFF).status_code == 200


def test_a_thousand_switches_in_a_minute(begin: Callable[..., Process], follow: Follow, house: House) -> None:
    """Hurried: four clients switch 1,000 times, and the stream goes on, window after window."""
    server = begin()
    stream = follow(server, house.live)
    first = stream.next()
    statuses: list[int] = []

    def work(k: int) -> None:
        with httpx.Client(timeout=30) as client:
            for i in range(250):
                body = OFF | {"on": i % 2 == 1, "by": f"{k}"}
                statuses.append(client.put(server.url + (house.ac, house.geyser)[k % 2], json=body).status_code)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(statuses) == 1000
    assert set(statuses) <= {200, 409}  # somebody else was faster to undo
    events = [first, *stream.take(3)]
    times = [at(event.data["time"]) for event in events]
    assert np.diff(times).tolist() == [1.0] * 3
    put(server, house.ac, OFF)
    assert until(stream, lambda data: data["AC"] == 0, most=60)
    assert len(server.get(house.switches).json()["was"]) == 100


@pytest.mark.parametrize("how", ["deleted", "corrupt"])
def test_a_lost_log_does_not_end_the_stream(
    begin: Callable[..., Process], follow: Follow, house: House, state: Path, how: str
) -> None:
    server = begin()
    stream = follow(server, house.live)
    put(server, house.ac, OFF)
    until(stream, lambda data: data["AC"] == 0)
    if how == "deleted":
        for file in state.parent.glob("switches.db*"):
            file.unlink()
        assert until(stream, lambda data: data["AC"] > 0)[-1].data["off"] == {}
        assert put(server, house.ac, OFF).status_code == 200
    else:
        server.end()
        for rest in state.parent.glob("switches.db-*"):
            rest.unlink()  # from which SQLite would mend it
        state.write_bytes(b"this is no log of switches" * 1000)
        server = begin()
        stream = follow(server, house.live)
        assert stream.next().data["AC"] == 1.5
        refused = put(server, house.ac, OFF)
        assert refused.status_code == 503
        assert refused.json() == {"error": "Switches cannot be kept just now; the server's log says why."}
        stream.take(2)
    log = server.end()[2]
    assert f"switches.{'gone' if how == 'deleted' else 'broken'} path={state}" in log
    assert len(re.findall(r" switches\.", log)) == 1
    assert "Traceback" not in log
