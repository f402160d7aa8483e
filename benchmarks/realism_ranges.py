"""The ranges suite: each figure against a reference range with its source, scored 0 to 100 per aspect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from realism_figures import Figures

ASPECTS = ("texture", "edges", "memory", "distribution", "day to day", "AC", "geyser")

ABC = "three measured homes (Texas, France, UK)"
UK8 = "UK home at 8 s"
FR_UK = "French and UK home, measured here"
LEG = "one mains leg at 1 Hz"
LIVED = "lived-in homes: 16 to 27"
TEXAS = "Texas home, condenser"
INDIA = "25 Indian homes (10.1186/s42162-022-00228-1) and Texas home"
FRENCH = "French home, 28 New Zealand cylinders, Indian ratings"
PHYSICS = "physics and data sheets (REALISM)"


@dataclass(frozen=True)
class Range:
    """What real homes show of one figure; `log` where it spans orders of magnitude and is scored in the logarithm."""

    aspect: str
    figure: str
    low: float
    high: float
    reference: str
    source: str
    log: bool = False

    def score(self, value: float) -> float:
        """100 inside the range, falling linearly to 0 at one width of the range outside it; 0 for NaN.

        >>> Range("memory", "slope", 1.0, 2.0, "", "").score(2.25)
        75.0
        """
        low, high = self.low, self.high
        if self.log:
            if not value > 0:
                return 0.0
            low, high, value = float(np.log(low)), float(np.log(high)), float(np.log(value))
        if not np.isfinite(value):
            return 0.0
        outside = max(low - value, value - high, 0.0) / (high - low)
        return 100.0 * max(1.0 - outside, 0.0)


#: Ranges span the measured homes and leave room for homes that nobody measured: about half their spread on either
#: side where three homes are known, a factor of about two where one is. Where only physics is known, it says so.
#: In brackets: the UK home without the hours in which its recording stands still, which the figures before hold.
RANGES: tuple[Range, ...] = (
    Range("texture", "1 min: share of steps < 20 W", 0.48, 0.80, ".63 .56 .74", ABC),
    Range("texture", "1 min: median step / mean", 0.0015, 0.015, ".0047 .0094 .0026", ABC, log=True),
    Range("texture", "8 s: share of steps < 5 W", 0.52, 0.85, ".69", UK8),
    Range("texture", "8 s: share of steps < 20 W", 0.80, 0.96, ".89", UK8),
    Range("texture", "8 s: median step, W", 0.9, 5.0, "2", UK8, log=True),
    Range("texture", "8 s: share of steps of 0 W", 0.08, 0.48, ".28", UK8),
    Range("texture", "8 s: autocorrelation at 8 s", 0.95, 0.996, ".978", UK8),
    Range("texture", "1 s: median step, W", 0.0, 2.0, "0.6 VA", LEG),
    Range("texture", "1 s: 90 % step, W", 1.0, 8.0, "2.4 VA (quiet leg)", LEG, log=True),
    Range("texture", "1 s: 99 % step, W", 4.0, 40.0, "8 VA (quiet leg)", LEG, log=True),
    Range("texture", "1 s: 99.9 % step, W", 200.0, 1800.0, "744 VA", LEG, log=True),
    Range("texture", "1 s: autocorrelation at 1 s", 0.98, 0.9995, ".987", LEG),
    Range("texture", "1 s: autocorrelation at 10 s", 0.90, 0.995, ".906; whole homes .91-.95 at 1 min", LEG),
    Range("texture", "1 s: median sd within 10 s, W", 0.3, 4.0, "0.7 VA (quiet leg)", LEG, log=True),
    Range("texture", "1 s: shimmer, high load over low", 1.3, 10.0, "grows with the load", PHYSICS, log=True),
    Range("edges", "1 min: edges > 100 W per hour", 5.0, 24.0, "12 6.4 (1 min)", FR_UK),
    Range("edges", "8 s: edges > 100 W per hour", 10.0, 34.0, "16", LIVED),
    Range("edges", "1 min: share of steps > 500 W", 0.025, 0.13, ".08 .10 .04", ABC),
    Range("edges", "1 min: share of steps > 1.5 kW", 0.008, 0.05, ".027 .019", FR_UK),
    Range("edges", "1 min: 97 % step / mean", 0.6, 1.9, ".84 1.59", FR_UK),
    Range("edges", "1 min: 99 % step / mean", 0.9, 3.6, "1.13 3.22", FR_UK),
    Range("edges", "1 min: kurtosis of steps", 10.0, 200.0, "24 14 150", ABC, log=True),
    Range("memory", "autocorrelation at 1 min", 0.87, 0.97, ".95 .95 .91 (.90)", ABC),
    Range("memory", "autocorrelation at 15 min", 0.20, 0.80, ".47 .75 .31 (.21)", ABC),
    Range("memory", "autocorrelation at 1 h", 0.05, 0.62, ".41 .56 .17 (.05)", ABC),
    Range("memory", "autocorrelation at 24 h", 0.05, 0.32, ".23 .13 .16 (.23)", ABC),
    Range("memory", "spectral slope, 6 h to 2.5 min", -1.55, -1.05, "-1.26 -1.37 -1.22", ABC),
    Range("distribution", "5th percentile / mean", 0.08, 0.32, ".26 .14 .14", ABC),
    Range("distribution", "load factor (mean / maximum)", 0.045, 0.25, ".15 .19 .055 (.049)", ABC),
    Range("distribution", "standard deviation / mean", 0.65, 1.75, "1.08 .79 1.52 (1.62)", ABC),
    Range("distribution", "skewness", 0.9, 6.5, "1.8 1.0 5.2 (6.2)", ABC, log=True),
    Range("distribution", "excess kurtosis", 0.8, 55.0, "2.6 1.2 37 (49)", ABC, log=True),
    Range("distribution", "25th percentile / mean", 0.20, 0.50, ".25 .42", FR_UK),
    Range("distribution", "50th percentile / mean", 0.40, 0.95, ".86 .66", FR_UK),
    Range("distribution", "75th percentile / mean", 0.75, 1.65, "1.44 .90", FR_UK),
    Range("distribution", "90th percentile / mean", 1.3, 3.3, "2.06 1.32", FR_UK),
    Range("distribution", "95th percentile / mean", 2.1, 4.3, "2.45 3.96", FR_UK),
    Range("distribution", "99th percentile / mean", 2.9, 7.0, "3.37 6.51", FR_UK),
    Range("day to day", "daily energy, sd / mean", 0.18, 0.45, ".33 .35 .39 (.24)", ABC),
    Range("day to day", "correlation of two days' hourly profiles", 0.10, 0.44, ".31 .19 .32 (.42)", ABC),
    Range("day to day", "spread (sd) of that correlation", 0.20, 0.45, ".38 .32", FR_UK),
    Range("day to day", "daily base (5th percentile), sd / mean", 0.10, 0.80, ".47 .60", FR_UK),
    Range("day to day", "daily maximum, sd / mean", 0.08, 0.40, ".22 .10", FR_UK),
    Range("day to day", "hour of the daily peak, sd in h", 2.8, 8.0, "6.3 3.2", FR_UK),
    Range("AC", "plateau spread (95th - 5th percentile) / plateau", 0.08, 0.36, ".23", TEXAS),
    Range("AC", "on-time, 25 %, min", 2.5, 10.0, "5", TEXAS, log=True),
    Range("AC", "on-time, median, min", 3.5, 13.0, "6", TEXAS, log=True),
    Range("AC", "on-time, 75 %, min", 6.0, 20.0, "10", TEXAS, log=True),
    Range("AC", "on-time, 90 %, min", 9.0, 30.0, "15", TEXAS, log=True),
    Range("AC", "on-time, sd / mean", 0.3, 1.2, "about .6 from its quartiles", TEXAS),
    Range("AC", "pause, 25 %, min", 6.0, 20.0, "13", TEXAS, log=True),
    Range("AC", "pause, median, min", 7.5, 25.0, "15", TEXAS, log=True),
    Range("AC", "pause, 75 %, min", 11.0, 35.0, "22", TEXAS, log=True),
    Range("AC", "shortest pause, min", 2.95, 8.0, "3 min delay", PHYSICS),
    Range("AC", "cycles per session hour", 1.6, 4.2, "2.5", TEXAS),
    Range("AC", "duty within a session", 0.25, 0.60, ".35", TEXAS),
    Range("AC", "starts per day", 8.0, 32.0, "20", TEXAS, log=True),
    Range("AC", "compressor hours per day", 1.3, 6.2, "2.9; 6.2 h switched on", INDIA),
    Range("AC", "AC daily energy, sd / mean", 0.20, 1.0, ".84 in May in Texas; less where always hot", TEXAS),
    Range("AC", "correlation of two days' AC profiles", 0.10, 0.75, "days differ", PHYSICS),
    Range("AC", "running: share of seconds that differ from the last", 0.35, 1.0, "never constant", PHYSICS),
    Range(
        "AC", "running: median second-to-second step / plateau", 0.0003, 0.006, "small, correlated", PHYSICS, log=True
    ),
    Range("AC", "running: sd within a run / plateau", 0.004, 0.04, "mains and shimmer", PHYSICS, log=True),
    Range("AC", "first seconds / plateau (inrush)", 1.2, 1.8, "1.2 to 1.8", PHYSICS),
    Range("AC", "busiest minute of the hour, share of starts x 60", 1.0, 3.0, "not tied to any minute", TEXAS),
    Range("AC", "resting power within a session, W", 30.0, 60.0, "fan of 30 to 60 W", PHYSICS),
    Range("AC", "1 min: first minute of a run / its mean", 0.45, 0.75, ".60", TEXAS),
    Range("geyser", "starts per day", 1.5, 7.0, "3.5", FRENCH, log=True),
    Range("geyser", "on-time, median, min", 4.0, 65.0, "61; warm inlet 5 to 15", FRENCH, log=True),
    Range("geyser", "on-time, sd / mean", 0.5, 1.4, "1.1", FRENCH),
    Range("geyser", "energy of a run, median, kWh", 0.15, 1.6, "1.1; .25 to .75 warm inlet", FRENCH, log=True),
    Range("geyser", "energy per day, kWh", 1.4, 11.7, "10; 1.4 to 11.7", FRENCH, log=True),
    Range("geyser", "geyser daily energy, sd / mean", 0.22, 0.55, ".30 to .37", FRENCH),
    Range("geyser", "plateau, sd / mean", 0.015, 0.045, ".035 with the mains", FRENCH),
    Range("geyser", "running: share of seconds that differ from the last", 0.3, 1.0, "follows the mains", PHYSICS),
    Range(
        "geyser",
        "running: median second-to-second step / plateau",
        0.0001,
        0.004,
        "follows the mains",
        PHYSICS,
        log=True,
    ),
)


def scores(figures: Mapping[str, Figures]) -> dict[str, float]:
    """Mean score per aspect that the home has, and `all`, their mean."""
    result: dict[str, float] = {}
    for aspect in ASPECTS:
        if aspect not in figures:
            continue
        own = [r.score(figures[aspect][r.figure]) for r in RANGES if r.aspect == aspect and r.figure in figures[aspect]]
        result[aspect] = float(np.mean(own)) if own else 0.0
    result["all"] = float(np.mean(list(result.values())))
    return result


def offenders(many: Sequence[Mapping[str, Figures]]) -> list[tuple[float, Range, list[float]]]:
    """Figures out of range, worst first: mean points lost over the homes, the range, the values."""
    found = []
    for r in RANGES:
        values = [f[r.aspect][r.figure] for f in many if r.figure in f.get(r.aspect, {})]
        if values:
            lost = 100.0 - float(np.mean([r.score(v) for v in values]))
            if lost > 0:
                found.append((lost, r, values))
    return sorted(found, key=lambda item: -item[0])
