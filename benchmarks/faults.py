"""Faults: the cost of a plan for a household-day of 86,400 s x 3 meters, on one core; prints rows of a table.

Each day is a new one, so nothing is found in a cache; the truth is at hand and not counted. CPU time of the thread.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from time import thread_time
from typing import ClassVar

import numpy as np

from wattloom import faults
from wattloom.civil import Calendar, zone_of
from wattloom.readings import METERS, Readings

DAYS = 100


@dataclass
class Known:
    """A home whose truth is at hand: the same readings every day."""

    name: ClassVar[str] = "A"
    seed: ClassVar[int] = 0
    step: ClassVar[int] = 1
    meters: ClassVar[tuple[str, ...]] = METERS
    span: ClassVar[tuple[int, int] | None] = None
    cap: ClassVar[tuple[int, int, int]] = (9000, 9000, 9000)
    rest: ClassVar[tuple[int, int]] = (0, 9000)
    description: ClassVar[str] = "for measuring"
    rated: ClassVar[dict[str, float]] = {}
    calendar: Calendar = field(default_factory=lambda: Calendar(zone_of("Asia/Kolkata")))
    days: dict[tuple[int, int], Readings] = field(default_factory=dict)

    def truth(self, start: int, end: int) -> Readings:
        if (start, end) not in self.days:
            time = np.arange(start, end)
            watts = np.stack([time * prime % 3001 for prime in (7919, 7907, 7901)]).astype(np.int32)
            self.days[start, end] = Readings(time, time, watts)
        return self.days[start, end]


def main() -> None:
    """Prints what each built-in plan costs, reported and labelled."""
    home = Known()
    midnights = [home.calendar.midnight(date(2026, 5, 1) + timedelta(day)) for day in range(DAYS + 1)]
    days = list(pairwise(midnights))
    for start, end in days:
        home.truth(start, end)
    print("| work, per household-day | median | labels |\n| --- | --- | --- |")
    for name in ("every-25", "sparse", "rare"):
        plan, times = faults.plan(name), []
        for start, end in days:
            before = thread_time()
            faults.reported(home, plan, start, end)
            times.append(1000 * (thread_time() - before))
        marked = []
        for start, end in days[:20]:
            before = thread_time()
            faults.labels(home, plan, start, end)
            marked.append(1000 * (thread_time() - before))
        print(f"| faults of `{name}` | {median(times):.2f} ms | {median(marked):.1f} ms |")


if __name__ == "__main__":
    main()
