"""Keyed randomness: names decide, order does not, and the numbers are what they say they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom import kernel
from wattloom.noise import Draws, key

NAMES = st.lists(st.one_of(st.integers(), st.text(max_size=5)), min_size=1, max_size=4)


@given(NAMES, NAMES)
def test_names_make_keys(one: list[int | str], other: list[int | str]) -> None:
    assert key(*one) == key(*one)
    assert (key(*one) == key(*other)) == (one == other)
    assert 0 <= key(*one) < 2**64


def test_parts_do_not_run_together() -> None:
    assert key("a", "bc") != key("ab", "c")
    assert key(1, 2) != key("1", "2")


@given(st.integers(0, 2**64 - 1))
def test_a_key_is_a_sequence(number: int) -> None:
    """The same numbers again, and not those of another chunk."""
    one, other = Draws(number), Draws(number)
    assert [one.unit() for _ in range(40)] == [other.unit() for _ in range(40)]
    assert kernel.uniforms(number, 0) != kernel.uniforms(number, 1)


@pytest.mark.parametrize(
    ("draw", "mean", "deviation"),
    [
        (lambda dice: dice.unit(), 0.5, 12**-0.5),
        (lambda dice: dice.uniform(2, 6), 4, 4 * 12**-0.5),
        (lambda dice: dice.normal(3, 2), 3, 2),
        (lambda dice: np.log(dice.lognormal(2, 0.5)), np.log(2), 0.5),
        (lambda dice: dice.exponential(4), 4, 4),
        (lambda dice: float(dice.chance(0.3)), 0.3, 0.21**0.5),
        (lambda dice: dice.integer(1, 6), 3.5, (35 / 12) ** 0.5),
        (lambda dice: dice.count(2.5), 2.5, 2.5**0.5),
    ],
)
def test_distributions(draw: object, mean: float, deviation: float) -> None:
    """Mean within five standard errors, deviation within 5 %, over 20,000 draws."""
    assert callable(draw)
    dice = Draws(key("distributions"))
    values = np.array([draw(dice) for _ in range(20_000)])
    assert abs(values.mean() - mean) < 5 * deviation / len(values) ** 0.5
    assert abs(values.std() / deviation - 1) < 0.05


def test_neighbouring_keys_are_independent() -> None:
    series = np.array([[Draws(key("home", n)).unit() for n in range(5000)], [Draws(n).unit() for n in range(5000)]])
    for values in series:
        assert abs(np.corrcoef(values[1:], values[:-1])[0, 1]) < 0.05


@given(st.integers(0, 2**64 - 1), st.integers(0, 10**12), st.integers(1, 50), st.integers(1, 2**31 - 1))
def test_integers_are_addressed_by_second(number: int, start: int, count: int, below: int) -> None:
    whole = kernel.integers(number, start, count + 10, below)
    assert (kernel.integers(number, start + 10, count, below) == whole[10:]).all()
    assert whole.min() >= 0
    assert whole.max() < below
