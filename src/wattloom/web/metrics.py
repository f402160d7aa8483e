"""Metrics for operators, in Prometheus' text format."""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path
from typing import Final

#: Upper bounds of the lateness histogram, s.
BOUNDS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """What this worker has done since it started.

    >>> metrics = Metrics()
    >>> metrics.delivered(1000, lateness=0.02, size=700)
    >>> metrics.quantile(0.99)
    0.025
    """

    def __init__(self) -> None:
        self.events = self.bytes = self.started = self.dropped = self.refused = self.requests = 0
        self.late_sum = 0.0
        self.late = [0] * (len(BOUNDS) + 1)

    def delivered(self, clients: int, lateness: float, size: int) -> None:
        """An event was written to so many clients, so late (s)."""
        self.events += clients
        self.bytes += clients * size
        self.late[bisect_left(BOUNDS, lateness)] += clients
        self.late_sum += max(0.0, lateness) * clients

    def quantile(self, q: float) -> float:
        """The bound below which this share of events was late."""
        rank, seen = q * sum(self.late), 0
        for bound, count in zip((*BOUNDS, float("inf")), self.late, strict=True):
            seen += count
            if seen >= rank:
                return bound
        return 0.0

    def text(self, gauges: dict[str, tuple[str, float]]) -> str:
        """The page at `/metrics`; `gauges` are name -> (help, value) of the moment."""
        lines: list[str] = []

        def add(name: str, kind: str, help_: str, value: float) -> None:
            lines.extend(
                (f"# HELP wattloom_{name} {help_}", f"# TYPE wattloom_{name} {kind}", f"wattloom_{name} {value:g}")
            )

        add("requests_total", "counter", "Requests answered, streams not counted.", self.requests)
        add("streams_started_total", "counter", "Streams started.", self.started)
        add("streams_refused_total", "counter", "Streams refused by a limit.", self.refused)
        add("streams_dropped_total", "counter", "Streams ended because their reader was too slow.", self.dropped)
        add("events_total", "counter", "Events written to clients on time or late.", self.events)
        add("event_bytes_total", "counter", "Bytes of them.", self.bytes)
        for name, (help_, value) in gauges.items():
            add(name, "gauge", help_, value)
        name = "wattloom_event_lateness_seconds"
        lines += [f"# HELP {name} How long after its due time an event was written.", f"# TYPE {name} histogram"]
        running = 0
        for bound, count in zip((*BOUNDS, "+Inf"), self.late, strict=True):
            running += count
            lines.append(f'{name}_bucket{{le="{bound}"}} {running}')
        lines += [f"{name}_sum {self.late_sum:g}", f"{name}_count {running}"]
        return "\n".join(lines) + "\n"


def memory() -> int:
    """Resident memory of this process in bytes; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
    except (OSError, ValueError, IndexError):
        return 0


def descriptors() -> int:
    """Open file descriptors of this process; 0 where the system does not say."""
    try:
        return sum(1 for _ in Path("/proc/self/fd").iterdir())
    except OSError:
        return 0
