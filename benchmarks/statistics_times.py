"""Quick statistics: how long they take, and how long SciPy takes for less, on the same windows and in the same run.

`python benchmarks/statistics_times.py [--before 2026-05-01]`. The tables of docs/performance.md and docs/statistics.md.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quick_statistics import HOMES, KS_FAMILIES, table
from wattloom.household import household
from wattloom.source import Source
from wattloom.statistics import QuickStats, history_of, quick_stats
from wattloom.status import judge
from wattloom.windows import Windows, daily

#: Times are the least of so many runs.
RUNS = 5


def best_of(times: int, work: Callable[[], object]) -> float:
    """The least CPU time of several runs, s."""

    def runs() -> Iterator[float]:
        for _ in range(times):
            start = time.process_time()
            work()
            yield time.process_time() - start

    return min(runs())


def timings(before: date) -> None:
    """How long it takes on one core, and how long SciPy's own fits of the same windows do, in the same run."""
    print(f"\n### CPU time, least of {RUNS} runs (SciPy and a year: of 2)\n")
    row = table("work", "time", "against Wattloom")
    quick_stats(household("classic-a"), 5, before)  # imports
    at_hand = 0.0
    for name in HOMES:
        home = household(name)
        row(
            f"{name}: 28 days, interval 5, three meters, first time",
            ms(best_of(RUNS, partial(first, name, before, 28))),
            "",
        )
        quick_stats(home, 5, before, 28 + RUNS)

        def again(days: Iterator[int], interval: int, home: Source = home) -> QuickStats:
            return quick_stats(home, interval, before - timedelta(next(days)))

        known = best_of(RUNS, partial(again, iter(range(1, 1 + RUNS)), 5))
        at_hand = at_hand or known
        row(f"{name}: the same with the history at hand", ms(known), "1.0 x" if name == "A" else "")
        row(f"{name}: interval 60, history at hand", ms(best_of(RUNS, partial(again, iter(range(RUNS)), 60))), "")
        row(f"{name}: asked again", f"{1e6 * asked_again(home, before):.1f} us", "")
    home = household("A")
    row("A: a year, interval 5, first time", ms(best_of(2, partial(first, "A", before, 365))), "")
    row("A: judging one window, per meter", f"{1e6 * judging(home, before):.1f} us", "")
    kilowatts = history_of(home, quick_stats(home, 5, before)) / 1000
    for what, times, work in (("`numpy.percentile` alone", RUNS, percentiles), ("SciPy", 2, scipys)):
        spent = best_of(times, partial(work, kilowatts))
        row(f"A, history at hand: {what}", ms(spent), f"{spent / at_hand:.1f} x")


def asked_again(home: Source, before: date) -> float:
    """Seconds for statistics that are kept."""

    def often() -> None:
        for _ in range(1000):
            quick_stats(home, 5, before)

    return best_of(RUNS, often) / 1000


def first(name: str, before: date, days: int) -> QuickStats:
    """Statistics of a home made anew, of which nothing is at hand."""
    return quick_stats(household(name), 5, before, days)


def percentiles(kilowatts: NDArray[np.float64]) -> None:
    """Quartiles and the 99th percentile of every meter: no states, no fit, no evidence."""
    np.percentile(kilowatts, [25, 50, 75, 99], axis=1)


def scipys(kilowatts: NDArray[np.float64]) -> None:
    """The same, six families fitted by maximum likelihood to every meter and held against a Kolmogorov-Smirnov test."""
    import scipy.stats

    percentiles(kilowatts)
    for watts in kilowatts:
        for name in KS_FAMILIES:
            family = getattr(scipy.stats, name)
            with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
                scipy.stats.kstest(watts, family(*family.fit(watts)).cdf)


def judging(home: Source, before: date) -> float:
    """Seconds per window and meter."""
    stats = quick_stats(home, 5, before)
    start, watts = next(daily(home, 5, before, 1))
    windows = Windows(start, 5, watts, np.full_like(watts, 5), 5, {})
    return best_of(3, lambda: judge(windows, stats, home.calendar)) / len(windows) / len(stats.meters)


def ms(seconds: float) -> str:
    """Milliseconds."""
    return f"{1000 * seconds:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", type=date.fromisoformat, default=date(2026, 5, 1))
    options: Any = parser.parse_args()
    timings(options.before)


if __name__ == "__main__":
    main()
