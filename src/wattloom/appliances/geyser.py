"""Geyser: a tank of water, an element and a thermostat, switched on by hand before a bath or always on.

On-time follows from energy: litres drawn x 4.186 kJ/(kg K) x temperature rise / element power, plus standing losses
(about 10 K a day for a good 150 l tank, Meyer and Tshimankinda 1998; more for a small one). Thermostat deadband about
5.6 K (OCHRE). Where it is switched by hand, a household puts it on a quarter of an hour before the bath and off after
it, and the tank cools until the next time. Draws are mixed to 40 degrees C at the tap.
"""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from wattloom.appliances.appliance import Appliance
from wattloom.loads import Channel
from wattloom.people.diary import Draw
from wattloom.people.span import Span
from wattloom.ranges import Share, Watts

if TYPE_CHECKING:
    from wattloom.day import Day
    from wattloom.loads import Loads

Session = tuple[float, float, float, list[Draw]]
"""On and off at the wall, temperature of the tank at the start, draws of hot water."""

KILOJOULES_PER_LITRE_KELVIN = 4.186
_TAP = 40.0
_GROUP = 75 * 60.0  # baths closer than this share one heating


class Geyser(Appliance, tag="geyser", frozen=True, kw_only=True):
    """A tank of `litres` held at `setpoint` by an element of `watts`; `loss` in W per K over the room."""

    watts: Watts
    litres: Annotated[float, msgspec.Meta(gt=0, le=500)] = 15.0
    mode: Literal["manual", "always"] = "manual"
    setpoint: Annotated[float, msgspec.Meta(ge=35, le=90)] = 58.0
    deadband: Annotated[float, msgspec.Meta(gt=0, le=20)] = 5.6
    loss: Annotated[float, msgspec.Meta(ge=0, le=20)] = 1.1
    lead: Annotated[float, msgspec.Meta(ge=0, le=120)] = 15.0  # minutes on before the bath, by hand
    basins: Annotated[float, msgspec.Meta(ge=0, le=30)] = 0.0  # small draws a day at basin and sink
    forgotten: Share = 0.08  # of sessions it is left on for an hour or more

    @property
    def peak(self) -> float:
        """The element, W."""
        return self.watts

    @property
    def capacity(self) -> float:
        """Heat to warm the tank by one kelvin, J/K."""
        return 1000 * KILOJOULES_PER_LITRE_KELVIN * self.litres

    def inlet(self, day: Day) -> float:
        """Temperature of the mains water, degrees C: the ground's, which follows the air's mean."""
        return min(32.0, max(5.0, 0.8 * day.warmth() + 3.5))

    def draw(self, day: Day, loads: Loads) -> None:
        """The element's runs of the sessions that start today."""
        sessions = self._by_hand(day) if self.mode == "manual" else self._all_day(day)
        for start, end, temperature, draws in sessions:
            for on, off in self.runs(start, end, temperature, draws, self.inlet(day)):
                loads.pulse(Channel.GEYSER_RESISTIVE, on, off, self.watts)

    def runs(self, start: float, end: float, temperature: float, draws: list[Draw], inlet: float) -> list[Span]:
        """When the element is on between `start` and `end`: exact for a mixed tank with constant loss.

        `temperature` at the start, degrees C; `draws` in order; a draw takes what the tank has above the inlet.
        """
        room = inlet
        low = self.setpoint - self.deadband
        runs: list[Span] = []
        heating = temperature < low or temperature < self.setpoint - 0.5 * self.deadband
        at = start
        marks = [*draws, Draw(end, 0.0)]
        for draw in marks:
            until = min(max(draw.start, at), end)
            while at < until:
                loss = self.loss * max(0.0, temperature - room)
                if heating:
                    rate = (self.watts - loss) / self.capacity
                    off = at + (self.setpoint - temperature) / rate
                    step = min(off, until)
                    runs.append((at, step))
                    temperature += rate * (step - at)
                    heating = off > until
                    at = step
                else:
                    rate = loss / self.capacity
                    on = at + (temperature - low) / rate if rate > 0 else until
                    step = min(max(on, at), until)
                    temperature -= rate * (step - at)
                    heating = on <= until
                    at = step
            heat = draw.litres * KILOJOULES_PER_LITRE_KELVIN * 1000 * max(0.0, _TAP - inlet)
            temperature = max(inlet, temperature - heat / self.capacity)
            heating = heating or temperature < low
        return _joined(runs)

    def _by_hand(self, day: Day) -> list[Session]:
        sessions: list[Session] = []
        last = max((bath.start for bath in day.previous.diary.baths), default=day.start - 86_400.0)
        for group in _groups(day.diary.baths):
            dice = self.dice(day, "session", round(group[0].start))
            inlet = self.inlet(day)
            left = self.setpoint - dice.uniform(0.0, 0.7) * (self.setpoint - inlet)
            cooled = exp(-max(0.0, group[0].start - last) * self.loss / self.capacity)
            on = group[0].start - self.lead * 60 * dice.lognormal(1.0, 0.55)
            off = group[-1].start + dice.uniform(-60, 720)
            if dice.chance(self.forgotten):
                off += min(10_800.0, dice.exponential(5400))
            if sessions and sessions[-1][1] > on:  # still on since the last bath
                sessions[-1] = (sessions[-1][0], on, *sessions[-1][2:])
            sessions.append((on, max(on + 120, off), inlet + (left - inlet) * cooled, group))
            last = group[-1].start
        return sessions

    def _all_day(self, day: Day) -> list[Session]:
        """From today's anchor to tomorrow's; at an anchor the tank is somewhere within its band."""
        dice = self.dice(day, "all day")
        start, end = self._anchor(day), self._anchor(day.next)
        draws = [bath for bath in day.diary.baths if start < bath.start < end]
        draws += [bath for bath in day.next.diary.baths if start < bath.start < end]
        for low, high in day.diary.awake:
            for _ in range(dice.count(self.basins * (high - low) / 57_600)):
                draws.append(Draw(dice.uniform(low, high), dice.lognormal(1.5, 0.7)))
        band = self.setpoint - self.deadband * dice.unit()
        return [(start, end, band, sorted(draw for draw in draws if start < draw.start < end))]

    def _anchor(self, day: Day) -> float:
        return day.at(3 * 3600 + 3600 * self.dice(day, "anchor").unit())


def _groups(baths: list[Draw]) -> list[list[Draw]]:
    groups: list[list[Draw]] = []
    for bath in baths:
        if groups and bath.start - groups[-1][-1].start < _GROUP:
            groups[-1].append(bath)
        else:
            groups.append([bath])
    return groups


def _joined(runs: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in runs:
        if joined and start - joined[-1][1] < 1e-6:
            joined[-1] = (joined[-1][0], end)
        elif end > start:
            joined.append((start, end))
    return joined
