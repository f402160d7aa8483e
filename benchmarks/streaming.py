"""Streaming: how many clients one core serves, how late, at what cost; beside it Node's http and Starlette.

The server is pinned to one core and everything else to another one. Live: every client is due at the same instant,
the whole second, and lateness counts from there. Replays: starts spread over the second.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TICKS = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
LIVE = "/stream_data?household=A&interval=1"
REPLAY = LIVE + "&start_index=40000"
#: Bytes of an event's data, for those who have none of their own.
SIZE = 600
COLUMNS = (
    "server", "clients", "late p50, ms", "p99, ms", "lost / doubled", "CPU per event, us", "memory per client, KB",
    "connecting, s", "load client busy",
)  # fmt: skip


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident(pid: int) -> int:
    """Its memory in bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextlib.contextmanager
def running(command: list[str], port: int) -> Iterator[int]:
    """A server on the first core, ready; its process id."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, preexec_fn=lambda: os.sched_setaffinity(0, {CORES[0]})
    )
    try:
        for _ in range(400):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def load(port: int, pid: int, clients: int, seconds: float, path: str, spread: float = 0.0) -> dict[str, Any]:
    """What so many clients see."""
    before = resident(pid)
    command = [sys.executable, str(HERE / "streaming_worker.py"), f"--port={port}", f"--clients={clients}"]
    command += [f"--seconds={seconds}", f"--path={path}", f"--spread={spread}"]
    worker = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, preexec_fn=lambda: os.sched_setaffinity(0, {CORES[-1]})
    )
    assert worker.stdout is not None
    connected, _ = json.loads(worker.stdout.readline()), json.loads(worker.stdout.readline())
    used, memory = cpu(pid), resident(pid)
    seen: dict[str, Any] = json.loads(worker.stdout.readline()) | connected
    seen["cpu"] = (cpu(pid) - used) / seen["events"] * 1e6
    seen["memory"] = (memory - before) / clients / 1000
    worker.wait()
    return seen


def wattloom(port: int) -> list[str]:
    """The server under test."""
    return [str(Path(sys.executable).with_name("wattloom")), "serve", f"--port={port}", "--log-level=warning"]


def others(port: int) -> dict[str, list[str]]:
    """What it is held against, as far as it is installed."""
    found = {}
    if node := shutil.which("node"):
        found["Node's http"] = [node, str(HERE / "streaming_node_worker.js"), str(port), str(SIZE)]
    if importlib.util.find_spec("starlette"):
        worker = str(HERE / "streaming_starlette_worker.py")
        found["Starlette, a generator per client"] = [sys.executable, worker, str(port), str(SIZE)]
    return found


def row(name: str, clients: int, seen: dict[str, Any]) -> str:
    """A line of the table."""
    saturated = " (client saturated)" if seen["busy"] > 0.9 else ""
    return (
        f"| {name} | {clients:,} | {seen['p50']:.0f} | {seen['p99']:.0f} | {seen['lost']} / {seen['doubled']} "
        f"| {seen['cpu']:.1f} | {seen['memory']:.1f} | {seen['connecting']:.1f} | {seen['busy']:.0%}{saturated} |"
    )


def request_latency(port: int, seconds: float) -> tuple[float, float]:
    """Median and 99th percentile of a small JSON request, ms, on one kept connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.perf_counter()
        connection.request("GET", "/health")
        connection.getresponse().read()
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.005)
    times.sort()
    return times[len(times) // 2], times[int(len(times) * 0.99)]


def ending(clients: int) -> tuple[int, float]:
    """Exit code, and seconds from SIGTERM to the end of the process, with so many streams open."""
    port = free_port()
    process = subprocess.Popen(wattloom(port), stdout=subprocess.DEVNULL)
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            break
        time.sleep(0.05)
    command = [sys.executable, str(HERE / "streaming_worker.py"), f"--port={port}", f"--clients={clients}"]
    worker = subprocess.Popen(
        [*command, "--seconds=30", f"--path={LIVE}"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert worker.stdout is not None
    worker.stdout.readline()
    began = time.monotonic()
    process.terminate()
    code = process.wait()
    seconds = time.monotonic() - began
    worker.communicate()
    return code, seconds


def soak(clients: int, minutes: float) -> None:
    """Memory and descriptors of a server over minutes of streaming while others come and go."""
    with running(wattloom(port := free_port()), port) as pid:
        load(port, pid, 1, 1, LIVE)
        command = [sys.executable, str(HERE / "streaming_worker.py"), f"--port={port}", f"--clients={clients}"]
        worker = subprocess.Popen(
            [*command, f"--seconds={60 * minutes}", f"--path={LIVE}"], stdout=subprocess.PIPE, text=True
        )
        assert worker.stdout is not None
        worker.stdout.readline()
        end = time.monotonic() + 60 * minutes
        print("\n| minute | memory, MB | descriptors |\n| --- | --- | --- |")
        while time.monotonic() < end:
            for number in range(200):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as sock:
                    sock.sendall(f"GET {REPLAY}&faults=every-{number + 2} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                    sock.recv(4096)
            minute = minutes - (end - time.monotonic()) / 60
            print(
                f"| {minute:.1f} | {resident(pid) / 1e6:.1f} | {len(list(Path(f'/proc/{pid}/fd').iterdir()))} |",
                flush=True,
            )
            time.sleep(max(1, 6 * minutes))
        seen = json.loads(worker.communicate()[0].splitlines()[-1])
        print(f"\n{seen['events']:,} events, lost {seen['lost']}, doubled {seen['doubled']}, p99 {seen['p99']:.0f} ms.")


def first_event() -> float:
    """Seconds from the start of the process to the first event at a client."""
    port = free_port()
    began = time.monotonic()
    process = subprocess.Popen(wattloom(port), stdout=subprocess.DEVNULL)
    try:
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as sock:
                sock.sendall(f"GET {LIVE} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                data = b""
                while b"data: " not in data:
                    if not (part := sock.recv(65_536)):
                        raise SystemExit(data.decode())
                    data += part
                return time.monotonic() - began
            time.sleep(0.005)
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, nargs="+", default=[10_000, 15_000])
    parser.add_argument("--replays", type=int, nargs="+", default=[15_000, 19_000])
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--only", choices=["live", "replay", "request", "end", "start", "others", "soak"])
    parser.add_argument("--minutes", type=float, default=5, help="of the soak, which is run only by its name")
    given = parser.parse_args()

    def wanted(part: str) -> bool:
        return given.only in (None, part)

    if given.only in (None, "live", "replay", "others"):
        print("| " + " | ".join(COLUMNS) + " |\n|" + " --- |" * len(COLUMNS))
    for clients in given.clients if wanted("live") else []:
        with running(wattloom(port := free_port()), port) as pid:
            load(port, pid, 1, 1, LIVE)  # statistics and a block at hand
            print(row("wattloom, live, all due at once", clients, load(port, pid, clients, given.seconds, LIVE)))
    for clients in given.replays if wanted("replay") else []:
        with running(wattloom(port := free_port()), port) as pid:
            load(port, pid, 1, 1, REPLAY)
            seen = load(port, pid, clients, given.seconds, REPLAY, spread=12)
            print(row("wattloom, replays spread over the second", clients, seen))
    for name in others(0) if wanted("others") else []:
        port = free_port()
        with running(others(port)[name], port) as pid:
            print(row(name, given.clients[0], load(port, pid, given.clients[0], given.seconds, LIVE)))
    if wanted("request"):
        with running(wattloom(port := free_port()), port) as pid:
            command = [sys.executable, str(HERE / "streaming_worker.py"), f"--port={port}", "--clients=5000"]
            worker = subprocess.Popen(
                [*command, "--seconds=12", f"--path={LIVE}"],
                stdout=subprocess.PIPE,
                text=True,
                preexec_fn=lambda: os.sched_setaffinity(0, {CORES[-1]}),
            )
            assert worker.stdout is not None
            worker.stdout.readline()
            os.sched_setaffinity(0, {CORES[-1]})
            median, high = request_latency(port, 8)
            os.sched_setaffinity(0, set(CORES))
            worker.communicate()
            print(f"\nA small JSON request while 5,000 streams run: median {median:.1f} ms, p99 {high:.1f} ms.")
    if given.only == "soak":
        soak(given.clients[0], given.minutes)
    if wanted("end"):
        code, seconds = ending(10_000)
        print(f"\nSIGTERM with 10,000 streams open: exit code {code} after {seconds:.1f} s.")
    if wanted("start"):
        times = sorted(first_event() for _ in range(5))
        print(f"\nFrom the start of the process to the first event: median {times[2]:.2f} s, worst {times[-1]:.2f} s.")


if __name__ == "__main__":
    main()
