"""Cooking: plates, rice cooker or oven, at meals, in bursts of a thermostat or an energy regulator.

A plate switches its full power on and off every 10 to 60 s; a meal takes 0.2 to 1 kWh (Hager and Morawicki 2013,
Food Policy 40:54).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from wattloom.appliances.appliance import Appliance
from wattloom.loads import Channel
from wattloom.ranges import Share, Watts

if TYPE_CHECKING:
    from wattloom.day import Day
    from wattloom.loads import Loads


class Cooking(Appliance, tag="cooking", frozen=True, kw_only=True):
    """Used at a meal with chance `habit` (breakfast `breakfast`), for `minutes` of a meal of size 1, at `duty`."""

    watts: Watts
    habit: Share = 0.7
    breakfast: Share = 0.3
    minutes: Annotated[float, msgspec.Meta(gt=0, le=300)] = 25.0
    cycle: Annotated[float, msgspec.Meta(ge=2, le=600)] = 32.0
    duty: Annotated[float, msgspec.Meta(ge=0.05, le=1)] = 0.5
    preheat: Annotated[float, msgspec.Meta(ge=0, le=40)] = 3.0  # minutes at full power first

    @property
    def peak(self) -> float:
        """Its power, W."""
        return self.watts

    def draw(self, day: Day, loads: Loads) -> None:
        """One session a meal, if it is used for that meal."""
        for meal in day.diary.meals:
            dice = self.dice(day, meal.name)
            if not dice.chance(self.breakfast if meal.name == "breakfast" else self.habit):
                continue
            start = meal.start + dice.uniform(0, 900)
            end = start + 60 * self.minutes * meal.size**0.7 * day.mood**0.5 * dice.lognormal(1.0, 0.45)
            watts = self.watts * dice.uniform(0.94, 1.0)
            duty = min(1.0, self.duty * dice.lognormal(1.0, 0.3))
            at = min(end, start + 60 * self.preheat * dice.uniform(0.5, 1.5))
            loads.pulse(Channel.RESISTIVE, start, at, watts)
            while at < end and duty < 0.97:  # turned up or down every few minutes
                until = min(end, at + dice.exponential(16 * self.cycle))
                on, off = self.cycle * duty, self.cycle * (1 - duty)
                loads.cycle(Channel.RESISTIVE, at + off, until, watts, on, off, dice.key ^ round(at))
                at, duty = max(at + 1, until), min(0.95, max(0.12, duty * dice.lognormal(1.0, 0.4)))
