"""Life of a server: starting, limits, readers that are slow or gone, workers, and the end."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from conftest import Process, Stream

    Start = Callable[..., Process]
    Follow = Callable[..., Stream]

LIVE = "/stream_data?household=A&interval=1"


def wattloom(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("wattloom")), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **env}, timeout=30, check=False)


def settled(condition: Callable[[], bool], seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def test_sigterm_with_streams_open(start: Start, follow: Follow) -> None:
    server = start()
    streams = [follow(server, LIVE) for _ in range(50)]
    for stream in streams:
        stream.next()
    code, seconds, error = server.end()
    assert code == 0, error
    assert seconds < 2
    assert error == ""
    for stream in streams:
        last = stream.next()
        while last.name != "bye":
            last = stream.next()
        with pytest.raises(EOFError):
            stream.next()


def test_a_restart_shows_every_reading_once(start: Start, follow: Follow) -> None:
    first = start("--retry", "100")
    stream = follow(first, LIVE)
    seen = [event.id for event in stream.take(2)]
    first.end()
    second = start("--port", str(first.port))
    resumed = follow(second, LIVE, last_id=seen[-1])
    seen += [event.id for event in resumed.take(3)]
    numbers = [int(text.split(".")[1]) for text in seen]
    assert numbers == list(range(numbers[0], numbers[0] + 5))
    assert second.end()[0] == 0


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--port", "70000"], "Setting port: Expected `int` <= 65535 (--port)"),
        (["--port", "high"], "port"),
        (["--workers", "0"], "Setting workers: Expected `int` >= 1 (--workers)"),
        (["--seed", "-1"], "Setting seed"),
        (["--faults", "plan.toml"], "faults must be one of"),
        (["--plan", "mine"], "--plan takes NAME=FILE, not 'mine'."),
        (["--data", "nowhere.csv"], "nowhere.csv"),
        (["--profile", "nowhere.toml"], "nowhere.toml"),
        (["--baseline", "home=x.csv"], "--baseline is the history of a recording"),
        (["--config", "nowhere.toml"], "nowhere.toml"),
        (["--log-level", "loud"], "Setting log_level"),
        (["--host", "256.1.1.1"], "Port 5000 on 256.1.1.1 cannot be had"),
    ],
)
def test_bad_settings(flags: list[str], message: str) -> None:
    done = wattloom("serve", *flags)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_port_that_is_taken(server: Process) -> None:
    done = wattloom("serve", "--port", str(server.port))
    assert done.returncode == 2
    expected = f"wattloom: Port {server.port} on 127.0.0.1 is taken; choose another one with --port or --host.\n"
    assert done.stderr == expected


def test_settings_by_flag_environment_and_file(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "wattloom.toml"
    file.write_text('max_streams = 1\nfaults = "none"\nseed = 3\n')
    server = start("--config", str(file), "--faults", "rare", env={"WATTLOOM_SEED": "4", "WATTLOOM_MAX_BODY": "2000"})
    assert server.get("/households").json()["default_faults"] == "rare"
    big = httpx.post(server.url + "/stream_setup", content=b" " * 2001, headers={"content-type": "application/json"})
    assert (big.status_code, big.json()["error"]) == (413, "The body must be at most 2000 bytes.")
    assert server.end()[0] == 0


def test_limits(start: Start, follow: Follow) -> None:
    server = start("--max-streams", "3", "--max-streams-per-address", "2")
    streams = [follow(server, LIVE) for _ in range(2)]
    refused = server.get("/stream_data", household="A", interval=1)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert "An address may have 2 streams" in refused.json()["error"]
    streams[0].close()
    assert settled(lambda: server.get("/health").json()["streams"] == 1)
    assert follow(server, LIVE).status == 200
    server.end()
    server = start("--max-streams", "1")
    follow(server, LIVE)
    refused = server.get("/stream_data", household="A", interval=1)
    assert (refused.status_code, list(refused.json())) == (503, ["error"])
    assert server.metrics()["wattloom_streams_refused_total"] == 1


def test_a_head_that_does_not_come(start: Start) -> None:
    server = start("--header-timeout", "0.5")
    for text in (b"", b"GET / HTTP/1.1\r\nHost: x\r\n"):
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as sock:
            sock.sendall(text)
            began = time.monotonic()
            assert sock.recv(4096).startswith(b"HTTP/1.1 408 ")
            assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "text",
    [b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"BREW /stream_data HTTP/1.1\r\n\r\n"],
)
def test_malformed_requests(server: Process, text: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as sock:
        sock.sendall(text)
        answer = sock.recv(4096)
        assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 505 "))
        assert b'{"error"' in answer


def test_a_slow_reader_is_let_go_and_nobody_waits(start: Start, follow: Follow) -> None:
    server = start("--max-backlog", "16384")
    other = follow(server, LIVE)
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", server.port))
        path = "/stream_data?household=A,B,C,A/1,A/2,A/3,A/4,A/5&interval=4&start_index=0&speed=25"
        slow.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert settled(lambda: server.metrics()["wattloom_streams_dropped_total"] == 1, 120)
    numbers = [int(event.id.split(".")[1]) for event in other.take(5)]
    assert numbers == list(range(numbers[0], numbers[0] + 5))
    late = server.metrics()
    punctual = late['wattloom_event_lateness_seconds_bucket{le="0.5"}'] / late["wattloom_events_total"]
    assert punctual > 0.5, "had the others waited for the slow reader, none would be"
    assert "reason=slow-reader" in server.end()[2]


def test_1000_clients_leave_nothing_behind(start: Start, follow: Follow) -> None:
    server = start()
    follow(server, LIVE).next()

    def rush() -> None:
        for _ in range(10):
            sockets = []
            for i in range(50):
                sock = socket.create_connection(("127.0.0.1", server.port), timeout=5)
                replay = "&start_index=5" if i % 2 else ""
                sock.sendall(f"GET {LIVE}{replay} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                sockets.append(sock)
            for sock in sockets[::2]:
                sock.recv(100)
            for sock in sockets:
                sock.close()
        assert settled(lambda: server.get("/health").json()["streams"] == 1)
        time.sleep(1.1)  # channels that nobody follows are dropped when they are next due

    rush()
    before = server.metrics()
    rush()
    after = server.metrics()
    assert after["wattloom_open_descriptors"] <= before["wattloom_open_descriptors"] + 1
    assert after["wattloom_channels"] <= 2
    assert after["wattloom_memory_bytes"] < before["wattloom_memory_bytes"] + 8e6


def test_workers_give_identical_bytes_and_are_replaced(start: Start, follow: Follow) -> None:
    server = start("--workers", "2", "--log-level", "warning")
    assert settled(lambda: len(children_of(server.process.pid)) == 2)
    children = children_of(server.process.pid)
    path = LIVE + "&faults=every-7"
    streams = [follow(server, path) for _ in range(12)]
    events: dict[str, set[str]] = {}
    for stream in streams:
        for event in stream.take(3):
            events.setdefault(event.id, set()).add(str(event.data))
    assert all(len(variants) == 1 for variants in events.values())
    os.kill(children[0], signal.SIGKILL)
    assert settled(lambda: len(children_of(server.process.pid)) == 2)
    ended = 0
    for stream in streams:
        try:
            stream.take(2)
        except (EOFError, ConnectionError):
            ended += 1
            last = int(stream.last_id.split(".")[1])
            event = follow(server, path, last_id=stream.last_id).next()
            assert int(event.id.split(".")[1]) == last + 1
    assert 0 < ended < 12
    code, seconds, error = server.end()
    assert (code, seconds < 2) == (0, True), error
    assert re.search(rf"worker\.died worker={children[0]} ", error)


def children_of(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has just ended
        if parent == pid:
            found.append(int(entry.parent.name))
    return found


def test_workers_end_with_their_supervisor(start: Start) -> None:
    server = start("--workers", "2")
    assert settled(lambda: len(children_of(server.process.pid)) == 2)
    children = children_of(server.process.pid)
    server.end(signal.SIGKILL)

    def gone() -> bool:
        return not any(Path(f"/proc/{pid}").exists() for pid in children)

    assert settled(gone)


def test_logs_have_a_line_per_stream(start: Start, follow: Follow) -> None:
    server = start("--log-level", "info")
    stream = follow(server, LIVE)
    stream.next()
    stream.close()
    assert settled(lambda: server.get("/health").json()["streams"] == 0)
    error = server.end()[2]
    assert re.search(r"level=INFO pid=\d+ stream.start address=127.0.0.1 household=A interval=1\n", error)
    assert re.search(r"stream.end address=127.0.0.1 seconds=\d", error)


def test_cors_is_off_unless_named(server: Process, start: Start) -> None:
    origin = {"origin": "https://example.org"}
    assert "access-control-allow-origin" not in httpx.get(server.url + "/health", headers=origin).headers
    open_one = start("--cors", "https://example.org")
    for path in ("/health", "/nowhere"):
        headers = httpx.get(open_one.url + path, headers=origin).headers
        assert headers["access-control-allow-origin"] == "https://example.org"
    preflight: Any = httpx.options(open_one.url + "/stream_setup", headers=origin)
    assert "content-type" in preflight.headers["access-control-allow-headers"]
    with httpx.stream("GET", open_one.url + LIVE, headers=origin) as stream:
        assert stream.headers["access-control-allow-origin"] == "https://example.org"
