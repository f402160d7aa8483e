"""Fridge and freezer: a compressor that cycles day and night, and a defrost heater.

Cycles of 30 to 90 minutes with a duty of a quarter to a half, longer when the room is warm and the door is opened;
the compressor draws most in its first seconds and falls by a tenth as the evaporator cools; frost-free models heat
300 to 600 W for a quarter of an hour, about once a day of compressor time (Bansal et al. 2011, Applied Energy 88:3).
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

_INRUSH = 3.0  # times the running power, for a third of a second


class Fridge(Appliance, tag="fridge", frozen=True, kw_only=True):
    """Cycles of about `period` minutes, on for a share `duty` of them; `defrost` W about every `defrost_hours`."""

    watts: Watts
    period: Annotated[float, msgspec.Meta(ge=10, le=300)] = 52.0
    duty: Annotated[float, msgspec.Meta(ge=0.05, le=0.95)] = 0.38
    defrost: Watts = 0.0
    defrost_hours: Annotated[float, msgspec.Meta(ge=4, le=100)] = 18.0
    jitter: Share = 0.16

    @property
    def peak(self) -> float:
        """The larger of start and defrost, W."""
        return max(self.watts * 1.12 * _INRUSH, self.defrost)

    def _anchor(self, day: Day) -> float:
        """A cycle starts here: each day's is keyed, and the cycles before it stretch to meet it."""
        return day.start + 60 * self.period * self.dice(day, "anchor").unit()

    def draw(self, day: Day, loads: Loads) -> None:
        """The cycles from today's anchor to tomorrow's."""
        dice = self.dice(day)
        start, end = self._anchor(day), self._anchor(day.next)
        warm = 1 + 0.012 * (day.warmth() - 24)
        cycles = max(1, round((end - start) / (60 * self.period)))
        lengths = [max(0.4, dice.normal(1, self.jitter)) for _ in range(cycles)]
        scale = (end - start) / sum(lengths)
        defrosts = self.defrost > 0 and cycles > 2
        every = max(1, round(self.defrost_hours * 60 / self.period))
        phase = dice.integer(0, every - 1) if defrosts else 0
        awake = day.diary.awake
        for cycle, length in enumerate(lengths):
            opened = 1.18 if any(low <= start < high for low, high in awake) and dice.chance(0.4) else 1.0
            on = min(0.92, self.duty * warm * opened * dice.lognormal(1, 0.12)) * length * scale
            if defrosts and cycle % every == phase:
                heat = dice.uniform(10, 22) * 60
                loads.pulse(Channel.RESISTIVE, start - heat - 60, start - 60, self.defrost)
                on = min(1.6 * on, 0.95 * length * scale)
            watts = self.watts * dice.uniform(0.97, 1.03)
            loads.pulse(Channel.MOTOR, start, start + 0.35, watts * (_INRUSH - 1.12))
            settle = min(on, 420.0)
            loads.ramp(Channel.MOTOR, start, start + settle, 1.10 * watts, watts)
            if on > settle:
                loads.ramp(Channel.MOTOR, start + settle, start + on, watts, 0.94 * watts)
            start += length * scale
