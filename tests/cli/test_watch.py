"""`wattloom watch`: lines in a pipe, a face in a terminal, and what it says when the server is away."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from wattloom.cli import main
from wattloom.cli.follow import events, served
from wattloom.cli.watch import OLD, STYLES, Face

fcntl = pytest.importorskip("fcntl")
termios = pytest.importorskip("termios")

COMMAND = [sys.executable, "-c", "import sys; from wattloom.cli import main; sys.exit(main())", "watch"]
EVENT = {
    "household": "A",
    "time": "2026-05-01T18:53:20+05:30",
    "interval": 5,
    "AC": 1.434,
    "Geyser": 0.0,
    "Overall": 2.117,
    "status": {"AC": "Red", "Geyser": "Green", "Overall": "Green"},
    "priority": "Red",
    "reason": "AC at or above its critical value",
}


@contextlib.contextmanager
def answering(*answers: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that gives each connection the next answer and hangs up; its address, and what it was asked."""
    asked: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for answer in answers:
            with contextlib.suppress(OSError):
                connection, _ = listening.accept()
                with connection:
                    asked.append(connection.recv(65536))
                    connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
    finally:
        listening.close()
        thread.join(5)


def stream(*texts: str) -> bytes:
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    return (head + "".join(texts)).encode()


def sent(number: int, **changes: Any) -> str:
    return f"id: 7.{number}.abcdef01\ndata: {json.dumps(EVENT | changes)}\n\n"


def test_a_pipe_gets_a_line_for_each_window() -> None:
    process = subprocess.Popen([*COMMAND, "A", "--interval", "1"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
    finally:
        process.terminate()
        process.wait(20)
        if process.stdout:
            process.stdout.close()
    pattern = r"(\S+\+05:30)  (Green|Yellow|Red|Critical Red) +Overall \S+  AC \S+  Geyser \S+  \S.*\n"
    times = []
    for text in lines:
        match = re.fullmatch(pattern, text)
        assert match, text
        times.append(match[1])
    assert times[0] < times[1]


class Terminal:
    """A command in a pseudo-terminal."""

    def __init__(self, *arguments: str, size: tuple[int, int] = (24, 80)) -> None:
        self.process, self.master = self._start(arguments, size)
        self.seen = ""

    def _start(self, arguments: tuple[str, ...], size: tuple[int, int]) -> tuple[subprocess.Popen[bytes], int]:
        master, slave = pty.openpty()
        self._size(slave, size)
        environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        environment.pop("COLUMNS", None)
        environment.pop("LINES", None)
        process = subprocess.Popen([*COMMAND, *arguments], stdin=slave, stdout=slave, stderr=slave, env=environment)
        os.close(slave)
        return process, master

    @staticmethod
    def _size(descriptor: int, size: tuple[int, int]) -> None:
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))

    def resize(self, size: tuple[int, int]) -> None:
        self._size(self.master, size)
        self.process.send_signal(signal.SIGWINCH)
        self.seen = ""

    def until(self, pattern: str, seconds: float = 30) -> str:
        """Reads until a pattern is on the screen."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.seen):
            assert time.monotonic() < end, f"{pattern!r} is not in {self.seen[-2000:]!r}"
            if select.select([self.master], [], [], 0.2)[0]:
                self.seen += os.read(self.master, 65536).decode(errors="replace")
        return self.seen

    def press(self, key: str) -> int:
        os.write(self.master, key.encode())
        end = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < end:
            if select.select([self.master], [], [], 0.1)[0]:
                with contextlib.suppress(OSError):
                    os.read(self.master, 65536)
        return self.process.wait(1)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)


@pytest.fixture
def terminal() -> Iterator[Any]:
    opened: list[Terminal] = []

    def start(*arguments: str, size: tuple[int, int] = (24, 80)) -> Terminal:
        opened.append(Terminal(*arguments, size=size))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def test_a_terminal_shows_the_widget_on_its_colour_follows_its_size_and_leaves_with_q(terminal: Any) -> None:
    watch = terminal("A", "--interval", "1")
    watch.until(r"House A")
    watch.until(r"Σ +\d+\.\d{3} kW-min")
    assert re.search(r"48;2;(76;175;80|255;235;59|244;67;54|109;0;8)m", watch.seen)
    watch.resize((4, 20))
    small = watch.until(r"(?s)Σ +\d+\.\d{3} .*❄.*♨")
    assert "House" not in small
    assert watch.press("q") == 0


def test_a_terminal_says_that_the_server_is_away_and_goes_on_where_it_was(terminal: Any) -> None:
    health = b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\nConnection: close\r\n\r\n{"streams":0}'
    with answering(health, stream(sent(1)), stream(sent(2, Overall=9.5))) as (address, asked):
        watch = terminal("A", "--server", address)
        watch.until(r"2\.117 kW-min")
        watch.until(r"Reconnecting, last value")
        watch.until(r"9\.500 kW-min ↑")
        assert b"7.1.abcdef01" in asked[2]
        assert watch.press("q") == 0


def test_what_a_server_refuses_is_said_in_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    health = b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\nConnection: close\r\n\r\n{"streams":0}'
    words = b'{"error":"Unrecognized house."}'
    refusal = b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(words), words)
    with answering(health, refusal) as (address, _):
        assert main(["watch", "Z", "--server", address]) == 2
    assert capsys.readouterr().err.strip().endswith("Unrecognized house.")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["A", "--server", "nowhere"], "must be an address such as"),
        (["A", "--server", "http://127.0.0.1:9"], "No Wattloom server answers"),
        (["A", "--interval", "five"], "valid integer"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", *arguments]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(("household", "interval", "words"), [("Z", "5", "Unrecognized house"), ("A", "0", "Interval")])
def test_what_cannot_be_watched_without_a_server_is_refused(
    household: str, interval: str, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wattloom.cli.follow.USUAL", "http://127.0.0.1:9")
    assert main(["watch", household, "--interval", interval]) == 2
    assert words in capsys.readouterr().err


def test_a_server_is_followed_after_a_cut_from_the_last_event_on() -> None:
    with answering(stream(sent(1), "event: gap\ndata: {}\n\n"), stream(sent(2))) as (address, asked):
        items = served(address, "A/17", 5)
        assert [next(items), next(items), next(items)] == [EVENT, "Reconnecting", EVENT]
    assert b"household=A/17&interval=5" in asked[0]
    assert b"7.1.abcdef01" in asked[1]


def test_events_without_data_and_comments_are_passed_over() -> None:
    lines = [b": hello", b"", b"retry: 500", b"", b"id: 1.2.ab", b'data: {"AC": 1}', b""]
    assert list(events(iter(lines))) == [("1.2.ab", {"AC": 1})]


@pytest.mark.parametrize("priority", list(STYLES))
def test_every_priority_has_its_background_until_the_value_is_old(priority: str) -> None:
    face = Face("A", 5, "computed here")
    face.take(EVENT | {"priority": priority}, now=100.0)
    assert face.style(101.0) == STYLES[priority]
    assert priority in face.words(101.0) or "AC at or above" in face.words(101.0)
    assert face.style(109.0) == OLD
    assert face.words(109.0) == "Stale, last value 9 s ago"
    assert ("╳" in face.render(40, 20, 101.0).plain) == (priority == "Critical Red")
    assert "╳" not in face.render(40, 20, 109.0).plain


@pytest.mark.parametrize(("width", "height"), [(1, 1), (10, 3), (20, 7), (40, 8), (200, 60)])
def test_a_face_fits_any_terminal(width: int, height: int) -> None:
    face = Face("A", 5, "computed here")
    face.take(EVENT, now=0.0)
    page = face.render(width, height, 1.0).plain.split("\n")
    assert len(page) == height
    assert all(len(row) <= width for row in page)


def test_a_meter_that_is_not_there_has_no_row() -> None:
    face = Face("shed", 5, "computed here")
    face.take({k: v for k, v in EVENT.items() if k != "Geyser"} | {"status": {"AC": "Red", "Overall": "Green"}}, now=0)
    assert not [row for row in face.lines(80, 24, 1.0) if "♨" in row]
