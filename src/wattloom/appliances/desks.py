"""Desks: computers and screens of those who work at them; a share stays on overnight.

An office desk draws 40 to 150 W in use (Kawamoto et al. 2002, Energy 27:255); people step away and screens go dark.
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


class Desks(Appliance, tag="desks", frozen=True, kw_only=True):
    """`watts` a desk while its owner sits there; `idle` of it for the minutes away; `forgotten` stay on at night."""

    watts: Watts
    idle: Share = 0.35
    away: Annotated[float, msgspec.Meta(gt=0, le=480)] = 55.0  # minutes at the desk between two absences
    forgotten: Share = 0.05
    most: Annotated[int, msgspec.Meta(ge=1, le=400)] = 40

    @property
    def peak(self) -> float:
        """All desks at work, W."""
        return self.watts * self.most

    def draw(self, day: Day, loads: Loads) -> None:
        """Each stay at a desk, with its absences."""
        dice = self.dice(day)
        for start, end in day.diary.desk[: self.most]:
            watts, at = self.watts * dice.uniform(0.55, 1.0), start + dice.uniform(30, 400)
            while at < end:
                leave = min(end, at + 60 * dice.exponential(self.away) + 60)
                loads.pulse(Channel.ELECTRONIC, at, leave, watts * dice.uniform(0.85, 1.0))
                at = min(end, leave + dice.lognormal(420, 0.7))
                if at > leave:
                    loads.pulse(Channel.ELECTRONIC, leave, at, watts * self.idle)
            if dice.chance(self.forgotten):
                loads.pulse(Channel.ELECTRONIC, end, day.at(30 * 3600), watts * self.idle)
