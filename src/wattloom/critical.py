"""Critical values: from which value on a meter's reading is among the 1 % highest, and how often that proved true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from wattloom.fitting import Fit, folds
from wattloom.tally import DENSE, Tally

#: Significance: so large a share of clean windows may reach the critical value.
ALPHA: Final = 0.01
#: Resamplings of the days behind a confidence interval.
RESAMPLINGS: Final = 1000
#: A fitted curve must beat the order statistics by this share of their loss to be believed.
MARGIN: Final = 0.02

ORDER_STATISTICS: Final = "order statistics"
FITTED: Final = "fitted distribution"


@dataclass(frozen=True, slots=True)
class Critical:
    """A critical value and its record.

    - `watts`: the smallest grid value c with P(X >= c) <= ALPHA.
    - `method`: the order statistics themselves, or the fitted distribution where that foretold held-out days better.
    - `losses`: pinball loss on held-out days per method, W (lower is better).
    - `achieved`: share of windows that reached it, each day held against the critical value of the other days;
      `interval` is its 95 % confidence interval by resampling days. None with a single day.
    """

    watts: int
    method: str
    losses: dict[str, float]
    achieved: float | None
    interval: tuple[float, float] | None

    def json(self) -> dict[str, Any]:
        """Its record: shares of 1, losses in kW."""
        return {
            "method": self.method,
            "losses": {method: round(loss / 1000, 6) for method, loss in self.losses.items()},
            "achieved": None if self.achieved is None else round(self.achieved, 6),
            "interval_95": self.interval and [round(end, 6) for end in self.interval],
        }


def critical(tally: Tally, fit: Fit, continuous: Tally) -> Critical:
    """The critical value of counted values, of which the part `continuous` was fitted by `fit`."""
    method, losses = ORDER_STATISTICS, {}
    stretches = [part for part in folds(len(tally.days)) if tally.days[part].any()]
    if len(fit.folds) == len(stretches) > 1 and int(tally.values[-1]) < DENSE:
        losses = _losses(tally, fit, continuous, stretches)
        if losses[FITTED] < (1 - MARGIN) * losses[ORDER_STATISTICS]:
            method = FITTED
    watts = tally.critical(ALPHA) if method == ORDER_STATISTICS else fitted(tally, fit, continuous)
    return Critical(watts, method, losses, *_achieved(tally))


def fitted(tally: Tally, fit: Fit, continuous: Tally) -> int:
    """The critical value where the continuous part is replaced by its fit; atoms and idle windows stay counted."""
    top = int(tally.values[-1])
    grid = np.arange(int(tally.values[0]), top + top // 2 + 2)
    mass = np.exp(fit.logpdf(grid / 1000))
    mass *= continuous.counts.sum() / max(float(mass.sum()), 1e-300)
    fixed = ~np.isin(tally.values, continuous.values)
    np.add.at(mass, tally.values[fixed] - grid[0], tally.counts[fixed])
    tails = np.cumsum(mass[::-1])[::-1]
    return int(grid[np.flatnonzero(tails > ALPHA * len(tally))[-1]]) + 1


def _losses(tally: Tally, fit: Fit, continuous: Tally, stretches: list[slice]) -> dict[str, float]:
    """Pinball loss at 1 - ALPHA on each stretch of days, of critical values found without it."""
    sums = {ORDER_STATISTICS: 0.0, FITTED: 0.0}
    for stretch, without in zip(stretches, fit.folds, strict=True):
        known, seen = _without(tally, stretch), _without(continuous, stretch)
        limits = {ORDER_STATISTICS: known.critical(ALPHA), FITTED: fitted(known, without, seen)}
        for method, limit in limits.items():
            over = tally.values - limit
            sums[method] += float(np.maximum((1 - ALPHA) * over, -ALPHA * over) @ tally.days[stretch].sum(axis=0))
    return {method: loss / len(tally) for method, loss in sums.items()}


def _without(tally: Tally, stretch: slice) -> Tally:
    """What was counted on all other days, as one."""
    return Tally(tally.values, (tally.counts - tally.days[stretch].sum(axis=0))[None, :])


def _achieved(tally: Tally) -> tuple[float, tuple[float, float]] | tuple[None, None]:
    sizes = tally.days.sum(axis=1)
    if np.count_nonzero(sizes) < 2:
        return None, None
    reached = tally.reached(tally.without_each_day(ALPHA))
    days = len(sizes)
    draws = np.random.Philox(key=days).random_raw(RESAMPLINGS * days).reshape(RESAMPLINGS, days) % days
    low, high = np.quantile(reached[draws].sum(axis=1) / np.maximum(sizes[draws].sum(axis=1), 1), [0.025, 0.975])
    return float(reached.sum() / sizes.sum()), (float(low), float(high))
