"""The load client of `streaming.py`: thousands of streams on one epoll, lateness against the due time in each id.

Prints one JSON object. Not part of the server under test, and pinned to another core; it says how busy it was itself.
"""

from __future__ import annotations

import argparse
import json
import select
import socket
import time
from array import array
from collections.abc import Iterator

import numpy as np


class Client:
    """One stream: where it is, and what it has had."""

    __slots__ = ("count", "doubled", "last", "lost", "rest", "sock")

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.rest, self.last = sock, b"", -1
        self.count = self.lost = self.doubled = 0

    def numbers(self, data: bytes) -> Iterator[tuple[bytes, int]]:
        """Anchor and number of the events that are complete."""
        data = self.rest + data
        end = data.rfind(b"\n\n") + 2
        self.rest = data[end:] if end > 1 else data
        at = data.find(b"id: ")
        while 0 <= at < end:
            anchor, number, _ = data[at + 4 : data.index(b"\n", at)].split(b".", 2)
            yield anchor, int(number)
            at = data.find(b"id: ", at + 4)


def connect(port: int, count: int, path: str, spread: float) -> tuple[dict[int, Client], select.epoll, float]:
    """Open all streams, evenly over `spread` seconds, and wait until each has its head."""
    poll = select.epoll()
    clients: dict[int, Client] = {}
    began = time.monotonic()
    waiting = 0
    for i in range(count):
        while (pause := began + spread * i / count - time.monotonic()) > 0:
            waiting -= _heads(poll, clients, pause)
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setblocking(False)
        sock.send(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        clients[sock.fileno()] = Client(sock)
        poll.register(sock.fileno(), select.EPOLLIN)
        waiting += 1
        if waiting > 200:
            waiting -= _heads(poll, clients, 5)
    while waiting > 0:
        waiting -= _heads(poll, clients, 5)
    return clients, poll, time.monotonic() - began


def _heads(poll: select.epoll, clients: dict[int, Client], timeout: float) -> int:
    heads = 0
    for fd, _ in poll.poll(timeout):
        client = clients[fd]
        data = client.sock.recv(262_144)
        if not data:
            raise SystemExit("a stream was closed")
        if data.startswith(b"HTTP/1.1"):
            if not data.startswith(b"HTTP/1.1 200"):
                raise SystemExit(data.decode())
            heads += 1
        for _, number in client.numbers(data):
            client.last = number
    return heads


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--clients", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--spread", type=float, default=0.0)
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between events of a client")
    given = parser.parse_args()
    clients, poll, connecting = connect(given.port, given.clients, given.path, given.spread)
    print(json.dumps({"connecting": connecting}), flush=True)
    replay = "start_index" in given.path
    wall = time.time
    begin = np.ceil(wall()) + 0.5
    late, cpu = array("d"), 0.0
    for part, end in (("before", begin), ("measured", begin + given.seconds)):
        if part == "measured":
            del late[:]
            for client in clients.values():
                client.count = 0
            cpu = time.process_time()
            print(json.dumps({"begin": wall()}), flush=True)
        while wall() < end:
            for fd, _ in poll.poll(0.1, 256):
                client = clients[fd]
                data = client.sock.recv(16_384)
                now = wall()
                if not data:
                    raise SystemExit("a stream was closed")
                if not client.rest and data.endswith(b"\n\n\r\n") and data.find(b"id: ", 40) < 0:
                    anchor, text, _ = data[data.find(b"id: ") + 4 : 80].split(b".", 2)  # one whole event, as usual
                    found = [(anchor, int(text))]
                else:
                    found = list(client.numbers(data))
                for anchor, number in found:
                    if client.last >= 0 and number != client.last + 1:
                        client.lost += max(0, number - client.last - 1)
                        client.doubled += number <= client.last
                    client.last = number
                    client.count += 1
                    due = int(anchor) / 1000 + number * given.interval if replay else int(anchor) + number + 1
                    late.append(now - due)
    busy = (time.process_time() - cpu) / given.seconds
    milliseconds = np.array(late) * 1000
    print(
        json.dumps(
            {
                "events": sum(client.count for client in clients.values()),
                "lost": sum(client.lost for client in clients.values()),
                "doubled": sum(client.doubled for client in clients.values()),
                "p50": float(np.quantile(milliseconds, 0.5)),
                "p99": float(np.quantile(milliseconds, 0.99)),
                "max": float(milliseconds.max()),
                "busy": busy,
            }
        ),
        flush=True,
    )


if __name__ == "__main__":
    main()
