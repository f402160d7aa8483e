"""Quick statistics: what is usual for the meters of a household, from its clean history."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Lock
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from wattloom.distributions import FAMILIES, Params
from wattloom.errors import Refusal
from wattloom.readings import METERS, MISSING
from wattloom.source import Source
from wattloom.windows import check_interval, daily

#: Significance of the critical value.
ALPHA: Final = 0.01
#: A meter is idle up to this share of its rated power: standby, a pilot lamp, the fan of a resting AC.
IDLE: Final = 0.05
#: Fewer days or windows than this are not called reliable.
RELIABLE_DAYS: Final = 7
RELIABLE_WINDOWS: Final = 500
LONGEST: Final = 3_660

Grid = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bands:
    """Quartiles and critical value, W, of all windows or of those of the on-state, and their share of all."""

    share: float
    p25: float
    median: float
    p75: float
    critical: int


@dataclass(frozen=True, slots=True)
class MeterStats:
    """What is usual for one meter; watts.

    - `bands` of all windows, `on` of those above `idle` (None where it was never on).
    - `critical`: the published critical value; `basis` says of what: `all`, `on-state`, or `rated` (never on).
    - `atoms`: value -> share; `fit`: name and parameters (kW) of the continuous part.
    """

    windows: int
    idle: int
    bands: Bands | None
    on: Bands | None
    critical: int
    basis: str
    atoms: dict[int, float]
    best: str
    params: Params
    score: float | None


@dataclass(frozen=True, slots=True)
class QuickStats:
    """The quick statistics of a household at one interval."""

    name: str
    interval: int
    days: int
    reliable: bool
    meters: dict[str, MeterStats]

    def json(self) -> dict[str, Any]:
        """What `/stream_qstats` answers: kW, never NaN."""
        meters = self.meters.items()

        def band(attribute: str) -> dict[str, float | None]:
            return {m: _kw(getattr(s.bands, attribute) if s.bands else None) for m, s in meters}

        return {
            "25p": band("p25"),
            "median": band("median"),
            "75p": band("p75"),
            "rt_critical_value_0.01": {m: _kw(s.critical) for m, s in meters},
            "best_distribution": {m: s.best for m, s in meters},
            "household": self.name,
            "interval": self.interval,
            "days": self.days,
            "reliable": self.reliable,
            "critical_basis": {m: s.basis for m, s in meters},
            "on_state": {
                m: {
                    "above": _kw(s.idle),
                    "share": _round(s.on.share),
                    "25p": _kw(s.on.p25),
                    "median": _kw(s.on.median),
                    "75p": _kw(s.on.p75),
                    "critical_value": _kw(s.on.critical),
                }
                if s.on
                else None
                for m, s in meters
            },
            "atoms": {m: [{"value": _kw(v), "share": _round(p)} for v, p in s.atoms.items()] for m, s in meters},
            "distribution": {m: {"name": s.best, "params": s.params, "score": s.score} for m, s in meters},
        }


def _kw(watts: float | None) -> float | None:
    return None if watts is None else round(watts / 1000, 6)


def _round(share: float) -> float:
    return round(share, 6)


def quantile(values: Grid, counts: Grid, q: float) -> float:
    """The q-quantile of counted values, interpolating linearly between order statistics (NumPy's default).

    >>> quantile(np.array([0, 1500]), np.array([2, 2]), 0.5)
    750.0
    """
    ends = np.cumsum(counts)
    place = q * (int(ends[-1]) - 1)
    low = math.floor(place)
    left, right = values[np.searchsorted(ends, [low, min(low + 1, int(ends[-1]) - 1)], side="right")]
    return float(left + (right - left) * (place - low))


def critical_value(values: Grid, counts: Grid, alpha: float = ALPHA) -> int:
    """The smallest grid value c with P(X >= c) <= alpha: 1 W above the last value that is still too frequent.

    >>> critical_value(np.array([0, 1500]), np.array([12, 12]))
    1501
    """
    at_least = np.cumsum(counts[::-1])[::-1]
    too_frequent = np.flatnonzero(at_least > alpha * int(at_least[0]))
    return int(values[too_frequent[-1]]) + 1


def _bands(values: Grid, counts: Grid, total: int) -> Bands | None:
    if not len(values):
        return None
    p25, median, p75 = (quantile(values, counts, q) for q in (0.25, 0.5, 0.75))
    return Bands(int(counts.sum()) / total, p25, median, p75, critical_value(values, counts))


def _atoms(values: Grid, counts: Grid) -> dict[int, float]:
    """Grid values that hold far more than their neighbourhood: at least 1 % of all and half of what is within 10 W."""
    total = int(counts.sum())
    if len(values) <= 2:
        return {int(v): int(c) / total for v, c in zip(values, counts, strict=True)}
    ends = np.concatenate([[0], np.cumsum(counts)])
    around = ends[np.searchsorted(values, values + 10, "right")] - ends[np.searchsorted(values, values - 10)]
    found = (counts >= max(10, ALPHA * total)) & (2 * counts >= around)
    return {int(v): int(c) / total for v, c in zip(values[found], counts[found], strict=True)}


def _best(values: Grid, counts: Grid) -> tuple[str, Params, float | None]:
    """The family with the least BIC."""
    if len(values) < 3:
        return "atoms", {}, None
    x, weights = values / 1000, counts.astype(np.float64)
    high = (int(values[-1]) + 1) / 1000
    scores = {}
    for family in FAMILIES.values():
        params = family.fit(x, weights, 0.0, high)
        likelihood = float(family.logpdf(x, params) @ weights)
        scores[family.name] = (-2 * likelihood + len(params) * math.log(weights.sum()), params)
    best = min(scores, key=lambda name: scores[name][0])
    return best, {k: float(v) for k, v in scores[best][1].items()}, scores[best][0]


def _meter(meter: str, watts: Grid, rated: float | None, cap: int) -> MeterStats:
    values, counts = np.unique(watts[watts != MISSING], return_counts=True)
    total = int(counts.sum())
    top = rated * 1000 if rated else (int(values[-1]) if total else 0)
    idle = 0 if meter == "Overall" else int(IDLE * top)
    on_values, on_counts = values[values > idle], counts[values > idle]
    bands, on = _bands(values, counts, total), _bands(on_values, on_counts, total)
    if bands is None or on is None:
        critical, basis = max(int(cap / 1.25), idle) + 1, "rated"
    elif on.share < ALPHA:
        critical, basis = on.critical, "on-state"
    else:
        critical, basis = bands.critical, "all"
    atoms = _atoms(values, counts) if total else {}
    rest = np.array([v > idle and int(v) not in atoms for v in values], dtype=bool)
    if total and counts[rest].sum() < ALPHA * total:
        rest[:] = False
    best, params, score = _best(values[rest], counts[rest])
    return MeterStats(total, idle, bands, on, critical, basis, atoms, best, params, score)


_cache: OrderedDict[tuple[int, int, int, date | None, int], tuple[Source, Source | None, QuickStats]] = OrderedDict()
_lock = Lock()


def quick_stats(
    source: Source, interval: int, before: date | None = None, days: int = 28, baseline: Source | None = None
) -> QuickStats:
    """Quick statistics at `interval` seconds over the `days` local days before `before` (default: today).

    A recording's are those of its whole span, or of its baseline's.
    """
    history = baseline or source
    check_interval(interval, history.step)
    if not 1 <= days <= LONGEST:
        raise Refusal(f"Days of history must be 1 to {LONGEST}, not {days}.")
    if history.span is None and before is None:
        before = history.calendar.day(time.time())
    key = id(source), id(baseline), interval, before, days
    with _lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key][2]
    stats = _compute(source.name, history, interval, before, days)
    with _lock:
        _cache[key] = source, baseline, stats
        while len(_cache) > 256:
            _cache.popitem(last=False)
    return stats


def _compute(name: str, history: Source, interval: int, before: date | None, days: int) -> QuickStats:
    if history.span is not None:
        first = history.calendar.day(history.span[0])
        days = (history.calendar.day(history.span[1] - 1) - first).days + 1
    else:
        assert before is not None
        first = before - timedelta(days)
    watts = np.concatenate([day for _, day in daily(history, interval, first, days)], axis=1)
    meters = {
        meter: _meter(meter, watts[place], history.rated.get(meter), history.cap[place])
        for place, meter in enumerate(METERS)
        if meter in history.meters
    }
    windows = max((meter.windows for meter in meters.values()), default=0)
    return QuickStats(name, interval, days, days >= RELIABLE_DAYS and windows >= RELIABLE_WINDOWS, meters)
