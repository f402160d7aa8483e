"""Mixtures: the modes are found where quantiles as a start would miss them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wattloom.mixture import Mixture, single

NARROWEST = 0.001


def counted(weights: Any, means: Any, deviations: Any, size: int = 50_000, seed: int = 1) -> tuple[Any, Any]:
    draw = np.random.default_rng(seed)
    values = np.concatenate(
        [draw.normal(m, d, int(w * size)) for w, m, d in zip(weights, means, deviations, strict=True)]
    )
    x, counts = np.unique(np.round(values * 1000) / 1000, return_counts=True)
    return x, counts.astype(float)


def grown(x: Any, counts: Any, components: int) -> Mixture:
    mixture = single(x, counts)
    for _ in range(components - 1):
        mixture = mixture.split(x, counts, NARROWEST).refined(x, counts, NARROWEST, 200)
    return mixture


@pytest.mark.parametrize(
    ("weights", "means", "deviations"),
    [
        ([0.97, 0.03], [0.2, 3.0], [0.05, 0.05]),
        ([0.6, 0.25, 0.1, 0.05], [0.1, 0.9, 3.1, 5.0], [0.02, 0.3, 0.08, 0.1]),
        ([0.45, 0.4, 0.05, 0.1], [1.05, 2.55, 4.05, 5.55], [0.116] * 4),
    ],
)
def test_modes_are_recovered_within_three_standard_errors(weights: Any, means: Any, deviations: Any) -> None:
    x, counts = counted(weights, means, deviations)
    mixture = grown(x, counts, len(weights))
    order, means, deviations = np.argsort(mixture.means), np.array(means), np.array(deviations)
    size = counts.sum() * np.array(weights)
    assert (abs(mixture.means[order] - means) < 3 * deviations / np.sqrt(size) + 0.001).all()
    assert (abs(mixture.deviations[order] / deviations - 1) < 3 / np.sqrt(2 * size) + 0.01).all()
    assert (abs(mixture.weights[order] - weights) < 0.005).all()


def test_refinement_never_loses_likelihood() -> None:
    x, counts = counted([0.7, 0.3], [0.3, 0.6], [0.1, 0.2])
    mixture, before = single(x, counts), -np.inf
    for _ in range(4):
        mixture = mixture.split(x, counts, NARROWEST)
        for rounds in (1, 5, 20):
            mixture = mixture.refined(x, counts, NARROWEST, rounds)
            reached = float(mixture.logpdf(x) @ counts)
            assert reached >= before - 1e-9 * abs(before)
            before = reached
        before = -np.inf


def test_density_integrates_to_one() -> None:
    mixture = grown(*counted([0.5, 0.5], [1.0, 2.0], [0.1, 0.3]), 3)
    grid = np.arange(-2, 6, 0.0005)
    assert abs(np.exp(mixture.logpdf(grid)).sum() * 0.0005 - 1) < 1e-9
