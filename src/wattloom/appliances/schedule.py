"""Schedule: constant power at fixed hours, the textbook square wave of the classic households."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from wattloom.appliances.appliance import Appliance
from wattloom.loads import Channel
from wattloom.ranges import Watts

if TYPE_CHECKING:
    from wattloom.day import Day
    from wattloom.loads import Loads

Hour = Annotated[float, msgspec.Meta(ge=0, le=24)]
_CHANNELS = {"AC": Channel.AC_MOTOR, "Geyser": Channel.GEYSER_RESISTIVE, "Overall": Channel.ELECTRONIC}


class Schedule(Appliance, tag="schedule", frozen=True, kw_only=True):
    """Draws `watts` on `meter` between the hours of each pair in `hours`, every day."""

    watts: Watts
    meter: Literal["AC", "Geyser", "Overall"] = "Overall"
    hours: tuple[tuple[Hour, Hour], ...] = ((0.0, 24.0),)

    def __post_init__(self) -> None:
        ordered = sorted(self.hours)
        if any(start >= end for start, end in ordered):
            raise ValueError("hours: each pair must be [start, end] with start < end")
        if any(end > start for (_, end), (start, _) in pairwise(ordered)):
            raise ValueError("hours: the pairs overlap; give each hour once")

    @property
    def peak(self) -> float:
        """Its constant power, W."""
        return self.watts

    def draw(self, day: Day, loads: Loads) -> None:
        """One pulse for each pair of hours, by the wall clock."""
        for start, end in self.hours:
            loads.pulse(_CHANNELS[self.meter], day.at(start * 3600), day.at(end * 3600), self.watts)
