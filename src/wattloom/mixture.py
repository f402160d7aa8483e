"""Mixtures of normals, grown by splitting the component that fits worst."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

_ROOT = math.sqrt(2 * math.pi)
#: Each side of a cut holds at least this share of its component.
_SIDE = 0.01
#: Least variance, kW squared.
_LEAST = 1e-8


@dataclass(frozen=True, slots=True)
class Mixture:
    """Normals with weights, means and deviations, each of shape (..., k); leading axes are separate mixtures."""

    weights: Values
    means: Values
    deviations: Values

    def parts(self, x: Values) -> Values:
        """Weighted density of each component at x (n,): (..., k, n)."""
        z = (x - self.means[..., None]) / self.deviations[..., None]
        return np.asarray(np.exp(-0.5 * z * z) * (self.weights / self.deviations / _ROOT)[..., None])

    def logpdf(self, x: Values) -> Values:
        """Log density at x (n,): (..., n)."""
        return np.asarray(np.log(self.parts(x).sum(axis=-2) + 1e-300))

    def on(self, counts: Values) -> Mixture:
        """The same mixture once for each row of counts (f, n), to be refined separately."""
        shape = (len(counts), self.weights.shape[-1])
        return Mixture(*(np.broadcast_to(a, shape) for a in (self.weights, self.means, self.deviations)))

    def refined(self, x: Values, counts: Values, narrowest: Values | float, rounds: int) -> Mixture:
        """After at most `rounds` of expectation and maximisation on x (n,), rising, counted (..., n) times.

        `narrowest` (n,) is the least deviation that a component around x may have: no less than is told apart there.
        """
        least = np.broadcast_to(narrowest, x.shape)
        powers = np.stack([np.ones_like(x), x, x * x], axis=-1)
        mixture, before = self, -math.inf
        for _ in range(rounds):
            parts = mixture.parts(x)
            density = parts.sum(axis=-2) + 1e-300
            moments = (parts * (counts / density)[..., None, :]) @ powers
            size = np.maximum(moments[..., 0], 1e-9)
            means = moments[..., 1] / size
            spread = np.sqrt(np.maximum(moments[..., 2] / size - means * means, np.interp(means, x, least) ** 2))
            mixture = Mixture(size / size.sum(axis=-1, keepdims=True), means, spread)
            reached = float((np.log(density) * counts).sum() / counts.sum())
            if reached - before < 1e-4:
                break
            before = reached
        return mixture

    def split(self, x: Values, counts: Values, narrowest: Values | float) -> Mixture:
        """One component more: the best of cutting each component where its two sides are most likely apart, or at its
        mean, after a few rounds of refinement.

        Quantiles as a start leave separated modes unfound; a cut finds them at once. x rises.
        """
        parts = self.parts(x)
        share = parts * (counts / (parts.sum(axis=0) + 1e-300))
        sums = np.cumsum(np.stack([share, share * x, share * x * x]), axis=-1)
        whole = sums[..., -1:]
        gain = _likelihood(sums) + _likelihood(whole - sums)
        gain[(sums[0] < _SIDE * whole[0]) | (sums[0] > (1 - _SIDE) * whole[0])] = -math.inf
        middle = np.argmax(sums[0] * 2 >= whole[0], axis=-1)
        rows = _normals(whole[..., 0])
        tables = []
        for cuts in (np.argmax(gain, axis=-1), middle):
            for k, cut in enumerate(cuts):
                left = sums[:, k, cut]
                sides = _normals(np.stack([left, whole[:, k, 0] - left], axis=-1))
                tables.append(np.concatenate([rows[:, :k], sides, rows[:, k + 1 :]], axis=1))
        size, means, deviations = np.array(tables).transpose(1, 0, 2)
        tried = Mixture(size / size.sum(axis=-1, keepdims=True), means, deviations).refined(x, counts, narrowest, 8)
        best = int(np.argmax(tried.logpdf(x) @ counts))
        return Mixture(tried.weights[best], tried.means[best], tried.deviations[best])


def single(x: Values, counts: Values) -> Mixture:
    """The mixture of one component."""
    size, means, deviations = _normals(np.array([[counts.sum()], [counts @ x], [counts @ (x * x)]]))
    return Mixture(size / size.sum(), means, deviations)


def _normals(sums: Values) -> Values:
    """Sizes, means and deviations from the sums of 1, x and x * x, (3, k)."""
    size = np.maximum(sums[0], 1e-9)
    means = sums[1] / size
    return np.stack([size, means, np.sqrt(np.maximum(sums[2] / size - means * means, _LEAST))])


def _likelihood(sums: Values) -> Values:
    """Log-likelihood of weighted normals, up to terms that all cuts of one component share."""
    size, _, deviation = _normals(sums)
    return np.asarray(size * (np.log(size) - np.log(deviation)))
