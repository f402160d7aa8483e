"""Burst: short use of much power, kettle, microwave, toaster, hair dryer, iron, vacuum cleaner, printer, lift.

A kettle boils 0.5 to 1.7 l in 2 to 5 minutes; a microwave and an iron switch their full power on and off; most edges
above 1 kW in a home come from a handful of such things (Murray et al. 2016, "Appliance use from smart meters").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from wattloom.appliances.appliance import Appliance
from wattloom.loads import Channel
from wattloom.ranges import Clock, Rate, Share, Watts

if TYPE_CHECKING:
    from wattloom.day import Day
    from wattloom.loads import Loads

_RESPONSES = {"resistive": Channel.RESISTIVE, "motor": Channel.MOTOR, "electronic": Channel.ELECTRONIC}
_INRUSH = 1.6  # of a motor's first second


class Burst(Appliance, tag="burst", frozen=True, kw_only=True):
    """Used `per_day` times for `seconds` (median), while somebody is up, between `earliest` and `latest`.

    `after_waking` of the uses follow getting up; `cycle` seconds on and off in turn with share `duty`, if given;
    `each` counts per person present (a printer); `unattended` uses ask for nobody (a water pump on a timer).
    """

    watts: Watts
    per_day: Rate
    seconds: Annotated[float, msgspec.Meta(gt=0, le=20_000)]
    spread: Annotated[float, msgspec.Meta(ge=0, le=1.5)] = 0.4
    earliest: Clock = 0.0
    latest: Clock = 28 * 3600.0
    after_waking: Share = 0.0
    cycle: Annotated[float, msgspec.Meta(ge=0, le=600)] = 0.0
    duty: Share = 1.0
    response: Literal["resistive", "motor", "electronic"] = "resistive"
    each: bool = False
    unattended: bool = False
    odd: Share = 0.0  # share of days on which it is used at all is 1 - odd (an iron comes out once a week)

    @property
    def peak(self) -> float:
        """Its power, or a motor's first second, W."""
        return self.watts * (_INRUSH if self.response == "motor" else 1.0)

    def draw(self, day: Day, loads: Loads) -> None:
        """The uses that start today."""
        dice = self.dice(day)
        if dice.chance(self.odd):
            return
        present = day.diary.present
        if not present and not self.unattended:
            return
        heads = len(present) if self.each else 1
        mean = self.per_day * heads * (1 if self.unattended else day.mood**0.8) / (1 - min(0.9, self.odd))
        channel, free = _RESPONSES[self.response], 0.0
        for start in sorted(self._starts(day, mean)):
            if start < free:
                continue
            length = min(20_000.0, dice.lognormal(self.seconds, self.spread))
            self._use(channel, start, start + length, self.watts * dice.uniform(0.96, 1.0), loads, day)
            free = start + length + 20

    def _starts(self, day: Day, mean: float) -> list[float]:
        dice, diary = self.dice(day, "starts"), day.diary
        low, high = day.at(self.earliest), day.at(self.latest)
        starts: list[float | None] = []
        for _ in range(dice.count(mean)):
            if self.unattended:
                starts.append(dice.uniform(low, high))
            elif dice.chance(self.after_waking) and diary.awake:
                up = diary.awake[0][0]
                starts.append(diary.moment(dice, max(low, up), min(high, up + 3000)))
            else:
                starts.append(diary.moment(dice, low, high))
        return [start for start in starts if start is not None]

    def _use(self, channel: int, start: float, end: float, watts: float, loads: Loads, day: Day) -> None:
        if not self.cycle:
            loads.pulse(channel, start, end, watts)
            if self.response == "motor":
                loads.pulse(channel, start, start + 1, watts * (_INRUSH - 1))
            return
        dice = self.dice(day, round(start))
        first = min(end, start + self.cycle * dice.uniform(1, 3))  # warms up at full power first
        loads.pulse(channel, start, first, watts)
        on, off = self.cycle * self.duty, self.cycle * (1 - self.duty)
        if end > first + off:
            loads.cycle(channel, first + off, end, watts, on, off, dice.key, jitter=0.3)
