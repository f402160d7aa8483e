"""Faults: the cost of a plan for a household-day of 86,400 s x 3 meters, on one core; prints rows of a table.

Each day is a new one, so nothing is found in a cache; the truth is at hand and not counted. CPU time of the thread.
The usual way beside it, on the same days: masks over the whole day in NumPy, a random number for each second and meter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from random import Random
from statistics import median
from time import thread_time
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

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


def masked(truth: Readings, seed: int) -> NDArray[np.float64]:
    """`every-25` the usual way: whole-day masks, and one of three faults drawn for each second; no labels."""
    dice, watts = np.random.default_rng(seed), truth.watts.astype(np.float64)
    hit = np.arange(watts.shape[1]) % 25 == 0
    kind, factor = dice.integers(0, 3, watts.shape), dice.uniform(10, 100, watts.shape)
    watts = np.where(hit & (kind == 0), -np.abs(watts), watts)
    watts = np.where(hit & (kind == 1), watts * factor, watts)
    return np.where(hit & (kind == 2), np.nan, watts)


def looped(truth: Readings, seed: int) -> list[list[float | None]]:
    """The same as a loop over the seconds."""
    dice = Random(seed)
    reported: list[list[float | None]] = [list(row) for row in truth.watts.tolist()]
    for second in range(len(truth)):
        if second % 25 == 0:
            for row in reported:
                value = row[second] or 0
                row[second] = dice.choice((-abs(value), value * dice.uniform(10, 100), None))
    return reported


def main() -> None:
    """Prints what each built-in plan costs, reported and labelled."""
    home = Known()
    midnights = [home.calendar.midnight(date(2026, 5, 1) + timedelta(day)) for day in range(DAYS + 1)]
    days = list(pairwise(midnights))
    for start, end in days:
        home.truth(start, end)

    def cost(work: Callable[[int, int], object], count: int = DAYS) -> tuple[float, float]:
        """Least and median of CPU time, ms."""
        times = []
        for start, end in days[:count]:
            before = thread_time()
            work(start, end)
            times.append(1000 * (thread_time() - before))
        return min(times), median(times)

    def row(work: str, times: tuple[float, float]) -> None:
        print(f"| {work} | {times[0]:.2f} | {times[1]:.2f} | {usual[1] / times[1]:.1f} x |")

    usual = cost(lambda start, end: masked(home.truth(start, end), start), 30)
    print("| work, per household-day | least, ms | median, ms | against masks |\n| --- | --- | --- | --- |")
    row("usual way: `every-25` by masks", usual)
    row("usual way: `every-25` by a loop", cost(lambda start, end: looped(home.truth(start, end), start), 10))
    row("copying the readings alone", cost(lambda start, end: home.truth(start, end).watts.copy()))
    for name in ("every-25", "sparse", "rare"):
        plan = faults.plan(name)
        row(f"`{name}`", cost(partial(faults.reported, home, plan)))
        row(f"labels of `{name}`", cost(partial(faults.labels, home, plan), 20))


if __name__ == "__main__":
    main()
