"""The world's speed: truth of a household-day on one core, in sequence and at random. `python benchmarks/world.py`.

Each figure is CPU time, the median over rounds of a household that nobody has asked before. Beside it, in the same run:
the same day's loads rendered in plain NumPy, second by second arrays for each load.
"""

from __future__ import annotations

import os
import platform
import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median

import numpy as np

from wattloom.household import Household, household
from wattloom.loads import Channel

FIRST = date(2026, 5, 1)
DAYS = 28
ROUNDS = 7
HOMES = ("A", "A/1", "B", "C")


def sequence(home: Household) -> None:
    """28 days one after the other."""
    for i in range(DAYS):
        home.watts(FIRST + timedelta(i))


def at_random(home: Household) -> None:
    """28 days of four years, each on its own: the loads of two days for one day of watts."""
    order = random.Random(1).sample(range(0, 1460, 3), DAYS)
    for i in order:
        home.watts(FIRST + timedelta(i))


def rendering(home: Household) -> None:
    """28 times the rendering of one day whose loads are drawn."""
    for _ in range(DAYS):
        home._render(FIRST.toordinal())


def plain_numpy(home: Household) -> None:
    """The same loads as differences and cumulative sums in NumPy, mains and shimmer left out, once."""
    day = home._life.day(FIRST.toordinal())
    rows = np.concatenate([home.loads(day.ordinal - 1).rows(day.start), home.loads(day.ordinal).rows(day.start)])
    change = np.zeros((len(Channel), 86_402), np.float64)
    for channel, start, end, power, to in rows.tolist():
        low, high = max(0, start) // 1000, min(86_400_000, end) // 1000
        if low >= high:
            continue
        if power == to:
            change[channel, low] += power
            change[channel, high] -= power
        else:
            levels = np.linspace(power, to, high - low)
            change[channel, low + 1 : high] += np.diff(levels)
            change[channel, low] += levels[0]
            change[channel, high] -= levels[-1]
    watts = change.cumsum(axis=1)[:, :86_400] / 16
    meters = watts.reshape(3, 3, -1).sum(axis=1)
    meters[2] += meters[:2].sum(axis=0)
    np.rint(meters).astype(np.int32)


def milliseconds(work: Callable[[Household], None], name: str, days: int) -> float:
    """Median CPU time of a household-day, ms."""
    times = []
    for seed in range(ROUNDS):
        home = household(name, seed=seed)
        home.watts(FIRST)
        start = time.process_time()
        work(home)
        times.append((time.process_time() - start) * 1000 / days)
    return median(times)


def main() -> None:
    """Prints the table."""
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, {os.cpu_count()} cores\n")
    works = {
        "truth, days in sequence (must 2.5, stretch 0.5)": (sequence, DAYS),
        "truth, cold days at random (must 5, stretch 1)": (at_random, DAYS),
        "of it: rendering": (rendering, DAYS),
        "named competitor: rendering in plain NumPy": (plain_numpy, 1),
    }
    print("| ms of CPU per household-day |", " | ".join(HOMES), "|\n|---|" + "---:|" * len(HOMES))
    for title, (work, days) in works.items():
        print(f"| {title} |", " | ".join(f"{milliseconds(work, name, days):.2f}" for name in HOMES), "|", flush=True)


if __name__ == "__main__":
    main()
