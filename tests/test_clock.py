"""The wheel: in order, never early, without drift, whatever the clock does."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

from wattloom.clock import LOOK, Wheel


class Beat:
    """Due every `step` seconds from `start`, `times` times; notes when it was fired."""

    def __init__(self, start: float, step: float, times: int, cost: float = 0.0, name: str = "") -> None:
        self.due, self.step, self.times, self.cost, self.name = start, step, times, cost, name
        self.fired: list[tuple[float, float]] = []

    async def fire(self, now: float) -> bool:
        self.fired.append((self.due, now))
        if self.cost:
            time.sleep(self.cost)  # noqa: ASYNC251
        self.due += self.step
        return len(self.fired) < self.times


class Hand:
    """A clock that is moved by hand, and by itself like the real one."""

    def __init__(self) -> None:
        self.offset = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.offset


def turn(wheel: Wheel, condition: Callable[[], bool], meanwhile: Callable[[], None] | None = None) -> None:
    async def run() -> None:
        turning = asyncio.create_task(wheel.run())
        for _ in range(500):
            await asyncio.sleep(0.01)
            if meanwhile:
                meanwhile()
            if condition():
                break
        turning.cancel()

    asyncio.run(run())
    assert condition()


def test_fires_in_order_and_never_early() -> None:
    wheel, rng = Wheel(time.monotonic), random.Random(1)
    now, order = wheel.clock(), []
    beats = [Beat(now + rng.uniform(0, 0.2), 0.05, 3) for _ in range(50)]
    for beat in beats:
        wheel.add(beat)
    turn(wheel, lambda: all(len(beat.fired) == 3 for beat in beats))
    for beat in beats:
        order += beat.fired
    assert all(now >= due for due, now in order)
    order.sort(key=lambda fired: fired[1])
    assert [due for due, _ in order] == sorted(due for due, _ in order)
    assert not len(wheel)


def test_does_not_drift_under_load() -> None:
    wheel = Wheel(time.monotonic)
    start = wheel.clock()
    beat = Beat(start, 0.01, 50, cost=0.004)
    wheel.add(beat)
    turn(wheel, lambda: len(beat.fired) == 50)
    assert abs(beat.due - (start + 50 * 0.01)) < 1e-9
    assert all(now >= due for due, now in beat.fired)


def test_something_earlier_wakes_it() -> None:
    wheel = Wheel(time.monotonic)
    wheel.add(Beat(wheel.clock() + 60, 1, 1))
    soon = Beat(0, 1, 1)

    def later() -> None:
        if not soon.fired and not soon.due:
            soon.due = wheel.clock() + 0.02
            wheel.add(soon)

    turn(wheel, lambda: bool(soon.fired), later)
    due, now = soon.fired[0]
    assert 0 <= now - due < LOOK


def test_a_clock_stepped_forward_fires_all_that_is_due() -> None:
    hand = Hand()
    wheel = Wheel(hand)
    beat = Beat(hand() + 10, 10, 3)
    wheel.add(beat)
    turn(wheel, lambda: len(beat.fired) == 3, lambda: setattr(hand, "offset", 35.0))


def test_a_clock_stepped_back_repeats_nothing() -> None:
    hand = Hand()
    wheel = Wheel(hand)
    beat = Beat(hand(), 0.02, 5)
    wheel.add(beat)

    def back() -> None:
        if len(beat.fired) == 2 and not hand.offset:
            hand.offset = -0.3

    turn(wheel, lambda: len(beat.fired) == 5, back)
    dues = [due for due, _ in beat.fired]
    assert dues == sorted(set(dues))
    assert all(now >= due for due, now in beat.fired)


def test_others_get_the_event_loop_while_much_is_due() -> None:
    async def run() -> float:
        wheel = Wheel(time.monotonic)
        for _ in range(200):
            wheel.add(Beat(wheel.clock(), 1, 1, cost=0.001))
        turning, worst = asyncio.create_task(wheel.run()), 0.0
        while len(wheel):
            began = time.monotonic()
            await asyncio.sleep(0)
            worst = max(worst, time.monotonic() - began)
        turning.cancel()
        return worst

    assert asyncio.run(run()) < 0.2  # all of them together take longer
