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
from wattloom.readings import METERS
from wattloom.recording import Recording
from wattloom.source import Source
from wattloom.tally import Tally
from wattloom.windows import check_interval, daily

#: AC and Geyser are idle up to this share of their rated power: standby, a pilot lamp, the fan of a resting AC.
IDLE: Final = 0.05
#: Statistics of fewer days or windows than this are not called reliable.
RELIABLE_DAYS: Final = 7
RELIABLE_WINDOWS: Final = 500
#: The figures of a meter, the five of the contract first.
FIGURES: Final = (
    *("25p", "median", "75p", "rt_critical_value_0.01", "best_distribution"),
    *("windows", "on_state", "critical_value", "colours", "atoms", "distribution", "usual"),
)
#: Days of history that may be asked for.
LONGEST: Final = 3_660


@dataclass(frozen=True, slots=True)
class QuickStats:
    """The quick statistics of a household at one interval, from `days` days of history that ended before `before`."""

    name: str
    interval: int
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
    history = baseline or (source.baseline if isinstance(source, Recording) else source)
    check_interval(interval, history.step)
    if not 1 <= days <= LONGEST:
        raise Refusal(f"Days of history must be 1 to {LONGEST}, not {days}.")
    if history.span is not None:
        first, last = (history.calendar.day(second) for second in (history.span[0], history.span[1] - 1))
        before, days = last + timedelta(1), (last - first).days + 1
    elif before is None:
        before = history.calendar.day(time.time())
    asked = before, days
    return _kept.get((source, history, interval, *asked), lambda: _quick_stats(source.name, history, interval, *asked))


_kept = Memo[QuickStats](limit=256)


def _quick_stats(name: str, history: Source, interval: int, before: date, days: int) -> QuickStats:
    dates = [before - timedelta(days - i) for i in range(days)]
    parts, highest = [], np.full((days, len(METERS), 24), -1, dtype=np.int32)
    for row, day, (start, watts) in zip(highest, dates, daily(history, interval, dates[0], days), strict=True):
        parts.append(watts)
        row[:] = maxima(watts, start - history.calendar.midnight(day), interval)
    meters = {
        meter: meter_stats(
            Tally.of([part[place] for part in parts]),
            idle=0 if meter == "Overall" else int(IDLE * 1000 * history.rated.get(meter, 0.0)),
            largest=history.cap[place] * 4 // 5,
            usual=usual(highest[:, place], dates),
        )
        for place, meter in enumerate(METERS)
        if meter in history.meters
    }
    seen = int((highest >= 0).any(axis=(1, 2)).sum())
    windows = max((meter.windows for meter in meters.values()), default=0)
    return QuickStats(name, interval, before, seen, seen >= RELIABLE_DAYS and windows >= RELIABLE_WINDOWS, meters)
