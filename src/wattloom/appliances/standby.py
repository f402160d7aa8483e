"""Standby: what never stops, router, clocks, chargers without a load, set-top boxes, a server.

Always-on loads are 15 to 30 % of a home's energy; they sit on a level for hours and step now and then by a few watts
(de Almeida et al. 2011, Energy Policy 39:3694, REMODECE).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from wattloom.appliances.appliance import Appliance
from wattloom.loads import Channel
from wattloom.ranges import Rate, Share, Watts

if TYPE_CHECKING:
    from wattloom.day import Day
    from wattloom.loads import Loads


class Standby(Appliance, tag="standby", frozen=True, kw_only=True):
    """A level of `watts` with `steps` excursions a day up by a share `swing`, each some minutes to hours long."""

    watts: Watts
    steps: Rate = 4.0
    swing: Share = 0.15
    minutes: Annotated[float, msgspec.Meta(gt=0, le=1440)] = 35.0

    @property
    def peak(self) -> float:
        """Level and excursions that overlap, W."""
        return self.watts * (1 + 4 * self.swing)

    def draw(self, day: Day, loads: Loads) -> None:
        """The level from midnight to midnight; excursions that start today, at most four at once."""
        loads.pulse(Channel.ELECTRONIC, day.start, day.end, self.watts)
        dice = self.dice(day)
        busy = [float(day.start)] * 2
        for _ in range(dice.count(self.steps)):
            start = dice.uniform(day.start, day.end)
            end = min(start + 60 * dice.lognormal(self.minutes, 1.0), start + 40_000)
            lane = 0 if busy[0] <= start else 1
            if busy[lane] > start:
                continue
            busy[lane] = end
            loads.pulse(Channel.ELECTRONIC, start, end, self.watts * self.swing * dice.uniform(0.2, 1.0))
