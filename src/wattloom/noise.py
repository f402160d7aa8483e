"""Randomness keyed by name: the same name gives the same numbers, whoever asks and in whatever order."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from math import exp, log
from typing import TypeVar

from wattloom import kernel

_MASK = 2**64 - 1

T = TypeVar("T")


def key(*name: str | int) -> int:
    """A 64-bit key from a name of any parts.

    >>> key(0, "A/17", "fridge") == key(0, "A/17", "fridge") != key(0, "A/17", "kettle")
    True
    """
    return int.from_bytes(blake2b(repr(name).encode(), digest_size=8).digest(), "little")


class Draws:
    """The numbers of one key, one after the other.

    >>> dice = Draws(key("an example"))
    >>> 2 <= dice.uniform(2, 3) < 3
    True
    """

    __slots__ = ("_normals", "_normals_taken", "_uniforms", "_uniforms_taken", "key")

    def __init__(self, key: int) -> None:
        self.key = key
        self._uniforms_taken = self._normals_taken = 0
        self._uniforms: list[float] = []
        self._normals: list[float] = []

    def unit(self) -> float:
        """A number in (0, 1)."""
        if not self._uniforms:
            self._uniforms = kernel.uniforms(self.key, self._uniforms_taken)
            self._uniforms_taken += 1
        return self._uniforms.pop()

    def uniform(self, low: float, high: float) -> float:
        """A number in (low, high)."""
        return low + (high - low) * self.unit()

    def normal(self, mean: float = 0.0, deviation: float = 1.0) -> float:
        """A normal number (never beyond 6 deviations)."""
        if not self._normals:
            self._normals = kernel.normals(~self.key & _MASK, self._normals_taken)
            self._normals_taken += 1
        return mean + deviation * self._normals.pop()

    def lognormal(self, median: float, sigma: float) -> float:
        """A lognormal number with the given median; `sigma` is the deviation of its logarithm."""
        return median * exp(sigma * self.normal())

    def exponential(self, mean: float) -> float:
        """An exponential number."""
        return -mean * log(self.unit())

    def chance(self, probability: float) -> bool:
        """Whether something of that probability happens."""
        return self.unit() < probability

    def integer(self, low: int, high: int) -> int:
        """An integer in [low, high], ends included."""
        return low + int((high - low + 1) * self.unit())

    def count(self, mean: float) -> int:
        """A Poisson number, by the gaps of a process of unit rate."""
        events, reached = 0, self.exponential(1.0)
        while reached < mean:
            events, reached = events + 1, reached + self.exponential(1.0)
        return events

    def choice(self, options: Sequence[T]) -> T:
        """One of the options, all alike."""
        return options[int(len(options) * self.unit())]
