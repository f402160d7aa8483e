"""Mixtures of normals, grown by splitting the component that fits worst."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

_ROOT = math.sqrt(2 * math.pi)


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

    def refined(self, x: Values, counts: Values, narrowest: float, rounds: int) -> Mixture:
        """After at most `rounds` of expectation and maximisation on x (n,) counted (..., n) times."""
        powers = np.stack([np.ones_like(x), x, x * x], axis=-1)
        mixture, before = self, -math.inf
        for _ in range(rounds):
            parts = mixture.parts(x)
            density = parts.sum(axis=-2) + 1e-300
            moments = (parts * (counts / density)[..., None, :]) @ powers
            size = np.maximum(moments[..., 0], 1e-9)
            means = moments[..., 1] / size
            spread = np.sqrt(np.maximum(moments[..., 2] / size - means * means, narrowest**2))
            mixture = Mixture(size / size.sum(axis=-1, keepdims=True), means, spread)
            reached = float((np.log(density) * counts).sum() / counts.sum())
            if reached - before < 1e-4:
                break
            before = reached
        return mixture

    def split(self, x: Values, counts: Values) -> Mixture:
        """One component more: where cutting a component in two at some x gains the most likelihood.

        Quantiles as a start leave separated modes unfound; a cut finds them at once. x rises.
        """
        parts = self.parts(x)
        share = parts * (counts / (parts.sum(axis=0) + 1e-300))
        sums = np.cumsum(np.stack([share, share * x, share * x * x]), axis=-1)
        left, right = sums[..., :-1], sums[..., -1:] - sums[..., :-1]
        whole = _likelihood(sums[..., -1])[:, None]
        gain = _likelihood(left) + _likelihood(right) - whole
        k, cut = np.unravel_index(int(np.argmax(gain)), gain.shape)
        rows = [_normal(left[:, k, cut]), _normal(right[:, k, cut])]
        rows += [_normal(sums[:, other, -1]) for other in range(len(self.weights)) if other != k]
        table = np.array(sorted(rows, key=lambda row: row[1])).T
        return Mixture(table[0] / table[0].sum(), table[1], table[2])


def single(x: Values, counts: Values) -> Mixture:
    """The mixture of one component."""
    row = _normal(np.array([counts.sum(), counts @ x, counts @ (x * x)]))
    return Mixture(np.ones(1), np.array([row[1]]), np.array([row[2]]))


def _normal(sums: Values) -> tuple[float, float, float]:
    """Size, mean and deviation from the sums of 1, x and x * x."""
    size = max(float(sums[0]), 1e-9)
    mean = float(sums[1]) / size
    return size, mean, math.sqrt(max(float(sums[2]) / size - mean * mean, 1e-8))


def _likelihood(sums: Values) -> Values:
    """Log-likelihood of one weighted normal, up to terms that all ways of splitting share."""
    size = np.maximum(sums[0], 1e-9)
    variance = np.maximum(sums[2] / size - (sums[1] / size) ** 2, 1e-8)
    return np.asarray(size * (np.log(size) - 0.5 * np.log(variance)))
