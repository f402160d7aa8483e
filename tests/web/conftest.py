"""A real server in its own process, and a client that reads Server-Sent Events to the letter."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

MEASURED = Path(__file__).parents[2] / ".." / "shared" / "data" / "measured_home_france_1min.csv.gz"


class Process:
    """`wattloom serve` on a free port of the loopback."""

    def __init__(self, *flags: str, env: Mapping[str, str] | None = None) -> None:
        command = [
            str(Path(sys.executable).with_name("wattloom")),
            "serve",
            "--port",
            "0",
            "--log-level",
            "warning",
            *flags,
        ]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(env or {})},
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        if not found:
            raise AssertionError(f"{line}{self.process.communicate()[1]}")
        self.port = int(found[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        return httpx.get(self.url + path, params=parameters or None, timeout=30)

    def metrics(self) -> dict[str, float]:
        lines = [line.split() for line in self.get("/metrics").text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, value in lines}

    def end(self, number: int = signal.SIGTERM) -> tuple[int, float, str]:
        """Exit code, seconds it took, standard error."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        error = self.process.communicate(timeout=20)[1]
        return self.process.returncode, time.monotonic() - began, error


@dataclass
class Event:
    """One dispatched event; `data` is parsed JSON."""

    name: str
    id: str
    data: Any


@dataclass
class Stream:
    """A connection to `/stream_data`, read strictly: by the bytes of HTTP's chunks and the grammar of events."""

    sock: socket.socket
    chunked: bool = True
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    retry: int | None = None
    comments: list[str] = field(default_factory=list)
    last_id: str = ""
    ended: bool = False
    _raw: bytes = b""
    _text: bytes = b""

    def head(self) -> Stream:
        while b"\r\n\r\n" not in self._raw:
            self._receive()
        head, self._raw = self._raw.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = dict(line.lower().split(": ", 1) for line in lines[1:])
        self.chunked = self.headers.get("transfer-encoding") == "chunked"
        return self

    def _receive(self) -> None:
        data = self.sock.recv(65_536)
        if not data:
            self.ended = True
            raise EOFError
        self._raw += data

    def _unchunk(self) -> None:
        if not self.chunked:
            self._text, self._raw = self._text + self._raw, b""
        while found := re.match(rb"([0-9a-f]+)\r\n", self._raw):
            size, start = int(found[1], 16), found.end()
            if len(self._raw) < start + size + 2:
                return
            assert self._raw[start + size : start + size + 2] == b"\r\n"
            self._text += self._raw[start : start + size]
            self._raw = self._raw[start + size + 2 :]
            if size == 0:
                self.ended = True

    def next(self, timeout: float = 30.0) -> Event:
        """The next event; EOFError at the end of the stream."""
        self.sock.settimeout(timeout)
        while True:
            while b"\n\n" in self._text:
                block, self._text = self._text.split(b"\n\n", 1)
                if (event := self._dispatch(block.decode())) is not None:
                    return event
            self._unchunk()
            if b"\n\n" not in self._text:
                if self.ended:
                    raise EOFError
                self._receive()
                self._unchunk()

    def _dispatch(self, block: str) -> Event | None:
        name, data = "message", None
        for line in block.split("\n"):
            key, _, value = line.partition(": ")
            if line.startswith(":"):
                self.comments.append(line[1:].strip())
            elif key == "data":
                assert data is None, "one line of data"
                data = json.loads(value, parse_constant=_no_constant)
            elif key == "id":
                self.last_id = value
            elif key == "event":
                name = value
            elif key == "retry":
                self.retry = int(value)
            else:
                raise AssertionError(f"not a field of an event: {line!r}")
        return None if data is None else Event(name, self.last_id, data)

    def take(self, count: int) -> list[Event]:
        return [self.next() for _ in range(count)]

    def close(self) -> None:
        self.sock.close()


def _no_constant(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


@pytest.fixture(scope="session")
def start() -> Iterator[Callable[..., Process]]:
    """Starts servers; whatever is still running at the end is ended."""
    running: list[Process] = []

    def begin(*flags: str, env: Mapping[str, str] | None = None) -> Process:
        running.append(Process(*flags, env=env))
        return running[-1]

    yield begin
    for process in running:
        if process.process.poll() is None:
            process.process.kill()
            process.process.communicate()


@pytest.fixture(scope="session")
def measured() -> Path:
    if not MEASURED.exists():
        pytest.skip("the measured home lies beside the repository, in ../shared/data; it is not there")
    return MEASURED


@pytest.fixture(scope="session")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of 25 seconds from 10:00:00 UTC, which counts up."""
    path = tmp_path_factory.mktemp("recordings") / "short.csv"
    rows = [f"2026-03-01T10:00:{i:02d}+00:00,{i / 100:.3f},{1 + i / 10:.3f}" for i in range(25)]
    path.write_text("\n".join(["time,AC,Overall", *rows]) + "\n")
    return path


@pytest.fixture(scope="session")
def server(start: Callable[..., Process], short: Path) -> Process:
    """One server for all tests that only ask."""
    extra = ["--data", f"fr={MEASURED}"] if MEASURED.exists() else []
    return start("--data", str(short), *extra)


@pytest.fixture
def follow() -> Iterator[Callable[..., Stream]]:
    """Opens streams; closes them after the test."""
    streams: list[Stream] = []

    def connect(
        server: Process, path: str, last_id: str = "", method: str = "GET", version: str = "1.1", **headers: str
    ) -> Stream:
        sock = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        streams.append(Stream(sock))
        lines = [f"{method} {path} HTTP/{version}", f"Host: 127.0.0.1:{server.port}"]
        lines += [f"Last-Event-ID: {last_id}"] if last_id else []
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        sock.sendall("\r\n".join([*lines, "", ""]).encode())
        return streams[-1].head()

    yield connect
    for stream in streams:
        stream.close()
