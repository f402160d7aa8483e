"""Time as the server keeps it: a wheel that fires what is due, in order, and never early."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from typing import Protocol

#: A wheel looks at its clock at least this often (s), so that a step of the system's clock is noticed.
LOOK = 0.5
#: While much is due, others get the event loop this often (s).
TURN = 0.002


class Timed(Protocol):
    """What a wheel can carry: something that is due at a time of the wheel's clock, again and again."""

    @property
    def due(self) -> float:
        """Seconds on the wheel's clock."""

    async def fire(self, now: float) -> bool:
        """Do what is due; True to be put back with the new `due`."""


class Wheel:
    """Fires timed things one after the other, in order of their due times, by one clock.

    Times are absolute, so a schedule does not drift whatever the load: the k-th firing of something that is due
    every n seconds is at t0 + k*n. Timers may fire a little early; the clock is looked at before each firing. If the
    clock is stepped forward all that became due is fired at once, if it is stepped back the wheel waits.

    >>> async def main():
    ...     wheel = Wheel(time.monotonic)
    ...     class Tick:
    ...         due, fired = wheel.clock(), 0
    ...         async def fire(self, now):
    ...             self.fired, self.due = self.fired + 1, self.due + 0.001
    ...             return self.fired < 3
    ...     tick = Tick()
    ...     wheel.add(tick)
    ...     running = asyncio.create_task(wheel.run())
    ...     await asyncio.sleep(0.05)
    ...     running.cancel()
    ...     return tick.fired
    >>> asyncio.run(main())
    3
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._heap: list[tuple[float, int, Timed]] = []
        self._order = itertools.count()
        self._sleeper: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, timed: Timed) -> None:
        """Carry something; it is fired when it is due."""
        entry = (timed.due, next(self._order), timed)
        heapq.heappush(self._heap, entry)
        if self._heap[0] is entry and self._sleeper is not None and not self._sleeper.done():
            self._sleeper.set_result(None)

    async def run(self) -> None:
        """Turn until cancelled."""
        rested = self.clock()
        while True:
            if not self._heap:
                await self._sleep(None)
                continue
            due, _, timed = self._heap[0]
            now = self.clock()
            if now < due:
                await self._sleep(min(due - now, LOOK))
                rested = self.clock()
                continue
            if not 0 <= now - rested < TURN:
                await asyncio.sleep(0)
                rested = self.clock()
                continue
            heapq.heappop(self._heap)
            if await timed.fire(now):
                self.add(timed)

    async def _sleep(self, seconds: float | None) -> None:
        """Sleep, but wake when something earlier is added."""
        loop = asyncio.get_running_loop()
        sleeper = self._sleeper = loop.create_future()
        timer = None if seconds is None else loop.call_later(seconds, _wake, sleeper)
        try:
            await sleeper
        finally:
            self._sleeper = None
            if timer is not None:
                timer.cancel()


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)
