"""Mains: the voltage's size and memory, loads that wobble together, shimmer that grows with the load."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from wattloom.loads import Channel, Loads
from wattloom.mains import Mains

DAYS = 6


def constant(mains: Mains, channel: Channel, watts: float = 4000.0) -> NDArray[np.float64]:
    loads = Loads()
    loads.pulse(channel, 0, DAYS * 86_400, watts)
    meter = {0: 0, 1: 1, 2: 2}[channel // 3]
    seconds: NDArray[np.float64] = mains.render(loads.rows(0), 0, DAYS * 86_400)[meter].astype(float)
    return seconds


def correlation(values: NDArray[np.float64], lag: int) -> float:
    return float(np.corrcoef(values[lag:], values[:-lag])[0, 1])


def home(number: int = 0, steady: bool = False, seed: int = 4) -> Mains:
    return Mains(seed, "chennai", "A", number, steady)


def test_voltage_varies_as_measured() -> None:
    """Resistive power wobbles by about 3 % (its voltage by 1.5 %), with the memory of a minute and an hour."""
    minutes = np.concatenate(
        [constant(home(40 * block), Channel.GEYSER_RESISTIVE).reshape(-1, 60).mean(axis=1) for block in range(5)]
    )
    assert 0.022 < minutes.std() / 4000 < 0.04
    assert correlation(minutes, 1) == pytest.approx(0.98, abs=0.012)
    assert correlation(minutes, 60) == pytest.approx(0.68, abs=0.12)


def test_all_loads_of_a_neighbourhood_wobble_together() -> None:
    one, next_door, elsewhere = (
        constant(home(number), Channel.GEYSER_RESISTIVE).reshape(-1, 60).mean(axis=1) for number in (1, 2, 400)
    )
    assert np.corrcoef(one, next_door)[0, 1] > 0.98
    assert abs(np.corrcoef(one, elsewhere)[0, 1]) < 0.5


def test_electronics_do_not_follow_the_voltage() -> None:
    minutes = constant(home(), Channel.ELECTRONIC).reshape(-1, 60).mean(axis=1)
    assert minutes.std() / 4000 < 0.01


def test_shimmer_is_small_correlated_and_grows_with_the_load() -> None:
    small, large = (constant(home(), Channel.ELECTRONIC, watts) for watts in (200.0, 4000.0))
    assert np.diff(large).std() > 5 * np.diff(small).std()
    assert correlation(large, 1) > 0.7
    assert np.abs(np.diff(small)).max() < 20


def test_steady_mains_are_exact() -> None:
    assert set(constant(home(steady=True), Channel.AC_MOTOR)) == {4000.0}
