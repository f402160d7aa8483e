"""Fitting: the distribution that made the data is the one that is chosen."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
import scipy.stats

from wattloom.distributions import FAMILIES
from wattloom.fitting import best_fit, folds
from wattloom.tally import Tally


def tally_of(days: Any) -> Tally:
    return Tally.of([np.round(np.clip(day, 0.001, None) * 1000).astype(np.int32) for day in days])


def simulated(name: str, params: dict[str, float], days: Any = 12, size: int = 3000) -> Any:
    return tally_of(
        [getattr(scipy.stats, name).rvs(**params, size=size, random_state=100 + day) for day in range(days)]
    )


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("norm", {"loc": 1.5, "scale": 0.05}),
        ("gamma", {"a": 3.0, "scale": 0.3}),
        ("lognorm", {"s": 0.8, "scale": 0.7}),
        ("weibull_min", {"c": 2.5, "scale": 1.0}),
        ("beta", {"a": 1.5, "b": 1.2, "scale": 2.0}),
    ],
)
def test_the_family_that_made_the_data_scores_best(name: str, params: dict[str, float]) -> None:
    fit = best_fit(simulated(name, params))
    singles = {family: fit.scores[family] for family in FAMILIES if family in fit.scores}
    assert max(singles, key=lambda family: singles[family]) == name
    truth = getattr(scipy.stats, name)(**params)
    assert abs(singles[name] + truth.entropy()) < 0.03  # expected log density is minus the entropy


def test_exponential_data_are_called_exponential_or_as_good() -> None:
    fit = best_fit(simulated("expon", {"scale": 0.5}))
    assert fit.scores["expon"] > max(fit.scores.values()) - 0.002


def test_separated_states_make_a_mixture_with_their_components() -> None:
    draw = np.random.default_rng(3)
    fit = best_fit(
        tally_of([np.concatenate([draw.normal(0.4, 0.05, 2500), draw.normal(3.0, 0.1, 500)]) for _ in range(8)])
    )
    assert fit.name == "mixture"
    assert [round(part["loc"], 1) for part in fit.components] == [0.4, 3.0]
    assert [round(part["weight"], 2) for part in fit.components] == [0.83, 0.17]


def test_scores_are_of_days_held_out() -> None:
    tally = simulated("gamma", {"a": 3.0, "scale": 0.3}, days=8)
    fit: Any = best_fit(tally)
    assert fit.held_out
    assert len(fit.folds) == len(folds(8)) == 4
    x = tally.values / 1000
    by_hand = sum(
        float(fit_without.logpdf(x) @ tally.days[part].sum(axis=0))
        for part, fit_without in zip(folds(8), fit.folds, strict=True)
    ) / len(tally)
    assert math.isclose(by_hand, fit.score, abs_tol=0.003)  # fitted in bins, read off at the values


def test_one_day_is_scored_by_bic() -> None:
    fit = best_fit(simulated("gamma", {"a": 3.0, "scale": 0.3}, days=1))
    assert not fit.held_out
    assert fit.folds == ()
    assert fit.name in ("gamma", "beta", "weibull_min")


@pytest.mark.parametrize("values", [[], [700], [0, 700], [1, 1, 1_000_000]])
def test_too_few_values_are_not_fitted(values: Any) -> None:
    fit = best_fit(Tally.of([np.array(values, dtype=np.int32)]))
    assert fit.name == "nothing"
    assert fit.score is None


def test_a_narrow_base_load_in_a_wide_range_is_told_from_its_bins() -> None:
    rng = np.random.default_rng(5)
    days = [np.concatenate([rng.normal(0.1, 0.006, 4000), rng.normal(7.0, 0.3, 1000)]) for _ in range(8)]
    fit = best_fit(tally_of(days))  # its deviation is a fifth of an even 256th of the range
    assert fit.name == "mixture"
    base = max(fit.components, key=lambda component: component["weight"])
    assert math.isclose(base["loc"], 0.1, abs_tol=0.001)
    assert math.isclose(base["scale"], 0.006, rel_tol=0.1)


def test_density_is_zero_outside_of_the_support() -> None:
    fit = best_fit(simulated("beta", {"a": 1.5, "b": 1.2, "scale": 2.0}))
    assert fit.logpdf(np.array([-1.0, 2.5])).tolist() == [-math.inf, -math.inf] or fit.name == "mixture"
    json.dumps(fit.json(), allow_nan=False)
