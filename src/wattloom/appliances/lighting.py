"""Lighting: lamps that follow dusk and the people who are up.

Each lamp is switched on its own, more often the darker it is outside and the more people are up (after Richardson et
al. 2009, Energy and Buildings 41:781, "Domestic lighting: a high-resolution energy demand model").
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

import msgspec

from wattloom.appliances.appliance import Appliance
from wattloom.loads import Channel
from wattloom.people.span import Span, shared
from wattloom.ranges import Share, Watts

if TYPE_CHECKING:
    from wattloom.day import Day
    from wattloom.loads import Loads

_STEP = 900.0


class Lighting(Appliance, tag="lighting", frozen=True, kw_only=True):
    """`lamps` of up to `watts` each, on for `minutes` at a time (median); `dark` of the rooms lack daylight."""

    watts: Watts
    lamps: Annotated[int, msgspec.Meta(ge=1, le=200)] = 8
    minutes: Annotated[float, msgspec.Meta(gt=0, le=720)] = 25.0
    dark: Share = 0.08
    nightlight: Share = 0.02  # of a lamp's chance while all are asleep

    @property
    def peak(self) -> float:
        """All lamps on, W."""
        return self.lamps * self.watts

    def draw(self, day: Day, loads: Loads) -> None:
        """Each lamp's stretches of light."""
        dice = self.dice(day)
        awake, asleep = day.diary.awake, day.diary.asleep
        gloom = _gloom(day, awake)
        for lamp in range(self.lamps):
            habit = 1.6 / (1 + 0.5 * lamp)  # the first lamps are the living room's
            size = self.watts * (0.25 + 0.75 * ((lamp * 7919) % 97) / 96)
            for (start, end), dim in gloom:
                wanted = habit * (self.dark + (1 - self.dark) * dim) * 0.55
                at = start + dice.exponential(self.minutes * 60 / max(wanted, 1e-6))
                while at < end:
                    off = min(at + 60 * dice.lognormal(self.minutes, 0.9), end + dice.uniform(0, 120))
                    loads.pulse(Channel.ELECTRONIC, at, off, size)
                    at = off + dice.exponential(self.minutes * 60 / wanted)
        for start, end in asleep:
            if dice.chance(min(1.0, self.nightlight * (end - start) / _STEP)):
                at = dice.uniform(start, end)
                loads.pulse(Channel.ELECTRONIC, at, at + dice.lognormal(240, 0.7), self.watts * dice.uniform(0.2, 0.8))


def _gloom(day: Day, awake: list[Span]) -> list[tuple[Span, float]]:
    """Stretches in which somebody is up, with how dark it is outside (0 to 1): before dawn, day, after dusk."""
    parts: list[tuple[Span, float]] = []
    clocks = [0.0, 5.0, 6.0, 7.0, 8.0, 16.0, 17.0, 18.0, 19.0, 30.0]
    for low, high in pairwise(clocks):
        start, end = day.at(low * 3600), day.at(high * 3600)
        dim = min(1.0, max(0.0, (8 - day.elevation((start + min(end, start + 7200)) / 2)) / 12))
        parts += [(span, dim) for span in shared(awake, [(start, end)])]
    return parts
