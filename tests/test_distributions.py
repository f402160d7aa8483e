"""Distributions: each fit and density against scipy.stats on simulated data."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from wattloom.distributions import FAMILIES, digamma, trigamma

#: True parameters, kW, and whether the family starts at `loc`.
CASES = {
    "norm": ({"loc": 1.5, "scale": 0.1}, {}),
    "expon": ({"loc": 0.2, "scale": 0.7}, {"floc": 0.2}),
    "gamma": ({"a": 2.5, "loc": 0.0, "scale": 0.4}, {"floc": 0.0}),
    "lognorm": ({"s": 0.6, "loc": 0.0, "scale": 0.9}, {"floc": 0.0}),
    "weibull_min": ({"c": 1.7, "loc": 0.1, "scale": 1.2}, {"floc": 0.1}),
    "beta": ({"a": 2.0, "b": 5.0, "loc": 0.0, "scale": 3.0}, {"floc": 0.0, "fscale": 3.0}),
}
SIZE = 20_000


def simulated(name: str, seed: int, size: int = SIZE) -> Any:
    """Values on the 1 W grid, as x and counts."""
    params, _ = CASES[name]
    values = getattr(scipy.stats, name).rvs(**params, size=size, random_state=seed)
    low, high = bounds(name)
    grid = np.clip(np.round(values * 1000), math.floor(low * 1000) + 1, high * 1000 - 1)
    x, counts = np.unique(grid, return_counts=True)
    return x / 1000, counts.astype(float)


def bounds(name: str) -> tuple[float, float]:
    params, _ = CASES[name]
    return (-1e9 if name == "norm" else params["loc"]), (params["scale"] + params["loc"] if name == "beta" else 1e6)


def fitted(name: str, x: Any, counts: Any) -> dict[str, float]:
    low, high = bounds(name)
    return FAMILIES[name].fit(x, counts, low, high)


def test_every_family_is_checked() -> None:
    assert set(CASES) == set(FAMILIES)


@pytest.mark.parametrize("name", FAMILIES)
def test_parameters_within_three_standard_errors(name: str) -> None:
    """The standard errors are those of 40 simulations; the truth lies within 3 of their mean, 3.5 of each."""
    truth, _ = CASES[name]
    fits = [fitted(name, *simulated(name, seed, 4000)) for seed in range(40)]
    for parameter, true in truth.items():
        found = np.array([fit[parameter] for fit in fits])
        error = found.std(ddof=1)
        if error == 0:
            assert (found == true).all()
            continue
        assert abs(found.mean() - true) < 3 * error / math.sqrt(40) + 0.0005, parameter
        assert (abs(found - true) < 3.5 * error).all(), parameter


@pytest.mark.parametrize("name", FAMILIES)
def test_likelihood_is_scipys(name: str) -> None:
    x, counts = simulated(name, 7)
    ours = fitted(name, x, counts)
    fixed = CASES[name][1]
    theirs = getattr(scipy.stats, name)(*getattr(scipy.stats, name).fit(np.repeat(x, counts.astype(int)), **fixed))
    reached, best = FAMILIES[name].logpdf(x, ours) @ counts, theirs.logpdf(x) @ counts
    assert reached >= best - 1e-3 * abs(best)
    assert abs(reached - best) <= 1e-3 * abs(best)


@pytest.mark.parametrize("name", FAMILIES)
def test_density_is_scipys(name: str) -> None:
    x, counts = simulated(name, 3)
    params = fitted(name, x, counts)
    np.testing.assert_allclose(FAMILIES[name].logpdf(x, params), getattr(scipy.stats, name).logpdf(x, **params), 1e-9)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(2, 9_000), st.integers(1, 10_000)), min_size=3, max_size=40, unique_by=lambda v: v[0]
    )
)
def test_every_fit_of_any_counts_is_finite(counted: Any) -> None:
    counted.sort()
    x, counts = np.array(counted, dtype=float).T
    x = x / 1000
    for name, family in FAMILIES.items():
        params = family.fit(x, counts, float(x[0]) - 0.001, float(x[-1]) + 0.001)
        assert all(math.isfinite(value) for value in params.values()), name
        assert not np.isnan(family.logpdf(x, params)).any(), name


@settings(deadline=None)
@given(st.floats(1e-3, 1e6))
def test_digamma_and_trigamma_are_scipys(x: Any) -> None:
    assert math.isclose(digamma(x), float(scipy.special.digamma(x)), rel_tol=1e-12, abs_tol=1e-12)
    assert math.isclose(trigamma(x), float(scipy.special.zeta(2, x)), rel_tol=1e-12)
