"""Rendering against a brute-force reference, and the loads that the kernel expands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from wattloom import kernel
from wattloom.loads import Channel, Loads
from wattloom.mains import tables
from wattloom.noise import key

QUIET = np.zeros(kernel.CHANNELS, np.int32)
SECONDS = 1000

PULSES = st.tuples(
    st.sampled_from(list(Channel)),
    st.integers(-300_000, 1_100_000),
    st.integers(1, 700_000),
    st.integers(0, 40_000),
    st.integers(0, 40_000),
)


def render(loads: NDArray[np.int64], seconds: int = SECONDS, start: int = 0) -> NDArray[np.int32]:
    return kernel.render(loads, start, seconds, tables(), 3, 5, QUIET, QUIET)


def reference(loads: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mean power per second and meter by integrating each load, in W."""
    edges = np.arange(SECONDS + 1) * 1000.0
    meters = np.zeros((3, SECONDS))
    for channel, start, end, power, to in loads.tolist():
        low, high = np.clip(edges[:-1], start, end), np.clip(edges[1:], start, end)
        middle = (low + high) / 2
        level = power + (to - power) * (middle - start) / (end - start)
        meters[channel // 3] += level * (high - low) / 16_000
    return meters


@given(st.lists(PULSES, max_size=30))
@settings(max_examples=150, deadline=None)
def test_rendering_is_the_integral_of_the_loads(pulses: list[tuple[int, int, int, int, int]]) -> None:
    loads = np.array([(c, s, s + n, p, q) for c, s, n, p, q in pulses], np.int64).reshape(-1, 5)
    watts, expected = render(loads), reference(loads)
    tolerance = 0.6 + 0.13 * len(pulses)
    assert np.abs(watts[0] - expected[0]).max() <= tolerance
    assert np.abs(watts[1] - expected[1]).max() <= tolerance
    rest = np.maximum(1, np.round(expected[2]))
    assert np.abs(watts[2] - watts[0] - watts[1] - rest).max() <= tolerance + 1
    assert np.array_equal(render(loads), watts), "the work area was not left clean"


@given(st.lists(PULSES, min_size=1, max_size=20))
@settings(max_examples=50, deadline=None)
def test_the_order_of_loads_does_not_matter(pulses: list[tuple[int, int, int, int, int]]) -> None:
    rows = [(c, s, s + n, p, q) for c, s, n, p, q in pulses]
    assert np.array_equal(render(np.array(rows, np.int64)), render(np.array(rows[::-1], np.int64)))


def test_off_is_exactly_off() -> None:
    loads = np.array([(0, 1500, 3200, 20_000, 20_000), (3, 10, 999_999, 33, 77)], np.int64)
    watts = render(loads)
    assert (watts[0, 4:] == 0).all()
    assert watts[0, 1:4].tolist() == [625, 1250, 250]
    assert (render(np.empty((0, 5), np.int64))[:2] == 0).all()


@pytest.mark.parametrize("seconds", [1, 239, 240, 241, 478, 479, 480, 82_800, 90_000])
def test_any_length(seconds: int) -> None:
    loads = np.array([(0, 0, seconds * 1000, 16_000, 16_000)], np.int64)
    assert (render(loads, seconds)[0] == 1000).all()


def test_wobble_does_not_depend_on_the_block() -> None:
    """A second's deviation is a function of the second: rendering from another start gives the same."""
    gains, amplitudes = np.full(9, 8, np.int32), np.full(9, 60, np.int32)
    power = 32_000

    def watts(start: int, seconds: int) -> NDArray[np.int32]:
        loads = np.array([(3, 0, seconds * 1000, power, power)], np.int64)
        geyser: NDArray[np.int32] = kernel.render(loads, start, seconds, tables(), 17, 23, gains, amplitudes)[1]
        return geyser

    whole = watts(1_777_573_800, 5000)
    for offset in (1, 59, 240, 777, 4000):
        assert np.array_equal(watts(1_777_573_800 + offset, 5000 - offset), whole[offset:])
    assert whole.std() > 3


@given(
    st.integers(0, 2**64 - 1), st.integers(0, 10**6), st.integers(0, 10**7), st.floats(0, 1), st.floats(0, 1),
    st.floats(0.2, 4000),
)  # fmt: skip
def test_wander_fills_its_time(number: int, start: int, length: int, swing: float, least: float, hold: float) -> None:
    """Levels follow one another without gap or overlap, within [watts * (1 - swing), watts]."""
    rows = kernel.wander(number, 8, start, start + length, 1600, 1600 * swing, least, hold * 1000)
    assert (rows[:, 0] == 8).all()
    if length:
        assert rows[0, 1] == start
        assert rows[-1, 2] == start + length
        assert (rows[1:, 1] == rows[:-1, 2]).all()
    assert (rows[:, 3] <= 1600 * (1 - swing * least) + 1).all()
    assert (rows[:, 3] >= 1600 * (1 - swing) - 1).all()


def test_wander_holds_its_levels_for_the_median() -> None:
    rows = kernel.wander(key("hold"), 8, 0, 10**8, 1600, 800.0, 0.0, 60_000.0)
    assert np.median(rows[:, 2] - rows[:, 1]) == pytest.approx(61_000, rel=0.1)


@given(st.integers(0, 2**64 - 1), st.integers(1, 10**6), st.floats(50, 90_000), st.floats(50, 90_000))
def test_cycle_keeps_its_duty(number: int, length: int, on: float, off: float) -> None:
    rows = kernel.cycle(number, 6, 0, length, 1600, on, off, 0.2)
    assert (rows[:, 2] > rows[:, 1]).all()
    assert (rows[1:, 1] > rows[:-1, 2]).all()
    assert rows[-1, 2] <= length
    if 60 < len(rows) < 4000:
        duty = (rows[:, 2] - rows[:, 1]).sum() / length
        assert duty == pytest.approx(on / (on + off), rel=0.1)


def test_energy_of_loads() -> None:
    loads = Loads()
    loads.ramp(Channel.MOTOR, 10.0, 20.0, 100, 300)
    loads.cycle(Channel.RESISTIVE, 0.0, 1000.0, 500, 10, 10, key("energy"))
    assert loads.energy(Channel.MOTOR) == pytest.approx(2000)
    assert loads.energy() - 2000 == pytest.approx(250_000, rel=0.05)
