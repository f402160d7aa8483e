"""Files and streams are views of one world: what a replay sends is what stands in the file that `generate` writes."""

import csv
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from wattloom.cli import main
from wattloom.readings import METERS

WATTLOOM = str(Path(sys.executable).with_name("wattloom"))
INTERVAL, START, WINDOWS = 15, 68_000, 60


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    assert main(["generate", "--days", "1", "--start", "2026-05-01", "--households", "A,B", "--out", str(folder)]) == 0
    return folder / "realistic_fake_energy_data_without_errors.csv"


@pytest.fixture(scope="module")
def server(file: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [WATTLOOM, "serve", "--port", str(port), "--data", f"mine={file}#B"]
    with subprocess.Popen(command, stdout=-3, stderr=-3) as process:
        for _ in range(300):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def replay(server: str, household: str) -> list[dict[str, Any]]:
    """The first windows of a replay, read as a strict parser would: one JSON object for each `data:`."""
    query = f"household={household}&interval={INTERVAL}&start_index={START}&date=2026-05-01&faults=none&speed=750"
    with urllib.request.urlopen(f"{server}/stream_data?{query}", timeout=60) as stream:
        data = (line.removeprefix(b"data: ") for line in stream if line.startswith(b"data: "))
        return [json.loads(line) for line in islice(data, WINDOWS)]


def means(file: Path, household: str) -> dict[str, list[int]]:
    """Window means in W, halves up, from the text of the file by integer arithmetic alone."""
    with file.open(newline="") as lines:
        rows = list(islice(csv.DictReader(lines), START, START + INTERVAL * WINDOWS))
    watts = {meter: [int(row[f"{household}_{meter}"].replace(".", "")) for row in rows] for meter in METERS}
    starts = range(0, len(rows), INTERVAL)
    return {
        meter: [(2 * sum(values[first : first + INTERVAL]) + INTERVAL) // (2 * INTERVAL) for first in starts]
        for meter, values in watts.items()
    }


@pytest.mark.parametrize(("streamed", "written"), [("A", "A"), ("B", "B"), ("mine", "B")])
def test_a_replay_is_the_window_means_of_the_file(server: str, file: Path, streamed: str, written: str) -> None:
    events = replay(server, streamed)
    assert [event["index"] for event in events] == [START + INTERVAL * number for number in range(WINDOWS)]
    assert events[0]["time"] == "2026-05-01T18:53:20+05:30"
    expected = means(file, written)
    for meter in METERS:
        assert [round(event[meter] * 1000) for event in events] == expected[meter]
