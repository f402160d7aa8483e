"""Fitting: which distribution the continuous part of a meter's values follows, chosen on days held out."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import numpy as np

from wattloom.distributions import FAMILIES, Params, Values
from wattloom.mixture import Mixture, single
from wattloom.tally import Tally

#: History is cut into so many stretches of days; each is held out once.
FOLDS: Final = 4
#: A mixture has at most so many components.
COMPONENTS: Final = 8
#: A component more must raise the score by this much.
PAYS: Final = 0.005
#: So many components more may be tried without gain.
PATIENCE: Final = 2
#: Values are put into at most so many bins before they are fitted, none wider than 2 / BINS of their range, none of
#: several values with more than 2 / BINS of the windows: a home's base load fills a hundredth of the range.
BINS: Final = 256
#: Name of the fit where nothing continuous is left to be fitted.
NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted distribution of kW: one of FAMILIES with its parameters, a `mixture` of normals, or `nothing`.

    - `score`: mean log density (natural, per kW) of the windows of days that were held out while it was fitted;
      with one day only, of the same windows less half the logarithm of their number per parameter (BIC).
    - `scores`: the same of all candidates.
    - `folds`: the same distribution fitted without each stretch of days.
    """

    name: str = NOTHING
    params: Params = field(default_factory=dict)
    components: tuple[Params, ...] = ()
    scores: dict[str, float] = field(default_factory=dict)
    held_out: bool = False
    folds: tuple[Fit, ...] = ()

    @property
    def score(self) -> float | None:
        """Its own entry among the scores."""
        return self.scores.get(self.name)

    def json(self) -> dict[str, Any]:
        """What is needed to draw it, with its score and those of the other candidates."""
        return {
            "name": self.name,
            "params": self.params,
            "components": list(self.components),
            "score": self.score,
            "held_out": self.held_out,
            "scores": self.scores,
        }

    def logpdf(self, x: Values) -> Values:
        """Log density at x, kW; -inf outside of its support."""
        if self.name == "mixture":
            table = np.array([list(component.values()) for component in self.components]).T
            return Mixture(*table).logpdf(x)
        result = np.full(len(x), -math.inf)
        if self.name in FAMILIES:
            inside = np.ones(len(x), dtype=bool) if self.name == "norm" else x > self.params["loc"]
            if self.name == "beta":
                inside &= (x - self.params["loc"]) / self.params["scale"] < 1
            result[inside] = FAMILIES[self.name].logpdf(x[inside], self.params)
        return result


def folds(days: int) -> list[slice]:
    """The stretches of neighbouring days that are held out in turn; none where there is one day only.

    >>> folds(28)
    [slice(0, 7, None), slice(7, 14, None), slice(14, 21, None), slice(21, 28, None)]
    """
    if days < 2:
        return []
    edges = np.linspace(0, days, min(FOLDS, days) + 1).round().astype(int).tolist()
    return [slice(a, b) for a, b in pairwise(edges)]


def best_fit(tally: Tally) -> Fit:
    """The distribution that gives the days held out the highest likelihood.

    A mixture must beat the best single family by more than the standard error of the difference between the folds.
    """
    if len(tally.values) < 3:
        return Fit()
    x, days, widths = _binned(tally)
    if len(x) < 3:
        return Fit()
    total = days.sum(axis=0).astype(np.float64)
    parts = np.array([days[part].sum(axis=0) for part in folds(len(days))]).reshape(-1, len(x))
    parts = parts[parts.any(axis=1)].astype(np.float64)
    if ((total - parts > 0).sum(axis=1) < 3).any():
        parts = parts[:0]
    fits = [_family(name, x, total, parts, tally) for name in FAMILIES]
    fits.append(_mixture(x, total, parts, widths))
    scores = {fit.name: mean for fit, mean, _ in fits if math.isfinite(mean)}
    one, one_mean, one_folds = max(fits[:-1], key=lambda fit: fit[1])
    mixture, mixture_mean, mixture_folds = fits[-1]
    doubt = 0.0
    if len(parts) and math.isfinite(one_mean + mixture_mean):
        doubt = float((mixture_folds - one_folds).std(ddof=1)) / math.sqrt(len(parts))
    best = mixture if mixture_mean > one_mean + doubt else one
    return Fit(best.name, best.params, best.components, scores, bool(len(parts)), best.folds)


_Scored = tuple[Fit, float, Values]


def _binned(tally: Tally) -> tuple[Values, Values, Values]:
    """Mean value of each bin that is not empty, kW; how often it occurred per day; how far it is to the next, kW."""
    along = (tally.values - tally.values[0]) / (tally.values[-1] - tally.values[0] + 1)
    below = (np.cumsum(tally.counts) - tally.counts) / len(tally)
    few = len(tally.values) <= BINS
    place = np.arange(len(tally.values)) if few else np.floor(BINS / 2 * (along + below))
    starts = np.flatnonzero(np.diff(place, prepend=-1))
    days = np.add.reduceat(tally.days, starts, axis=1)
    x = np.add.reduceat(tally.counts * tally.values, starts) / np.add.reduceat(tally.counts, starts)
    return x / 1000, days, np.diff(tally.values[starts], append=tally.values[-1] + 1) / 1000


def _score(logs: Values, parts: Values, total: Values, params: int) -> tuple[float, Values]:
    """Mean log density of what was held out, and by fold; by BIC where nothing could be."""
    size = float(total.sum())
    if not len(parts):
        return (float(logs @ total) - params / 2 * math.log(size)) / size, np.empty(0)
    sums = (logs * parts).sum(axis=1)
    return float(sums.sum()) / size, sums / parts.sum(axis=1)


def _family(name: str, x: Values, total: Values, parts: Values, tally: Tally) -> _Scored:
    """One family; those bounded below start at 0 or just under the least value, whichever is likelier."""
    family, high = FAMILIES[name], (int(tally.values[-1]) + 1) / 1000
    tried = []
    for low in (0.0, (int(tally.values[0]) - 1) / 1000):
        params = family.fit(x, total, low, high)
        tried.append((float(family.logpdf(x, params) @ total), low, params))
    _, low, params = max(tried, key=lambda each: each[0])
    apart = [family.fit(x, total - part, low, high) for part in parts]
    logs = np.array([family.logpdf(x, fold) for fold in apart]) if apart else family.logpdf(x, params)
    mean, by_fold = _score(logs, parts, total, len(params))
    return Fit(name, params, folds=tuple(Fit(name, fold) for fold in apart)), mean, by_fold


def _mixture(x: Values, total: Values, parts: Values, widths: Values) -> _Scored:
    """The mixture of 2 to COMPONENTS normals that scores best; a component more must pay."""
    whole, best = single(x, total), (Fit("mixture"), -math.inf, np.full(len(parts), -math.inf))
    in_vain = 0
    for count in range(2, min(COMPONENTS, len(x) // 3) + 1):
        whole = whole.split(x, total, widths).refined(x, total, widths, 40)
        apart = whole.on(parts).refined(x, total - parts, widths, 10) if len(parts) else whole
        mean, by_fold = _score(apart.logpdf(x), parts, total, 3 * count - 1)
        if mean > best[1] + PAYS:
            fits = tuple(Fit("mixture", components=_components(apart, fold)) for fold in range(len(parts)))
            best, in_vain = (Fit("mixture", components=_components(whole), folds=fits), mean, by_fold), 0
        elif (in_vain := in_vain + 1) == PATIENCE:
            break
    return best


def _components(mixture: Mixture, *fold: int) -> tuple[Params, ...]:
    table = np.stack([mixture.weights[fold], mixture.means[fold], mixture.deviations[fold]], axis=1)
    rows = sorted(table.tolist(), key=lambda row: row[1])
    return tuple({"weight": weight, "loc": mean, "scale": deviation} for weight, mean, deviation in rows)
