"""What every appliance has: a name, a chance of being there, and a way to draw a day's loads."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

import msgspec

from wattloom.noise import Draws
from wattloom.ranges import Share

if TYPE_CHECKING:
    from wattloom.day import Day
    from wattloom.loads import Loads


class Appliance(msgspec.Struct, tag_field="kind", forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One appliance of one household; the numbers of a profile that are ranges are settled by now.

    `name` keys its randomness (default: its kind), so that adding an appliance moves no other;
    `present` is the share of a profile's households that have it.
    """

    name: str = ""
    present: Share = 1.0

    def dice(self, day: Day, *what: str | int) -> Draws:
        """Its randomness on a day, for one purpose."""
        return day.draws(self.name, *what)

    @property
    @abstractmethod
    def peak(self) -> float:
        """The most it can draw in any second at nominal voltage, inrush included, W."""

    @abstractmethod
    def draw(self, day: Day, loads: Loads) -> None:
        """Adds the loads of the sessions that start on `day`."""
