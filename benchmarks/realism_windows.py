"""Six-hour windows of 1-minute means, each described by figures that do not depend on the size of the home."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from realism_figures import autocorrelation, moments, runs
from realism_homes import Floats

MINUTES = 360
STRIDE = 180


def windows(minutes: Floats) -> Iterator[Floats]:
    """The complete windows of a series of 1-minute means, W: 360 minutes long, one each 180."""
    for start in range(0, len(minutes) - MINUTES + 1, STRIDE):
        window = minutes[start : start + MINUTES]
        if np.isfinite(window).all() and window.mean() > 0:
            yield window


def describe(window: Floats) -> dict[str, float]:
    """The figures of one window, W.

    Powers are divided by the window's mean; the few absolute limits (20 W, 100 W, 500 W, 1.5 kW) are those of
    REALISM. Nothing here is finer than 5 W, so that a meter's own grid (2 W in France) does not give a home away.
    """
    mean = float(window.mean())
    shape = window / mean
    signed = np.diff(window)
    change = np.abs(signed)
    figures: dict[str, float] = {}

    for share in (0.0, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0):
        figures[f"level: {share:.0%} quantile / mean"] = float(np.quantile(shape, share))
    figures["level: sd / mean"] = float(shape.std())
    figures["level: skewness"] = _finite(moments(shape)[0])
    figures["level: width 95-5 % / mean"] = float(np.quantile(shape, 0.95) - np.quantile(shape, 0.05))

    for limit in (5, 20, 50):
        figures[f"steps: share < {limit} W"] = float((change < limit).mean())
    for limit in (100, 500, 1000, 1500):
        figures[f"steps: share > {limit} W"] = float((change > limit).mean())
    for share in (0.5, 0.75, 0.9, 0.97, 0.99):
        figures[f"steps: {share:.0%} quantile / mean"] = float(np.quantile(change, share)) / mean
    figures["steps: largest / mean"] = float(change.max()) / mean
    figures["steps: kurtosis"] = float(np.log1p(max(_finite(moments(signed)[1]), 0.0)))

    for lag in (1, 2, 5, 15, 30, 60):
        figures[f"memory: autocorrelation at {lag} min"] = _finite(autocorrelation(window, lag))
    power = np.abs(np.fft.rfft((shape - 1.0) * np.hanning(MINUTES))) ** 2
    period = MINUTES / np.maximum(np.arange(len(power)), 1)
    total = power[1:].sum() or 1.0
    for low, high in ((2, 4), (4, 10), (10, 30), (30, 90), (90, 361)):
        band = (period >= low) & (period < high)
        band[0] = False
        figures[f"spectrum: share at {low} to {high - high % 2} min"] = float(power[band].sum() / total)
    figures["spectrum: strongest line"] = float(power[1:].max() / total)

    starts, ends = runs(change < 20)
    length = ends - starts if len(starts) else np.zeros(1, np.int64)
    figures["plateaus: longest, min"] = float(length.max())
    figures["plateaus: number >= 10 min"] = float((length >= 10).sum())
    figures["plateaus: number >= 30 min"] = float((length >= 30).sum())
    figures["plateaus: share of time in >= 10 min"] = float(length[length >= 10].sum() / MINUTES)

    edge = np.flatnonzero(change > 100)
    figures["edges: per hour"] = len(edge) / 6
    gap = np.diff(edge)
    enough = len(gap) > 2
    figures["edges: median gap, min"] = float(np.median(gap)) if enough else float(MINUTES)
    figures["edges: gap sd / mean"] = float(gap.std() / gap.mean()) if enough else 0.0
    figures["edges: longest gap, min"] = float(gap.max()) if enough else float(MINUTES)
    figures["edges: share of gaps of 1 min"] = float((gap == 1).mean()) if enough else 0.0
    up, down = signed[signed > 100], -signed[signed < -100]
    figures["edges: median size / mean"] = float(np.median(change[edge])) / mean if len(edge) else 0.0
    figures["edges: up over down, mean size"] = float(up.mean() / down.mean()) if len(up) and len(down) else 1.0

    far = [_finite(autocorrelation(window, lag)) for lag in range(15, 121, 3)]
    figures["repetition: highest autocorrelation at 15 to 120 min"] = max(far)
    bins = np.bincount((shape / 0.05).astype(np.int64))
    figures["repetition: share of the commonest level"] = float(bins.max() / MINUTES)
    sizes = np.sort(np.concatenate([up, down]))
    close = np.diff(sizes) < 0.02 * sizes[1:] if len(sizes) > 3 else np.zeros(1, bool)
    figures["repetition: share of edges of equal size"] = float(close.mean())
    return figures


def table(minutes: Floats) -> tuple[list[str], Floats]:
    """Names of the figures and their values (windows, figures) over a home's windows."""
    rows = [describe(window) for window in windows(minutes)]
    return list(rows[0]), np.array([list(row.values()) for row in rows])


def _finite(value: float) -> float:
    return value if np.isfinite(value) else 0.0
