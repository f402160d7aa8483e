"""Device: anything that somebody who is up switches on for a while, television, computer, fan, charger.

Sessions have long-tailed lengths (Wilke et al. 2013, Building and Environment 60:254); within one, electronics move
between a few levels as the picture or the work changes, motors do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from wattloom.appliances.appliance import Appliance
from wattloom.loads import Channel
from wattloom.ranges import Clock, Minutes, Rate, Share, Watts

if TYPE_CHECKING:
    from wattloom.day import Day
    from wattloom.loads import Loads

_RESPONSES = {"resistive": Channel.RESISTIVE, "motor": Channel.MOTOR, "electronic": Channel.ELECTRONIC}


class Device(Appliance, tag="device", frozen=True, kw_only=True):
    """Switched on `per_day` times for `minutes` (median) between `earliest` and `latest`, while somebody is up.

    `levels` is how far power moves within a session (share), about every `dwell` minutes; `taper` lets it fade to
    nothing as a battery fills; `linger` is the chance that it runs on after the last has gone to bed or out.
    """

    watts: Watts
    per_day: Rate
    minutes: Minutes
    earliest: Clock = 0.0
    latest: Clock = 30 * 3600.0
    response: Literal["resistive", "motor", "electronic"] = "electronic"
    levels: Share = 0.0
    dwell: Minutes = 6.0
    taper: bool = False
    linger: Share = 0.05
    spread: Annotated[float, msgspec.Meta(ge=0, le=1.5)] = 0.7
    heat: Share = 0.0  # 1: used only on hot days (a fan)

    @property
    def peak(self) -> float:
        """Its rated power, W."""
        return self.watts

    def draw(self, day: Day, loads: Loads) -> None:
        """The sessions that start today; one at a time."""
        dice = self.dice(day)
        free = 0.0
        warm = min(1.5, max(0.0, (day.warmth() - 18) / 10))
        mean = self.per_day * day.mood**0.8 * (1 - self.heat + self.heat * warm)
        low, high = day.at(self.earliest), day.at(self.latest)
        moments = (day.diary.moment(dice, low, high, 0.5) for _ in range(dice.count(mean)))
        for start in sorted(moment for moment in moments if moment is not None):
            if start < free:
                continue
            awake = next(span for span in day.diary.awake if span[0] <= start < span[1])
            end = start + 60 * dice.lognormal(self.minutes, self.spread)
            end = min(end, start + 50_000)
            if end > awake[1] and not dice.chance(self.linger):
                end = max(awake[1] - dice.uniform(0, 300), start + 30)
            self._session(start, end, dice.uniform(0.85, 1.0) * self.watts, loads, day)
            free = end + 60

    def _session(self, start: float, end: float, watts: float, loads: Loads, day: Day) -> None:
        channel = _RESPONSES[self.response]
        if self.taper:
            knee = start + 0.55 * (end - start)
            loads.pulse(channel, start, knee, watts)
            loads.ramp(channel, knee, end, watts, 0.05 * watts)
        elif not self.levels:
            loads.pulse(channel, start, end, watts)
        else:
            key = self.dice(day, round(start)).key
            loads.wander(channel, start, end, watts, self.levels, 60 * self.dwell, key)
