"""Standby: what never stops, router, clocks, chargers without a load, set-top boxes, a server.

Always-on loads are 15 to 30 % of a home's energy; they sit on a level for hours and step now and then by a few watts
(de Almeida et al. 2011, Energy Policy 39:3694, REMODECE).
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


class Standby(Appliance, tag="standby", frozen=True, kw_only=True):
    """Moves between levels up to `watts`, down by a share `swing` at most; holds each for `minutes` (median)."""

    watts: Watts
    swing: Share = 0.15
    minutes: Annotated[float, msgspec.Meta(ge=0.2, le=1440)] = 25.0

    @property
    def peak(self) -> float:
        """Its highest level, W."""
        return self.watts

    def _anchor(self, day: Day) -> float:
        """Some time in the small hours: one day's levels hand over to the next day's here, not at midnight."""
        return day.start + 4 * 3600 * self.dice(day, "anchor").unit()

    def draw(self, day: Day, loads: Loads) -> None:
        """The levels from today's anchor to tomorrow's."""
        dice = self.dice(day)
        at, end = self._anchor(day), self._anchor(day.next)
        today = dice.unit() ** 2  # some days lie lower than others
        loads.wander(Channel.ELECTRONIC, at, end, self.watts, self.swing, 60 * self.minutes, dice.key, today)
