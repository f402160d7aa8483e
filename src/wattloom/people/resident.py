"""A resident: somebody who sleeps at home at night, with or without a job outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from wattloom.people.diary import Draw, Meal, PersonDay
from wattloom.people.span import within, without
from wattloom.ranges import Clock, Share

if TYPE_CHECKING:
    from wattloom.day import Day

Weekday = Annotated[int, msgspec.Meta(ge=0, le=6)]


class Resident(msgspec.Struct, tag="resident", tag_field="role", forbid_unknown_fields=True, frozen=True):
    """Habits of one person; every day strays from them, and now and then they are broken."""

    name: str = ""
    present: Share = 1.0  # of the profile's households have such a person
    wake: Clock = 6.5 * 3600
    bed: Clock = 22.75 * 3600
    leave: Clock = 8.5 * 3600
    back: Clock = 18.25 * 3600
    work_days: tuple[Weekday, ...] = (0, 1, 2, 3, 4)  # Monday is 0
    free_later: Annotated[float, msgspec.Meta(ge=0, le=360)] = 60.0  # minutes longer in bed on a free day
    jitter: Annotated[float, msgspec.Meta(ge=0, le=120)] = 18.0  # minutes, standard deviation from day to day
    late: Share = 0.07  # of evenings go on for hours
    restless: Share = 0.08  # of nights, up for a while
    ill: Share = 0.015  # of work days are spent at home
    home_office: Share = 0.0  # of work days are worked at home
    outings: Annotated[float, msgspec.Meta(ge=0, le=5)] = 0.9  # on a free day
    evening_out: Share = 0.10  # of work days
    morning_bath: Share = 0.8
    evening_bath: Share = 0.35
    litres: Annotated[float, msgspec.Meta(gt=0, le=200)] = 20.0  # of a bath or shower
    breakfast: Share = 0.8
    lunch: Share = 0.7  # of days at home at noon
    dinner: Share = 0.85

    def day(self, day: Day) -> PersonDay:
        """What this person does from waking on `day` to waking on the next."""
        person = PersonDay()
        if day.away:
            return person
        dice = day.draws("person", self.name)
        up, bed = self._wake(day), self._bed(day)
        holes = []
        if self._works(day) and not dice.chance(self.ill):
            leave = max(up + 1200, day.at(self.leave) + dice.normal(0, 36 * self.jitter))
            late = dice.exponential(5400) if dice.chance(0.12) else 0.0
            back = max(leave + 3600, day.at(self.back) + dice.normal(0, 60 * self.jitter) + late)
            if dice.chance(self.home_office):
                person.desk = without((leave, back - late), [(day.at(12.5 * 3600), day.at(13.2 * 3600))])
            else:
                holes.append((leave, back))
                if dice.chance(self.evening_out):
                    start = back + dice.uniform(0.2, 1.5) * 3600
                    holes.append((start, start + min(4 * 3600.0, dice.lognormal(6000, 0.5))))
        else:
            for _ in range(dice.count(self.outings)):
                start = day.at(dice.uniform(9.5, 20) * 3600)
                holes.append((start, start + min(8 * 3600.0, dice.lognormal(6600, 0.8))))
        holes = [(start, end) for start, end in holes if start < bed - 1800]
        holes = [(start, min(end, day.at(26 * 3600))) for start, end in holes]
        bed = max([bed, *(end + 1500 for _, end in holes)])
        person.awake = without((up, bed), holes)
        if not day.next.away:
            rise = max(bed + 3 * 3600, self._wake(day.next))
            person.asleep = [(bed, rise)]
            if dice.chance(self.restless):  # up in the night for a while
                start = dice.uniform(bed + 1800, rise - 3600)
                person.awake.append((start, min(rise, start + dice.lognormal(1500, 0.8))))
        self._baths(person, up, bed, day)
        self._meals(person, up, bed, day)
        return person

    def _works(self, day: Day) -> bool:
        return day.date.weekday() in self.work_days and not day.holiday

    def _wake(self, day: Day) -> float:
        dice = day.draws("wake", self.name)
        later = 0.0 if self._works(day) else 60 * self.free_later * dice.lognormal(1.0, 0.6)
        broken = dice.uniform(-1.5, 1.5) * 3600 if dice.chance(0.04) else 0.0
        return day.at(self.wake) + dice.normal(0, 40 * self.jitter) + later + broken

    def _bed(self, day: Day) -> float:
        dice = day.draws("bed", self.name)
        eve = 1.0 if self._works(day.next) else 2.5
        late = dice.uniform(0.7, 3.0) * 3600 if dice.chance(min(1.0, self.late * eve)) else 0.0
        return day.at(self.bed) + dice.normal(0, 75 * self.jitter) + late + 700 * (eve - 1)

    def _baths(self, person: PersonDay, up: float, bed: float, day: Day) -> None:
        dice = day.draws("bath", self.name)
        if dice.chance(self.morning_bath):
            start = up + dice.uniform(8, 45) * 60
            person.baths.append(Draw(start, dice.lognormal(self.litres, 0.7)))
        if dice.chance(self.evening_bath) and person.awake:
            home = person.awake[-1][0] if len(person.awake) > 1 else day.at(18.2 * 3600)
            start = min(max(home, day.at(17.6 * 3600)) + dice.uniform(10, 80) * 60, bed - 1200)
            person.baths.append(Draw(start, dice.lognormal(self.litres, 0.7)))
        person.baths = [bath for bath in person.baths if within(bath.start, person.awake)]

    def _meals(self, person: PersonDay, up: float, bed: float, day: Day) -> None:
        dice = day.draws("meal", self.name)
        plans = (
            ("breakfast", self.breakfast, up + dice.uniform(10, 50) * 60, 0.45),
            ("lunch", self.lunch, day.at(12.4 * 3600) + dice.normal(0, 2400), 0.9),
            ("dinner", self.dinner, day.at(19.4 * 3600) + dice.normal(0, 2700), 1.0),
        )
        for name, habit, start, size in plans:
            if name == "dinner":  # cooks when back from work, if that is later
                start = max(start, max((low for low, high in person.awake if low < bed - 3600), default=0) + 600)
            if dice.chance(habit) and within(start, person.awake):
                person.meals.append(Meal(start, name, size * dice.lognormal(1.0, 0.4)))
