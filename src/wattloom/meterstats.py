"""Meter statistics: quartiles, states, atoms, distribution and critical value of one meter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from wattloom.critical import ALPHA, Critical, critical
from wattloom.fitting import Fit, best_fit
from wattloom.hours import Usual
from wattloom.tally import Tally


@dataclass(frozen=True, slots=True)
class Bands:
    """Quartiles and critical value of all windows, or of those of the on-state, W; `share` is how many those are."""

    share: float
    p25: float
    median: float
    p75: float
    critical: Critical

    def json(self) -> dict[str, float]:
        """Its figures, kW."""
        return {
            "share": round(self.share, 6),
            "25p": _kw(self.p25),
            "median": _kw(self.median),
            "75p": _kw(self.p75),
            "critical_value": _kw(self.critical.watts),
        }


@dataclass(frozen=True, slots=True)
class MeterStats:
    """What is usual for one meter.

    - `windows`: how many were averaged; `idle`: up to how many W it counts as idle.
    - `every`: the bands of all windows (None without history); `on`: of those above `idle` (None if never on).
    - `critical`, `basis`: the published critical value, W, and what it is of: `all`, `on-state`, or `rated`.
    - `atoms`: single values that hold a share of their own, W -> share; `fit`: the distribution of what is left of
      the on-state, `continuous` its share.
    """

    windows: int
    idle: int
    every: Bands | None
    on: Bands | None
    critical: int
    basis: str
    atoms: dict[int, float]
    continuous: float
    fit: Fit
    usual: Usual | None

    def bands(self, watts: int) -> Bands | None:
        """The bands a value is held against: the on-state's, where the 75th percentile is idle and the value is not."""
        if self.every is not None and self.on is not None and self.every.p75 <= self.idle < watts:
            return self.on
        return self.every

    def json(self) -> dict[str, Any]:
        """Its figures: kW to six decimals, shares of 1, null where there is none; the keys of the contract first."""
        every, on, fit = self.every, self.on, self.fit
        return {
            "25p": every and _kw(every.p25),
            "median": every and _kw(every.median),
            "75p": every and _kw(every.p75),
            "rt_critical_value_0.01": _kw(self.critical),
            "best_distribution": fit.name,
            "windows": self.windows,
            "on_state": on and on.json() | {"above": _kw(self.idle)},
            "critical_value": self._critical(),
            "atoms": [{"value": _kw(watts), "share": round(share, 6)} for watts, share in self.atoms.items()],
            "distribution": fit.json() | {"share": round(self.continuous, 6)},
            "usual": self.usual
            and {
                "working_days": [_kw(watts) for watts in self.usual.working_days],
                "weekends": [_kw(watts) for watts in self.usual.weekends],
            },
        }

    def _critical(self) -> dict[str, Any]:
        bands = {"all": self.every, "on-state": self.on}.get(self.basis)
        return {"value": _kw(self.critical), "alpha": ALPHA, "of": self.basis} | (
            bands.critical.json() if bands else {}
        )


def meter_stats(tally: Tally, idle: int, largest: int, usual: Usual | None = None) -> MeterStats:
    """The statistics of counted window means; `largest` is the meter's largest possible reading, all in W.

    A meter that is never on cannot tell what is too much: `largest` then stands in for the critical value.

    >>> stats = meter_stats(Tally.of([np.array([0] * 8 + [1500] * 8)] * 7), idle=75, largest=1500)
    >>> stats.every.median, stats.critical, stats.atoms
    (750.0, 1501, {0: 0.5, 1500: 0.5})
    """
    above = tally.part(tally.values > idle)
    atoms = _atoms(tally)
    left = above.part(~np.isin(above.values, list(atoms)))
    if len(left) < ALPHA * len(tally):
        left = left.part(np.zeros(len(left.values), dtype=bool))
    fit = best_fit(left)
    every, on = _bands(tally, tally, fit, left), _bands(above, tally, fit, left)
    if every is None or on is None:
        value, basis = max(largest, idle) + 1, "rated"
    elif on.share < ALPHA:
        value, basis = on.critical.watts, "on-state"
    else:
        value, basis = every.critical.watts, "all"
    shares = {value: count / len(tally) for value, count in atoms.items()}
    return MeterStats(len(tally), idle, every, on, value, basis, shares, left.share(tally), fit, usual)


def _bands(part: Tally, whole: Tally, fit: Fit, continuous: Tally) -> Bands | None:
    if not len(part):
        return None
    p25, median, p75 = (part.quantile(q) for q in (0.25, 0.5, 0.75))
    return Bands(part.share(whole), p25, median, p75, critical(part, fit, continuous))


def _atoms(tally: Tally) -> dict[int, int]:
    """Values that hold 1 % of all windows (and 10 of them) and half of what lies within 10 W of them.

    Where there are one or two values only, they are atoms.
    """
    counts = tally.counts
    ends = np.concatenate([[0], np.cumsum(counts)])
    around = ends[np.searchsorted(tally.values, tally.values + 10, "right")]
    around = around - ends[np.searchsorted(tally.values, tally.values - 10)]
    found = (counts >= max(10, ALPHA * len(tally))) & (2 * counts >= around) | (len(tally.values) <= 2)
    return dict(zip(tally.values[found].tolist(), counts[found].tolist(), strict=True))


def _kw(watts: float) -> float:
    return round(watts / 1000, 6)
