"""Staff: the people of an office, who arrive and leave one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from wattloom.people.diary import Draw, PersonDay
from wattloom.people.resident import Weekday
from wattloom.people.span import without
from wattloom.ranges import Clock, Share

if TYPE_CHECKING:
    from wattloom.day import Day


class Staff(msgspec.Struct, tag="staff", tag_field="role", forbid_unknown_fields=True, frozen=True):
    """A number of people with one working day; each strays from it, some are absent, some work late."""

    heads: Annotated[int, msgspec.Meta(ge=1, le=200)] = 10
    name: str = ""
    present: Share = 1.0
    arrive: Clock = 8.85 * 3600
    leave: Clock = 17.3 * 3600
    jitter: Annotated[float, msgspec.Meta(ge=0, le=120)] = 17.0  # minutes, standard deviation
    work_days: tuple[Weekday, ...] = (0, 1, 2, 3, 4)
    absent: Share = 0.14  # on leave, ill, with customers
    overtime: Share = 0.07  # of person-days go on for an hour or more
    lunch: Clock = 12.75 * 3600
    lunch_out: Share = 0.5  # of those present leave their desk at lunch
    weekend: Share = 0.04  # of free days one of them looks in
    washing: Share = 0.0  # of working days on which hot water is drawn (cleaning, a shower after cycling)
    litres: Annotated[float, msgspec.Meta(gt=0, le=200)] = 14.0

    def day(self, day: Day) -> PersonDay:
        """All of the staff's stays on a day, one or two spans a head."""
        group = PersonDay()
        dice = day.draws("staff", self.name)
        if day.date.weekday() not in self.work_days or day.holiday:
            if dice.chance(self.weekend):
                start = day.at(dice.uniform(9.5, 14) * 3600)
                group.awake = group.desk = [(start, start + dice.lognormal(6000, 0.5))]
            return group
        arrive, leave, lunch = day.at(self.arrive), day.at(self.leave), day.at(self.lunch)
        sd = 60 * self.jitter
        quiet = self.absent * (2.5 if dice.chance(0.06) else 1.0)  # a bridge day, an outing
        for _ in range(self.heads):
            if dice.chance(min(0.9, quiet)):
                continue
            start = arrive + dice.normal(0, sd)
            late = dice.exponential(4500) if dice.chance(self.overtime) else 0.0
            end = max(start + 5400, leave + dice.normal(0, 1.4 * sd) + late)
            group.awake.append((start, end))
            if dice.chance(self.lunch_out):
                away = lunch + dice.normal(0, 700)
                group.desk += without((start, end), [(away, away + dice.lognormal(2300, 0.3))])
            else:
                group.desk.append((start, end))
        if group.awake and dice.chance(self.washing):
            for _ in range(dice.integer(1, 3)):
                start = dice.uniform(arrive + 1800, leave)
                group.baths.append(Draw(start, dice.lognormal(self.litres, 0.5)))
        return group
