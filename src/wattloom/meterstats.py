"""Meter statistics: quartiles, states, atoms, distribution and critical value of one meter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from wattloom.critical import ALPHA, Critical, critical
from wattloom.fitting import NOTHING, Fit, best_fit
from wattloom.histogram import Histogram, histogram
from wattloom.hours import Usual
from wattloom.tally import Tally

#: What a figure is of: all windows, those of the on-state, or none at all but the meter's rating.
ALL: Final = "all"
ON_STATE: Final = "on-state"
RATED: Final = "rated"
#: Powers that differ by less than this are one level: mains voltage alone moves a heater's power by 10 %.
WOBBLE: Final = 1.1
#: A continuous part of a smaller share of the on-state, or of fewer windows, is a residue of edges and is not fitted.
LEFT: Final = 0.01
FEWEST: Final = 30


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
    - `yellow`, `red`: from how many W on a value has that colour; `coloured_by`: whose bands decide, `all` or
      `on-state`. The on-state's do where the 75th percentile is idle, so that a shower is nothing special.
    - `atoms`: single values that hold a share of their own, W -> share; `fit`: the distribution of what is left of
      the on-state, `continuous` its share; `histogram`: of all windows that are in no atom.
    """

    windows: int
    idle: int
    every: Bands | None
    on: Bands | None
    critical: int
    basis: str
    yellow: int
    red: int
    coloured_by: str
    atoms: dict[int, float]
    continuous: float
    fit: Fit
    usual: Usual | None
    histogram: Histogram

    def bands(self, watts: int) -> Bands | None:
        """The bands that a value belongs to."""
        return self.on if self.coloured_by == ON_STATE and watts > self.idle else self.every

    def json(self) -> dict[str, Any]:
        """Its figures: kW to six decimals, shares of 1, null where there is none; the keys of the contract first."""
        every, on, distribution = self.every, self.on, self._distribution()
        return {
            "25p": every and _kw(every.p25),
            "median": every and _kw(every.median),
            "75p": every and _kw(every.p75),
            "rt_critical_value_0.01": _kw(self.critical),
            "best_distribution": distribution["name"],
            "windows": self.windows,
            "on_state": on and on.json() | {"above": _kw(self.idle)},
            "critical_value": self._critical(),
            "colours": {"by": self.coloured_by, "yellow_from": _kw(self.yellow), "red_from": _kw(self.red)},
            "atoms": [{"value": _kw(watts), "share": round(share, 6)} for watts, share in self.atoms.items()],
            "distribution": distribution,
            "usual": self.usual
            and {
                "working_days": [_kw(watts) for watts in self.usual.working_days],
                "weekends": [_kw(watts) for watts in self.usual.weekends],
            },
            "histogram": self.histogram.json(),
        }

    def _critical(self) -> dict[str, Any]:
        bands = {ALL: self.every, ON_STATE: self.on}.get(self.basis)
        return {"value": _kw(self.critical), "alpha": ALPHA, "of": self.basis} | (
            bands.critical.json() if bands else {}
        )

    def _distribution(self) -> dict[str, Any]:
        """The fit of the continuous part; where there is none, the atoms are the components of a mixture."""
        found = self.fit.json() | {"share": round(self.continuous, 6)}
        if self.fit.name == NOTHING:
            atoms = [{"weight": round(p, 6), "loc": _kw(watts), "scale": 0.0} for watts, p in self.atoms.items()]
            found |= {"name": "mixture" if atoms else None, "components": atoms}
        return found


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
    if len(left) < max(LEFT * len(above), FEWEST):
        left = left.part(np.zeros(len(left.values), dtype=bool))
    fit = best_fit(left)
    every = _bands(tally, tally, fit, left)
    on = every if len(above) == len(tally) else _bands(above, tally, fit, left)
    value, basis = _critical(every, on, max(largest, idle) + 1)
    yellow, red, by = _thresholds(every, on, idle, value)
    return MeterStats(
        windows=len(tally),
        idle=idle,
        every=every,
        on=on,
        critical=value,
        basis=basis,
        yellow=yellow,
        red=red,
        coloured_by=by,
        atoms={value: count / len(tally) for value, count in atoms.items()},
        continuous=left.share(tally),
        fit=fit,
        usual=usual,
        histogram=histogram(tally.part(~np.isin(tally.values, list(atoms))), tally),
    )


def _critical(every: Bands | None, on: Bands | None, rated: int) -> tuple[int, str]:
    """The published critical value, W, and what it is of."""
    if every is None or on is None:
        return rated, RATED
    return (on.critical.watts, ON_STATE) if on.share < ALPHA else (every.critical.watts, ALL)


def _thresholds(every: Bands | None, on: Bands | None, idle: int, critical: int) -> tuple[int, int, str]:
    """From how many W on a value is Yellow and Red, and by whose bands.

    The on-state's plateau is one level: a value within Tukey's fence above its quartiles is neither, if mains voltage
    alone (WOBBLE) explains it.
    """
    if every is None:
        return critical, critical, RATED
    if every.p75 > idle:
        return min(_yellow(every), critical), critical, ALL
    if on is None:
        return idle + 1, critical, RATED
    plateau = math.ceil(min(on.p75 + 1.5 * (on.p75 - on.p25), WOBBLE * on.median))
    red = max(on.critical.watts, plateau)
    return min(max(_yellow(on), plateau), red), red, ON_STATE


def _yellow(bands: Bands) -> int:
    """The least whole watts that reach the 75th percentile and exceed the median."""
    return max(math.ceil(bands.p75), math.floor(bands.median) + 1)


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
