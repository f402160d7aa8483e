"""Random numbers by the array: a word for each number of a key, and integers from words.

Everything is integer arithmetic on 64 bits (splitmix64), so the numbers are the same on every processor.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Integers = NDArray[np.int64]

_ODD: Final = 0x9E3779B97F4A7C15
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_27, _30, _31, _32 = (np.uint64(bits) for bits in (27, 30, 31, 32))


def words(key: int, numbers: Integers) -> Words:
    """The 64-bit word of each number under a key; any shape.

    >>> int(words(0, np.array([0]))[0]) == 0xE220A8397B1DCDAF  # the first output of splitmix64 seeded with 0
    True
    """
    state = (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(_ODD)
    state += np.uint64(key)
    return _mixed(state)


def again(word: Words, purpose: int) -> Words:
    """A further word for each word: one for each purpose."""
    return _mixed(word + np.uint64((purpose * _ODD) & 0xFFFFFFFFFFFFFFFF))


def below(word: Words, limit: Integers | int) -> Integers:
    """An integer in [0, limit) from the upper half of each word; limits are below 2**31.

    >>> below(words(1, np.arange(1000)), 6).max()
    np.int64(5)
    """
    return ((word >> _32) * np.asarray(limit).astype(np.uint64) >> _32).astype(np.int64)


def below_low(word: Words, limit: Integers | int) -> Integers:
    """The same from the lower half, which is independent of the upper one."""
    return below(word << _32, limit)


def _mixed(state: Words) -> Words:
    state ^= state >> _30
    state *= _FIRST
    state ^= state >> _27
    state *= _SECOND
    state ^= state >> _31
    return state
