"""Guests: people who come for an evening or stay over a weekend, so that one cooks for more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from wattloom.people.diary import Draw, Meal, PersonDay
from wattloom.ranges import Clock, Share

if TYPE_CHECKING:
    from wattloom.day import Day


class Guests(msgspec.Struct, tag="guests", tag_field="role", forbid_unknown_fields=True, frozen=True):
    """Come on a share of evenings (three times as often before a free day), `heads` of them; some stay overnight."""

    name: str = ""
    present: Share = 1.0
    evenings: Share = 0.04
    heads: Annotated[int, msgspec.Meta(ge=1, le=20)] = 3
    arrive: Clock = 18.75 * 3600
    overnight: Share = 0.2  # of visits
    litres: Annotated[float, msgspec.Meta(gt=0, le=200)] = 20.0

    def day(self, day: Day) -> PersonDay:
        """A visit that starts on `day`, if there is one."""
        visit = PersonDay()
        dice = day.draws("guests", self.name)
        festive = 3 if day.date.weekday() in (4, 5) or day.next.holiday else 1
        if day.away or day.next.away or not dice.chance(min(1.0, self.evenings * festive)):
            return visit
        start = day.at(self.arrive) + dice.normal(0, 2400)
        leave = start + dice.lognormal(12_000, 0.25)
        visit.awake = [(start, leave)] * self.heads
        visit.meals = [Meal(start + dice.uniform(300, 2700), "dinner", 1.6)]
        if dice.chance(self.overnight):
            wake = day.next.at(7.5 * 3600) + dice.normal(0, 2400)
            visit.asleep = [(leave, wake)]
            visit.baths = [Draw(wake + dice.uniform(600, 2400), dice.lognormal(self.litres, 0.5))]
        return visit
