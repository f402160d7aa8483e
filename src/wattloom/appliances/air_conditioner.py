"""Air conditioner: a room, a thermostat and a compressor, fixed speed or inverter.

The room is a first-order thermal model, dT/dt = (E - T) / tau: with the compressor off it tends to E = outdoors plus
`gain`, with it on to E - `drop` (cooling capacity over the room's heat loss). Both parts are exponentials, so the
thermostat's switching times are exact (closed form). Deadband about 1 K (OCHRE), at least 3 minutes off between runs;
input power rises by about 1.7 % for each kelvin outdoors (Cutler et al. 2013, NREL/TP-5500-56354); the first second
draws 1.2 to 1.8 times the plateau; the indoor fan runs on while the compressor rests. Heat gain, deadband and set-point
vary from cycle to cycle (doors, people, sun), else the cycles would look like a comb.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from wattloom.appliances.appliance import Appliance
from wattloom.loads import Channel
from wattloom.people.span import Span, merged
from wattloom.ranges import Share, Watts

if TYPE_CHECKING:
    from wattloom.day import Day
    from wattloom.loads import Loads
    from wattloom.noise import Draws

SHORTEST_REST = 180.0
_PAUSE = 1200.0  # between two sessions, at the least
_HIGHEST_INRUSH = 1.8
_PER_KELVIN = 0.017
_RATED_AT = 38.0  # degrees C outdoors at which it draws its rated power
_EASED = 0.94  # of the plateau by the end of a long run, as the room cools

Kelvin = Annotated[float, msgspec.Meta(gt=0, le=40)]


class AirConditioner(Appliance, tag="air_conditioner", frozen=True, kw_only=True):
    """Cools while people sleep, sit together in the evening or work, if it is warm enough.

    `comfort`: mean temperature of a day above which it is used at all, surely 4 K higher.
    """

    watts: Watts
    use: tuple[Literal["sleep", "evening", "work"], ...] = ("sleep",)
    inverter: bool = False
    setpoint: Annotated[float, msgspec.Meta(ge=16, le=32)] = 25.5
    deadband: Annotated[float, msgspec.Meta(ge=0.3, le=4)] = 1.0
    tau: Annotated[float, msgspec.Meta(ge=5, le=1000)] = 95.0  # minutes
    gain: Annotated[float, msgspec.Meta(ge=0, le=15)] = 2.5  # K, people, sun and devices
    drop: Kelvin = 25.0
    fan: Watts = 42.0
    comfort: Annotated[float, msgspec.Meta(ge=5, le=40)] = 22.0
    habit: Share = 0.9
    timer: Share = 0.35  # of nights it is set to go off before waking

    @property
    def peak(self) -> float:
        """Compressor inrush and fan, W."""
        return self.watts * (1.0 if self.inverter else _HIGHEST_INRUSH) + self.fan

    def draw(self, day: Day, loads: Loads) -> None:
        """The sessions that start today, each from the room's state at its start."""
        for start, end in self.sessions(day):
            loads.pulse(Channel.AC_ELECTRONIC, start, end, self.fan)
            dice = self.dice(day, "session", round(start))
            if self.inverter:
                self._modulate(start, end, dice, day, loads)
                continue
            for on, off in self.runs(start, end, dice, day):
                self._run(on, off, dice, day, loads)

    def sessions(self, day: Day) -> list[Span]:
        """When it is switched on at the wall, as people's habits, the heat and the day have it."""
        dice = self.dice(day, "sessions")
        chance = self.habit * min(1.0, max(0.0, (day.warmth() - self.comfort) / 4))
        spans: list[Span] = []
        if "sleep" in self.use:
            for asleep, up in merged(day.diary.asleep):
                if dice.chance(chance):
                    start = asleep - dice.uniform(0, 50) * 60
                    timed = start + dice.uniform(2.0, 6.0) * 3600 if dice.chance(self.timer) else up
                    spans.append((start, min(timed, up - dice.exponential(1500))))
        if "evening" in self.use:
            for home, out in day.diary.awake:
                start = max(home + dice.uniform(5, 45) * 60, day.at(18.3 * 3600) + dice.uniform(0, 2.5) * 3600)
                if start < out - 2400 and start < day.at(22.5 * 3600) and dice.chance(0.6 * chance):
                    spans.append((start, min(out - dice.uniform(0, 900), start + dice.lognormal(5400, 0.5))))
        if "work" in self.use and len(day.diary.present) > 1 and dice.chance(min(1.0, chance * 1.1)):
            arrived = sorted(start for start, _ in day.diary.present)
            left = sorted(end for _, end in day.diary.present)
            start = max(arrived[min(2, len(arrived) - 1)] + dice.exponential(900), day.at(8.4 * 3600))
            spans.append((start, min(left[-1], day.at(17.0 * 3600) + dice.exponential(900))))
        spans = [(start, end) for start, end in spans if end > start + 600]
        joined = merged((start, end + _PAUSE) for start, end in spans)  # shorter pauses are none
        return [(float(round(start)), end - _PAUSE) for start, end in joined]

    def runs(self, start: float, end: float, dice: Draws, day: Day) -> list[Span]:
        """When the compressor runs within a session: (on, off) in exact seconds of the thermal model."""
        tau = 60 * self.tau
        gain = self.gain * dice.lognormal(1.0, 0.3)
        room = (day.temperature(start) + day.warmth()) / 2 + gain + dice.normal(0, 0.5)  # walls remember the day
        runs: list[Span] = []
        at = start
        while at < end:
            low, high = self._band(dice)
            free = day.temperature(at) + gain * dice.lognormal(1.0, 0.35)
            cold = free - self.drop * dice.uniform(0.92, 1.08)
            if room < high:
                if free <= high + 0.05:  # mild: look again in a quarter of an hour
                    room, at = room + (free - room) * min(1.0, 900 / tau), at + 900
                    continue
                rest = tau * log((free - room) / (free - high))
                at += max(rest, SHORTEST_REST) if runs else rest
                room = high
            if at >= end:
                break
            if cold >= low - 0.2:  # too hot outside for its capacity: it runs on
                off, room = min(end, at + 3600), max(cold, low)
            else:
                off, room = at + tau * log((room - cold) / (low - cold)), low
            at = float(round(at))
            runs.append((at, min(max(off, at + 20), end)))
            at = runs[-1][1]
        return runs

    def _band(self, dice: Draws) -> tuple[float, float]:
        centre, half = self.setpoint + dice.normal(0, 0.12), self.deadband * dice.lognormal(0.5, 0.3)
        return centre - half, centre + half

    def plateau(self, outdoors: float) -> float:
        """Compressor input at full speed, W; the rated power at 38 degrees C outdoors and above."""
        return self.watts * min(1.0, 1 + _PER_KELVIN * (outdoors - _RATED_AT))

    def _run(self, on: float, off: float, dice: Draws, day: Day, loads: Loads) -> None:
        watts = self.plateau(day.temperature(on)) * dice.uniform(0.97, 1.0)
        rise = min(off, on + dice.uniform(60, 200))
        loads.pulse(Channel.AC_MOTOR, on, on + 1, watts * dice.uniform(0.32, _HIGHEST_INRUSH - 1.02))
        loads.ramp(Channel.AC_MOTOR, on, rise, 0.88 * watts, watts)
        if off > rise:
            loads.ramp(Channel.AC_MOTOR, rise, off, watts, watts * max(_EASED, 1 - (off - rise) * 2e-5))

    def _modulate(self, start: float, end: float, dice: Draws, day: Day, loads: Loads) -> None:
        """Pull-down at full speed, then the speed that holds the room, hunting a little; rests when too little."""
        gain = self.gain * dice.lognormal(1.0, 0.3)
        free = day.temperature(start) + gain
        full = self.plateau(day.temperature(start))
        cold = free - self.drop
        pull = 60 * self.tau * log((free - cold) / max(0.5, self.setpoint - cold)) if free > self.setpoint else 0.0
        at, level = start + 40, 0.3 * full
        loads.ramp(Channel.AC_ELECTRONIC, start, at, 0.0, level)
        down = min(end, at + max(120.0, pull * dice.uniform(0.8, 1.1)))
        loads.ramp(Channel.AC_ELECTRONIC, at, min(down, at + 150), level, full)
        if down > at + 150:
            loads.ramp(Channel.AC_ELECTRONIC, at + 150, down, full, 0.93 * full)
        at, level = max(down, min(end, at + 150)), 0.9 * full
        while at < end:
            free = day.temperature(at) + gain * dice.lognormal(1.0, 0.25)
            share = max(0.0, (free - self.setpoint) / self.drop)
            if share < 0.12 and dice.chance(0.5):  # below its least speed: it rests
                at += dice.uniform(240, 900)
                level = 0.15 * full
                continue
            target = full * min(1.0, max(0.16, 0.85 * share * dice.lognormal(1.0, 0.12)))
            swing, hold = min(end, at + dice.uniform(20, 90)), min(end, at + dice.lognormal(420, 0.6))
            loads.ramp(Channel.AC_ELECTRONIC, at, swing, level, target)
            if hold > swing:
                loads.ramp(Channel.AC_ELECTRONIC, swing, hold, target, target * dice.uniform(0.95, 1.0))
            at, level = max(swing, hold), target
