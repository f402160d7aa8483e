"""Programme: a machine that runs through phases, washing machine, dishwasher, tumble dryer, bread maker.

A washing machine heats (2 kW, 10 to 25 minutes), turns its drum to and fro (100 to 250 W, seconds on and off), rinses
and spins (300 to 600 W); a dishwasher heats twice (measured programmes: Pipattanasomporn et al. 2014, IEEE
Transactions on Smart Grid 5:1751, "Load profiles of selected major household appliances").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from wattloom.appliances.appliance import Appliance
from wattloom.loads import Channel
from wattloom.people.span import within
from wattloom.ranges import Clock, Minutes, Watts

if TYPE_CHECKING:
    from wattloom.day import Day
    from wattloom.loads import Loads

_RESPONSES = {"resistive": Channel.RESISTIVE, "motor": Channel.MOTOR, "electronic": Channel.ELECTRONIC}


class Phase(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A part of a programme: `watts` for `minutes`; `on` and `off` seconds in turn, if given."""

    watts: Watts
    minutes: Minutes
    response: Literal["resistive", "motor", "electronic"] = "motor"
    on: Annotated[float, msgspec.Meta(ge=0, le=900)] = 0.0
    off: Annotated[float, msgspec.Meta(ge=0, le=900)] = 0.0


class Programme(Appliance, tag="programme", frozen=True, kw_only=True):
    """Run `per_week` times, started by somebody who is up; `base` W run throughout."""

    phases: Annotated[tuple[Phase, ...], msgspec.Meta(min_length=1, max_length=40)]
    per_week: Annotated[float, msgspec.Meta(ge=0, le=50)]
    base: Watts = 6.0
    earliest: Clock = 7 * 3600.0
    latest: Clock = 22 * 3600.0

    @property
    def peak(self) -> float:
        """Base and the strongest phase, W."""
        return self.base + max(phase.watts for phase in self.phases)

    def draw(self, day: Day, loads: Loads) -> None:
        """The runs that start today, now and then two in a row."""
        dice = self.dice(day)
        runs = dice.count(self.per_week / 7 * (1.35 if day.date.weekday() >= 5 else 0.86))
        after = 0.0
        for _ in range(min(3, runs)):
            start = max(after, day.at(dice.uniform(self.earliest, self.latest)))
            if not within(start, day.diary.awake):
                continue
            after = self._run(start, dice.lognormal(1.0, 0.18), day, loads) + dice.uniform(300, 2400)

    def _run(self, start: float, stretch: float, day: Day, loads: Loads) -> float:
        dice, at = self.dice(day, round(start)), start
        for phase in self.phases:
            end = at + 60 * phase.minutes * stretch * dice.lognormal(1.0, 0.10)
            channel, watts = _RESPONSES[phase.response], phase.watts * dice.uniform(0.93, 1.0)
            if phase.on:
                loads.cycle(channel, at, end, watts, phase.on, phase.off, dice.key ^ round(at), jitter=0.15)
            else:
                loads.pulse(channel, at, end, watts)
            at = end
        loads.pulse(Channel.ELECTRONIC, start, at, self.base)
        return at
