"""Distributions: maximum-likelihood fits to counted values, in closed form or by Newton's method.

scipy.stats would do the same on the raw windows in a hundred times the time; its names and parameters are kept,
so that a published fit can be drawn with it. A new family is one row of FAMILIES.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Params = dict[str, float]

#: Least variance that is told from none.
_TINY: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Family:
    """One distribution.

    - `fit(x, counts, low, high)`: its likeliest parameters for values x that lie in (low, high), which stays fixed.
    - `logpdf(x, params)`: log density at x.
    """

    name: str
    fit: Callable[[Values, Values, float, float], Params]
    logpdf: Callable[[Values, Mapping[str, float]], Values]


def digamma(x: float) -> float:
    """Derivative of log gamma for x > 0, to about 1e-14 (recurrence, then the asymptotic series).

    >>> round(-digamma(1.0), 12)  # Euler's constant
    0.577215664902
    """
    shift = 0.0
    while x < 10:
        shift -= 1 / x
        x += 1
    y = 1 / (x * x)
    series = y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y * (1 / 132 - y * 691 / 32760)))))
    return shift + math.log(x) - 0.5 / x - series


def trigamma(x: float) -> float:
    """Second derivative of log gamma for x > 0, to about 1e-14.

    >>> round(trigamma(1.0), 12)  # pi**2 / 6
    1.644934066848
    """
    shift = 0.0
    while x < 10:
        shift += 1 / (x * x)
        x += 1
    y = 1 / (x * x)
    series = y * (1 / 6 - y * (1 / 30 - y * (1 / 42 - y * (1 / 30 - y * (5 / 66 - y * 691 / 2730)))))
    return shift + 0.5 * y + (1 + series) / x


def _mean(x: Values, counts: Values) -> float:
    return float(x @ counts / counts.sum())


def _fit_norm(x: Values, counts: Values, *_: float) -> Params:
    mean = _mean(x, counts)
    return {"loc": mean, "scale": math.sqrt(max(_mean((x - mean) ** 2, counts), _TINY))}


def _logpdf_norm(x: Values, p: Mapping[str, float]) -> Values:
    z = (x - p["loc"]) / p["scale"]
    return -0.5 * z * z - math.log(p["scale"] * math.sqrt(2 * math.pi))


def _fit_expon(x: Values, counts: Values, low: float, _: float) -> Params:
    return {"loc": low, "scale": max(_mean(x, counts) - low, _TINY)}


def _logpdf_expon(x: Values, p: Mapping[str, float]) -> Values:
    return -(x - p["loc"]) / p["scale"] - math.log(p["scale"])


def _fit_gamma(x: Values, counts: Values, low: float, _: float) -> Params:
    y = x - low
    mean = _mean(y, counts)
    spread = max(math.log(mean) - _mean(np.log(y), counts), _TINY)
    a = (3 - spread + math.sqrt((spread - 3) ** 2 + 24 * spread)) / (12 * spread)
    for _ in range(20):
        step = (math.log(a) - digamma(a) - spread) / (1 / a - trigamma(a))
        a = max(a - step, a / 2)
        if abs(step) < 1e-10 * a:
            break
    return {"a": a, "loc": low, "scale": mean / a}


def _logpdf_gamma(x: Values, p: Mapping[str, float]) -> Values:
    y = (x - p["loc"]) / p["scale"]
    return (p["a"] - 1) * np.log(y) - y - math.lgamma(p["a"]) - math.log(p["scale"])


def _fit_lognorm(x: Values, counts: Values, low: float, _: float) -> Params:
    y = np.log(x - low)
    mean = _mean(y, counts)
    return {"s": math.sqrt(max(_mean((y - mean) ** 2, counts), _TINY)), "loc": low, "scale": math.exp(mean)}


def _logpdf_lognorm(x: Values, p: Mapping[str, float]) -> Values:
    y = np.log((x - p["loc"]) / p["scale"])
    return -0.5 * (y / p["s"]) ** 2 - y - math.log(p["s"] * p["scale"] * math.sqrt(2 * math.pi))


def _fit_weibull(x: Values, counts: Values, low: float, _: float) -> Params:
    y = np.log(x - low)
    top = float(y.max())
    y = y - top
    mean = _mean(y, counts)
    c = 1.2825 / max(math.sqrt(_mean((y - mean) ** 2, counts)), 1e-6)
    for _ in range(50):
        power = counts * np.exp(c * y)
        total, first, second = float(power.sum()), float(power @ y), float(power @ (y * y))
        ratio = first / total
        step = (ratio - 1 / c - mean) / (second / total - ratio**2 + 1 / c**2)
        c = max(c - step, c / 2)
        if abs(step) < 1e-10 * c:
            break
    scale = math.exp(top + math.log(float(counts @ np.exp(c * y)) / float(counts.sum())) / c)
    return {"c": c, "loc": low, "scale": scale}


def _logpdf_weibull(x: Values, p: Mapping[str, float]) -> Values:
    y = np.log((x - p["loc"]) / p["scale"])
    return math.log(p["c"] / p["scale"]) + (p["c"] - 1) * y - np.exp(np.minimum(p["c"] * y, 700))


def _fit_beta(x: Values, counts: Values, low: float, high: float) -> Params:
    y = (x - low) / (high - low)
    mean, left, right = _mean(y, counts), _mean(np.log(y), counts), _mean(np.log1p(-y), counts)
    common = max(mean * (1 - mean) / max(_mean((y - mean) ** 2, counts), _TINY) - 1, 0.1)
    a, b = mean * common, (1 - mean) * common
    for _ in range(50):
        both, curve = digamma(a + b), trigamma(a + b)
        g, h = left - digamma(a) + both, right - digamma(b) + both
        aa, bb = curve - trigamma(a), curve - trigamma(b)
        det = aa * bb - curve * curve
        da, db = (g * bb - h * curve) / det, (h * aa - g * curve) / det
        a, b = max(a - da, a / 2), max(b - db, b / 2)
        if abs(da) < 1e-10 * a and abs(db) < 1e-10 * b:
            break
    return {"a": a, "b": b, "loc": low, "scale": high - low}


def _logpdf_beta(x: Values, p: Mapping[str, float]) -> Values:
    y = (x - p["loc"]) / p["scale"]
    norm = math.lgamma(p["a"] + p["b"]) - math.lgamma(p["a"]) - math.lgamma(p["b"]) - math.log(p["scale"])
    return (p["a"] - 1) * np.log(y) + (p["b"] - 1) * np.log1p(-y) + norm


#: The candidates, by scipy's names.
FAMILIES: Final[dict[str, Family]] = {
    family.name: family
    for family in (
        Family("norm", _fit_norm, _logpdf_norm),
        Family("expon", _fit_expon, _logpdf_expon),
        Family("gamma", _fit_gamma, _logpdf_gamma),
        Family("lognorm", _fit_lognorm, _logpdf_lognorm),
        Family("weibull_min", _fit_weibull, _logpdf_weibull),
        Family("beta", _fit_beta, _logpdf_beta),
    )
}
