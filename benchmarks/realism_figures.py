"""Figures that describe a home's power: texture, edges, memory, distribution, day-to-day change, AC and geyser."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from realism_homes import Floats, Home, means

Figures = dict[str, float]


def steps(watts: Floats) -> Floats:
    """Absolute differences of neighbours, W, where both have a value."""
    change = np.abs(np.diff(watts))
    return change[np.isfinite(change)]


def autocorrelation(watts: Floats, lag: int) -> float:
    """Pearson correlation of a series with itself `lag` rows later; NaN where it does not vary.

    >>> round(autocorrelation(np.array([1.0, -1.0] * 8), 1), 6)
    -1.0
    """
    early, late = watts[:-lag], watts[lag:]
    both = np.isfinite(early) & np.isfinite(late)
    return correlation(early[both], late[both])


def correlation(a: Floats, b: Floats) -> float:
    """Pearson correlation, NaN where either does not vary."""
    if len(a) < 3 or a.std() == 0 or b.std() == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def moments(values: Floats) -> tuple[float, float]:
    """Skewness and excess kurtosis; NaN where the values do not vary."""
    centred = values - values.mean()
    variance = float((centred**2).mean())
    if variance == 0:
        return float("nan"), float("nan")
    return float((centred**3).mean() / variance**1.5), float((centred**4).mean() / variance**2 - 3)


def spectral_slope(minutes: Floats, slowest: float = 360.0, fastest: float = 2.5) -> float:
    """Slope of log power over log frequency from `slowest` to `fastest` minutes a cycle, 1-minute means.

    Welch's estimate (Hann windows of 1,440 minutes, half overlapping), averaged in 16 bands of equal width in the
    logarithm, so that the many fast frequencies do not outvote the slow ones.
    """
    filled = np.where(np.isfinite(minutes), minutes, np.nanmean(minutes))
    size = 1440
    window = np.hanning(size)
    power = np.zeros(size // 2 + 1)
    for start in range(0, len(filled) - size + 1, size // 2):
        piece = filled[start : start + size]
        power += np.abs(np.fft.rfft((piece - piece.mean()) * window)) ** 2
    frequency = np.arange(size // 2 + 1) / size
    edges = np.geomspace(1 / slowest, 1 / fastest, 17)
    band = np.digitize(frequency, edges)
    used = [k for k in range(1, 17) if (band == k).any() and power[band == k].mean() > 0]
    if len(used) < 3:
        return float("nan")
    x = [float(np.log(frequency[band == k].mean())) for k in used]
    y = [float(np.log(power[band == k].mean())) for k in used]
    return float(np.polyfit(x, y, 1)[0])


def runs(on: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Starts and ends (exclusive) of the stretches in which `on` holds.

    >>> [edge.tolist() for edge in runs(np.array([False, True, True, False, True]))]
    [[1, 4], [3, 5]]
    """
    edge = np.diff(np.concatenate(([0], on.astype(np.int8), [0])))
    return np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)


def fine_texture(home: Home) -> Figures:
    """Texture below a minute, from the readings as metered: at 8 s, and at 1 s where the home is metered so."""
    figures: Figures = {}
    overall = home.fine["Overall"]
    if home.step > 8:
        return figures
    eight = _eight(home)
    change = steps(eight)
    figures["8 s: share of steps < 5 W"] = float((change < 5).mean())
    figures["8 s: share of steps < 20 W"] = float((change < 20).mean())
    figures["8 s: median step, W"] = float(np.median(change))
    # A sample is a whole number of watts; a mean of eight is not, so 'no change' is taken on the 1 W grid for both.
    figures["8 s: share of steps of 0 W"] = float((steps(np.rint(eight)) == 0).mean())
    figures["8 s: autocorrelation at 8 s"] = autocorrelation(eight, 1)
    if home.step > 1:
        return figures
    change = steps(overall)
    for name, share in (("median", 0.5), ("90 %", 0.9), ("99 %", 0.99), ("99.9 %", 0.999)):
        figures[f"1 s: {name} step, W"] = float(np.quantile(change, share))
    for lag in (1, 10, 60):
        figures[f"1 s: autocorrelation at {lag} s"] = autocorrelation(overall, lag)
    tens = overall[: len(overall) // 10 * 10].reshape(-1, 10)
    within, level = tens.std(axis=1), tens.mean(axis=1)
    figures["1 s: median sd within 10 s, W"] = float(np.median(within))
    quiet = np.ptp(tens, axis=1) < 50  # no edge inside, so that shimmer is what is left
    low, high = np.quantile(level, (0.25, 0.75))
    idle, busy = within[quiet & (level <= low)], within[quiet & (level >= high)]
    both = len(idle) > 0 and len(busy) > 0
    ratio = float(np.median(busy) / max(np.median(idle), 0.1)) if both else float("nan")
    figures["1 s: shimmer, high load over low"] = ratio
    sign = np.diff(overall)
    small = (np.abs(sign[:-1]) < 50) & (np.abs(sign[1:]) < 50)
    figures["1 s: correlation of neighbouring small steps"] = correlation(sign[:-1][small], sign[1:][small])
    return figures


def minute_texture(minutes: Floats) -> Figures:
    """Small steps between 1-minute means."""
    change = steps(minutes)
    return {
        "1 min: share of steps < 20 W": float((change < 20).mean()),
        "1 min: median step, W": float(np.median(change)),
        "1 min: median step / mean": float(np.median(change) / np.nanmean(minutes)),
    }


def edges(home: Home) -> Figures:
    """Large steps between 1-minute means, and between 8-second ones where the home is metered so."""
    minutes = home.minutes["Overall"]
    change = steps(minutes)
    mean = float(np.nanmean(minutes))
    signed = np.diff(minutes)
    signed = signed[np.isfinite(signed)]
    figures = {
        "1 min: edges > 100 W per hour": float((change > 100).mean() * 60),
        "1 min: share of steps > 500 W": float((change > 500).mean()),
        "1 min: share of steps > 1.5 kW": float((change > 1500).mean()),
        "1 min: 97 % step / mean": float(np.quantile(change, 0.97) / mean),
        "1 min: 99 % step / mean": float(np.quantile(change, 0.99) / mean),
        "1 min: kurtosis of steps": moments(signed)[1],
    }
    if home.step <= 8:
        figures["8 s: edges > 100 W per hour"] = float((steps(_eight(home)) > 100).mean() * 450)
    return figures


def _eight(home: Home) -> Floats:
    """Overall every 8 s: means of a home metered at 1 s, the samples of one metered so."""
    overall = home.fine["Overall"]
    return means(overall, 8) if home.step == 1 else overall


def memory(minutes: Floats) -> Figures:
    """How long the load remembers: autocorrelation and spectral slope of 1-minute means."""
    lags = (("1 min", 1), ("15 min", 15), ("1 h", 60), ("24 h", 1440))
    figures = {f"autocorrelation at {name}": autocorrelation(minutes, lag) for name, lag in lags}
    figures["spectral slope, 6 h to 2.5 min"] = spectral_slope(minutes)
    return figures


def distribution(minutes: Floats) -> Figures:
    """The shape of the distribution of 1-minute means, free of the home's size."""
    watts = minutes[np.isfinite(minutes)]
    mean = watts.mean()
    skewness, kurtosis = moments(watts)
    figures = {
        "5th percentile / mean": float(np.quantile(watts, 0.05) / mean),
        "load factor (mean / maximum)": float(mean / watts.max()),
        "standard deviation / mean": float(watts.std() / mean),
        "skewness": skewness,
        "excess kurtosis": kurtosis,
    }
    for name, share in (("25th", 0.25), ("50th", 0.5), ("75th", 0.75), ("90th", 0.9), ("95th", 0.95), ("99th", 0.99)):
        figures[f"{name} percentile / mean"] = float(np.quantile(watts, share) / mean)
    return figures


def days(home: Home) -> Figures:
    """How much one day differs from another."""
    table = home.days()
    whole = np.isfinite(table).mean(axis=1) > 0.95
    table = table[whole]
    energy, highest = np.nanmean(table, axis=1), np.nanmax(table, axis=1)
    hourly = np.nanmean(table.reshape(len(table), 24, 60), axis=2)
    matrix = np.corrcoef(hourly)
    pairs = matrix[np.triu_indices(len(matrix), 1)]
    base = np.nanquantile(table, 0.05, axis=1)
    return {
        "daily energy, sd / mean": float(energy.std(ddof=1) / energy.mean()),
        "correlation of two days' hourly profiles": float(np.nanmean(pairs)),
        "spread (sd) of that correlation": float(np.nanstd(pairs)),
        "daily base (5th percentile), sd / mean": float(base.std(ddof=1) / base.mean()),
        "daily maximum, sd / mean": float(highest.std(ddof=1) / highest.mean()),
        "hour of the daily peak, sd in h": float(hourly.argmax(axis=1).std(ddof=1)),
    }


def cooling(home: Home) -> Figures:
    """The AC of a home metered at 1 s: plateau, compressor runs and pauses, sessions, days, wobble, inrush.

    A run is a stretch above half the plateau (the median of what is above 300 W); shorter pauses than 60 minutes
    belong to a session. Durations in minutes. NaN where the compressor hardly ran.
    """
    watts = home.fine["AC"]
    if (watts > 300).sum() < 3600:
        return {}
    plateau = float(np.median(watts[watts > 300]))
    starts, ends = runs(watts > plateau / 2)
    on = (ends - starts) / 60
    gap = (starts[1:] - ends[:-1]) / 60
    off = gap[gap < 60]
    if len(on) < 10 or len(off) < 10:
        return {}
    session = np.concatenate(([0], np.cumsum(gap >= 60)))
    first = np.array([starts[session == k][0] for k in range(session[-1] + 1)])
    last = np.array([ends[session == k][-1] for k in range(session[-1] + 1)])
    several = np.array([(session == k).sum() > 1 for k in range(session[-1] + 1)])
    hours = float((last - first)[several].sum() / 3600)
    inside = np.isin(session, np.flatnonzero(several))
    total = len(watts) / 86_400
    long = [k for k in range(len(starts)) if ends[k] - starts[k] > 150]
    settled = [watts[starts[k] + 60 : ends[k] - 5] for k in long]
    level = np.concatenate(settled)
    change = np.concatenate([np.abs(np.diff(piece)) for piece in settled])
    inrush = np.array([watts[starts[k] : starts[k] + 3].max() / watts[starts[k] + 60] for k in long])
    minute = starts // 60 % 60
    daily = np.array([(watts[d * 86_400 : (d + 1) * 86_400]).sum() for d in range(int(total))])
    low, high = np.quantile(level, (0.05, 0.95))
    figures = {
        "plateau spread (95th - 5th percentile) / plateau": float((high - low) / plateau),
        "on-time, 25 %, min": float(np.quantile(on, 0.25)),
        "on-time, median, min": float(np.median(on)),
        "on-time, 75 %, min": float(np.quantile(on, 0.75)),
        "on-time, 90 %, min": float(np.quantile(on, 0.9)),
        "on-time, sd / mean": float(on.std() / on.mean()),
        "pause, 25 %, min": float(np.quantile(off, 0.25)),
        "pause, median, min": float(np.median(off)),
        "pause, 75 %, min": float(np.quantile(off, 0.75)),
        "shortest pause, min": float(gap.min()),
        "cycles per session hour": float(inside.sum() / hours),
        "duty within a session": float(on[inside].sum() / 60 / hours),
        "starts per day": float(len(starts) / total),
        "compressor hours per day": float(on.sum() / 60 / total),
        "AC daily energy, sd / mean": float(daily.std(ddof=1) / daily.mean()),
        "running: share of seconds that differ from the last": float((change > 0).mean()),
        "running: median second-to-second step / plateau": float(np.median(change) / plateau),
        "running: sd within a run / plateau": float(np.median([piece.std() for piece in settled]) / plateau),
        "first seconds / plateau (inrush)": float(np.median(inrush)),
        "busiest minute of the hour, share of starts x 60": float(
            np.bincount(minute, minlength=60).max() / len(minute) * 60
        ),
        "resting power within a session, W": _resting(watts, ends, starts, gap),
        "1 min: first minute of a run / its mean": _first_minute(home.minutes["AC"]),
    }
    table = np.nan_to_num(watts).reshape(-1, 86_400)
    hour = table.reshape(len(table), 24, 3600).mean(axis=2)
    used = hour.max(axis=1) > 50
    if used.sum() > 5:
        matrix = np.corrcoef(hour[used])
        figures["correlation of two days' AC profiles"] = float(np.nanmean(matrix[np.triu_indices(len(matrix), 1)]))
    return figures


def _resting(watts: Floats, ends: NDArray[np.int64], starts: NDArray[np.int64], gap: Floats) -> float:
    """Median power between two runs of a session, W: the indoor fan."""
    rests = [watts[e + 5 : s - 5] for e, s, g in zip(ends[:-1], starts[1:], gap, strict=True) if 2 < g < 45]
    return float(np.median(np.concatenate(rests))) if rests else float("nan")


def _first_minute(minutes: Floats) -> float:
    """Power in the minute in which the compressor starts, over the mean of the minutes inside the run."""
    plateau = float(np.median(minutes[minutes > 300]))
    starts, ends = runs(minutes > plateau * 0.1)
    ratio = [minutes[s] / minutes[s + 1 : e - 1].mean() for s, e in zip(starts, ends, strict=True) if e - s > 3]
    return float(np.mean(ratio)) if ratio else float("nan")


def heating(home: Home) -> Figures:
    """The geyser: starts, on-times (minutes), energy, wobble of its plateau; from minutes where not metered at 1 s."""
    watts = home.fine["Geyser"]
    per_minute = 60 / home.step
    full = np.nan_to_num(watts)
    if (full > 300).sum() < 60:
        return {}
    plateau = float(np.median(full[full > 300]))
    starts, ends = runs(full > plateau / 2)
    on = (ends - starts) / per_minute
    total = np.isfinite(watts).sum() / per_minute / 1440
    energy = np.array([full[s:e].sum() / per_minute / 60_000 for s, e in zip(starts, ends, strict=True)])
    rows = int(1440 * per_minute)
    table = full[: len(full) // rows * rows].reshape(-1, rows)
    daily = table.sum(axis=1) / per_minute / 60_000
    margin = int(per_minute)
    settled = [full[s + margin : e - margin] for s, e in zip(starts, ends, strict=True) if e - s > 3 * margin]
    level = np.concatenate(settled) if settled else np.array([plateau])
    figures = {
        "starts per day": float(len(starts) / total),
        "on-time, median, min": float(np.median(on)),
        "on-time, sd / mean": float(on.std() / on.mean()),
        "energy of a run, median, kWh": float(np.median(energy)),
        "energy per day, kWh": float(daily.mean()),
        "geyser daily energy, sd / mean": float(daily.std(ddof=1) / daily.mean()),
        "plateau, sd / mean": float(level.std() / level.mean()),
    }
    if home.step == 1:
        change = np.concatenate([np.abs(np.diff(piece)) for piece in settled]) if settled else np.zeros(1)
        figures["running: share of seconds that differ from the last"] = float((change > 0).mean())
        figures["running: median second-to-second step / plateau"] = float(np.median(change) / plateau)
        figures["days without a run, share"] = float((daily < 0.01).mean())
    return figures


def all_figures(home: Home) -> Mapping[str, Figures]:
    """Every aspect of a home as `aspect -> figure -> value`; aspects that it has no meter for are left out."""
    overall = home.minutes["Overall"]
    figures = {
        "texture": minute_texture(overall) | fine_texture(home),
        "edges": edges(home),
        "memory": memory(overall),
        "distribution": distribution(overall),
        "day to day": days(home),
    }
    if "AC" in home.fine and home.step == 1:
        figures["AC"] = cooling(home)
    if "Geyser" in home.fine:
        figures["geyser"] = heating(home)
    return figures
