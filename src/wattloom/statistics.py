"""Quick statistics: what is usual for the meters of a household, from its clean history."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from wattloom.errors import Refusal
from wattloom.hours import maxima, usual
from wattloom.memo import Memo
from wattloom.meterstats import MeterStats, meter_stats
from wattloom.readings import METERS, Watts
from wattloom.recording import Recording
from wattloom.source import Source
from wattloom.tally import Tally
from wattloom.windows import check_interval, daily, history

#: AC and Geyser are idle up to this share of their rated power: standby, a pilot lamp, the fan of a resting AC.
IDLE: Final = 0.05
#: Statistics of fewer days or windows than this are not called reliable.
RELIABLE_DAYS: Final = 7
RELIABLE_WINDOWS: Final = 500
#: The figures of a meter, the five of the contract first.
FIGURES: Final = (
    *("25p", "median", "75p", "rt_critical_value_0.01", "best_distribution"),
    *("windows", "on_state", "critical_value", "colours", "atoms", "distribution", "usual", "histogram"),
)
#: Days of history that may be asked for.
LONGEST: Final = 3_660


@dataclass(frozen=True, slots=True)
class QuickStats:
    """The quick statistics of a household at one interval, from clean history from day `first` to day `before`.

    `days` of these have readings; with too few of them, or of windows, the statistics are not `reliable`.
    """

    name: str
    interval: int
    first: date
    before: date
    days: int
    reliable: bool
    meters: dict[str, MeterStats]

    def json(self) -> dict[str, Any]:
        """What `/stream_qstats` answers: five figures by meter, what they are of, further figures by meter."""
        meters = {meter: stats.json() for meter, stats in self.meters.items()}
        figures = {figure: {meter: each[figure] for meter, each in meters.items()} for figure in FIGURES}
        of = {
            "household": self.name,
            "interval": self.interval,
            "first": self.first.isoformat(),
            "before": self.before.isoformat(),
            "days": self.days,
            "reliable": self.reliable,
        }
        return {figure: figures[figure] for figure in FIGURES[:5]} | of | figures


def quick_stats(
    source: Source, interval: int, before: date | None = None, days: int = 28, baseline: Source | None = None
) -> QuickStats:
    """Quick statistics at `interval` seconds over the `days` local days before `before` (default: today).

    A recording's are those of its whole span, or of its baseline's. Results are kept: asking again costs nothing.
    Raises Refusal for an interval that is no multiple of the source's step and for days out of 1 to 3,660.
    """
    known = baseline or (source.baseline if isinstance(source, Recording) else source)
    check_interval(interval, known.step)
    first, before = _days(known, before, days)
    return _kept.get(
        (source, known, interval, first, before), lambda: _quick_stats(source.name, known, interval, first, before)
    )


def history_of(source: Source, stats: QuickStats, baseline: Source | None = None) -> Watts:
    """The window means (3, windows) that quick statistics are of, W."""
    known = baseline or (source.baseline if isinstance(source, Recording) else source)
    return history(known, stats.interval, stats.first, (stats.before - stats.first).days)


_kept = Memo[QuickStats](limit=256)


def _days(known: Source, before: date | None, days: int) -> tuple[date, date]:
    """First day of the history and the day before which it ends."""
    if not 1 <= days <= LONGEST:
        raise Refusal(f"Days of history must be 1 to {LONGEST}, not {days}.")
    if known.span is not None:
        first, last = (known.calendar.day(second) for second in (known.span[0], known.span[1] - 1))
        return first, last + timedelta(1)
    before = before or known.calendar.day(time.time())
    try:
        return before - timedelta(days), before
    except OverflowError:
        raise Refusal(f"There are no {days} days of history before {before}.") from None


def _quick_stats(name: str, known: Source, interval: int, first: date, before: date) -> QuickStats:
    days = (before - first).days
    dates = [first + timedelta(i) for i in range(days)]
    tallies: list[list[Tally]] = [[] for _ in METERS]
    highest = np.full((days, len(METERS), 24), -1, dtype=np.int32)
    for row, day, (start, watts) in zip(highest, dates, daily(known, interval, first, days), strict=True):
        for tally, of in zip(tallies, watts, strict=True):
            tally.append(Tally.of([of]))
        row[:] = maxima(watts, start - known.calendar.midnight(day), interval)
    meters = {
        meter: meter_stats(
            Tally.merged(tallies[place]),
            idle=0 if meter == "Overall" else int(IDLE * 1000 * known.rated.get(meter, 0.0)),
            largest=known.cap[place] * 4 // 5,
            usual=usual(highest[:, place], dates),
        )
        for place, meter in enumerate(METERS)
        if meter in known.meters
    }
    seen = int((highest >= 0).any(axis=(1, 2)).sum())
    windows = max((meter.windows for meter in meters.values()), default=0)
    return QuickStats(
        name, interval, first, before, seen, seen >= RELIABLE_DAYS and windows >= RELIABLE_WINDOWS, meters
    )
