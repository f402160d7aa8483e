"""The README, word for word: its curl lines against a real server, and what it shows is what one sees."""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
WATTLOOM = str(Path(sys.executable).with_name("wattloom"))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server as `make serve` starts it, on a port that is free."""
    if not shutil.which("curl"):
        pytest.skip("curl is not here")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen([WATTLOOM, "serve", "--port", str(port)], stdout=-3, stderr=-3) as process:
        for _ in range(300):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"localhost:{port}"
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def line(start: str) -> str:
    """The command that starts so."""
    return next(found.split("  #")[0] for found in README.splitlines() if found.startswith(start))


def shell(command: str, server: str, seconds: float = 30) -> str:
    """What a command writes, until it ends or the time is over."""
    command = "exec " + command.replace("localhost:5000", server)
    with subprocess.Popen(["bash", "-c", command], stdout=-1, stderr=-3, text=True) as process:
        try:
            return process.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return process.communicate()[0]


def test_the_three_lines_one_after_the_other(server: str) -> None:
    shown = re.search(r"```json\n(.*?)\n```", README, flags=re.DOTALL)
    assert shown is not None
    answer = shell(line("curl -X POST"), server)
    assert json.loads(answer) == json.loads(shown[1].replace("localhost:5000", server))
    stats = json.loads(shell(line("curl localhost:5000/stream_qstats"), server))
    for key in ("25p", "median", "75p", "rt_critical_value_0.01", "best_distribution"):
        assert set(stats[key]) == {"AC", "Geyser", "Overall"}
    stream = shell(line("curl -N localhost:5000/stream_data"), server, seconds=7)
    events = [json.loads(found.removeprefix("data: ")) for found in stream.splitlines() if found.startswith("data: ")]
    assert len(events) >= 2
    example = next(found for found in README.splitlines() if found.startswith("data: "))
    keys = re.findall(r'"(\w+)":', example)
    assert [key for key in events[0] if key in keys] == keys
    assert re.search(r"^id: \d+\.\d+\.[0-9a-f]+$", stream, flags=re.MULTILINE)


def test_what_the_readme_says_of_addresses_is_there(server: str) -> None:
    for path in re.findall(r"at `(/\w+)`", README):
        assert shell(f"curl -s -o /dev/null -w '%{{http_code}}' localhost:5000{path}", server) == "200"
