"""`wattloom switch` against a real server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from wattloom.cli import main

WATTLOOM = str(Path(sys.executable).with_name("wattloom"))
Run = Callable[..., "Done"]


class Server:
    """`wattloom serve` that takes switches only with a token."""

    def __init__(self, state: Path) -> None:
        command = [WATTLOOM, "serve", "--port", "0", "--log-level", "error", "--state", str(state)]
        environment = {**os.environ, "WATTLOOM_TOKEN": "s3cret"}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert self.process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", self.process.stdout.readline())
        assert found
        self.url = found[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("state") / "switches.db")
    yield started
    started.process.terminate()
    started.process.communicate(timeout=20)


@dataclass
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(server: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def one(*arguments: str, token: str = "s3cret", url: str | None = None) -> Done:
        monkeypatch.setenv("WATTLOOM_TOKEN", token)
        code = main(["switch", *arguments, "--server", url or server.url])
        return Done(code, *capsys.readouterr())

    return one


def test_off_shown_and_on_again(run: Run) -> None:
    done = run("A/17", "AC", "off", "--minutes", "10", "--by", "Ada")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"AC of A/17 is off from (\S{8}) until (\S{8}), house time\.\n", done.stdout)
    assert re.fullmatch(r"AC is off until \S{8}, by Ada\n", run("A/17").stdout)
    assert run("A").stdout == "Nothing is switched off in A.\n"
    done = run("A/17", "AC", "on")
    assert re.fullmatch(r"AC of A/17 is on again from \S{8}\.\n", done.stdout)
    done = run("A/17", "AC", "on")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "wattloom: AC of A/17 is not switched off.\n")


def test_the_token_comes_from_a_file_or_the_environment(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("s3cret\n")
    assert run("A", "Geyser", "off", "--token-file", str(file), token="").returncode == 0
    for token, words in (("", "Switching takes a token"), ("wrong", "The token is not right.")):
        done = run("A", "Geyser", "on", token=token)
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr
        assert "wrong" not in done.stderr
    file.write_text(" \n")
    assert "has no token in it" in run("A", "Geyser", "on", "--token-file", str(file)).stderr
    assert "No such file" in run("A", "Geyser", "on", "--token-file", str(tmp_path / "none")).stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("A", "Fridge", "off"), "'Fridge' cannot be switched; AC and Geyser can."),
        (("A", "AC"), "Say on or off after AC, as in: wattloom switch A AC off --minutes 30."),
        (("A", "AC", "out"), "Say on or off after AC"),
        (("A", "AC", "off", "--minutes", "0"), "minutes must be more than 0 and at most 1440."),
        (("A", "AC", "off", "--minutes", "soon"), "Invalid value for '--minutes'"),
        (("Q", "AC", "off"), "Unrecognized house."),
        (("Q",), "Unrecognized house."),
        (("A B?#", "AC", "off"), "Unrecognized house."),
        (("A", "AC", "off", "--by", "x" * 41), "by must be a name of at most 40 printable characters."),
    ],
)
def test_one_clear_line(run: Run, arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_no_server(run: Run) -> None:
    for url, words in (("http://127.0.0.1:1", "No Wattloom server answers at"), ("somewhere", "must be an address")):
        done = run("A", "AC", "off", url=url)
        assert done.returncode == 2
        assert words in done.stderr
