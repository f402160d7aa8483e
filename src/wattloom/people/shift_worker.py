"""A shift worker: a roster that rotates between day and night shifts, and a life that follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from wattloom.noise import Draws, key
from wattloom.people.diary import Draw, Meal, PersonDay
from wattloom.people.span import within, without
from wattloom.ranges import Clock, Share

if TYPE_CHECKING:
    from wattloom.day import Day

Shift = Literal["day", "night", "off"]


class ShiftWorker(msgspec.Struct, tag="shift_worker", tag_field="role", forbid_unknown_fields=True, frozen=True):
    """Works the shifts of a roster in turn; sleeps, washes and eats before and after each.

    After a night shift one sleeps through the day, 5 to 7 hours (Akerstedt 2003, Occupational Medicine 53:89).
    """

    roster: Annotated[tuple[Shift, ...], msgspec.Meta(min_length=1, max_length=56)]
    name: str = ""
    present: Share = 1.0
    day_start: Clock = 7 * 3600
    night_start: Clock = 19 * 3600
    hours: Annotated[float, msgspec.Meta(ge=4, le=13)] = 12.0  # of a shift
    commute: Annotated[float, msgspec.Meta(ge=0, le=180)] = 35.0  # minutes
    jitter: Annotated[float, msgspec.Meta(ge=0, le=120)] = 14.0  # minutes, standard deviation
    bed: Clock = 22.5 * 3600  # on a free day
    wake: Clock = 7.75 * 3600  # on a free day
    day_sleep: Annotated[float, msgspec.Meta(ge=3, le=10)] = 6.6  # hours, after a night shift
    outings: Annotated[float, msgspec.Meta(ge=0, le=5)] = 1.0
    litres: Annotated[float, msgspec.Meta(gt=0, le=200)] = 22.0
    bath: Share = 0.85  # before and after a shift
    meal: Share = 0.75

    def __post_init__(self) -> None:
        day_end, night_end = (start + self.hours * 3600 for start in (self.day_start, self.night_start))
        both = {"day", "night"} <= set(self.roster)
        if both and (day_end > self.night_start + 7200 or night_end > self.day_start + 86_400 + 7200):
            raise ValueError(f"shifts of {self.hours:g} hours overlap by more than two hours; start them further apart")

    def shift(self, day: Day) -> Shift:
        """The shift that starts on a day: the roster in turn, from a phase of the household's own."""
        phase = Draws(key(day.seed, day.household, self.name, "phase")).integer(0, len(self.roster) - 1)
        return self.roster[(day.ordinal + phase) % len(self.roster)]

    def day(self, day: Day) -> PersonDay:
        """Coming home from last night's shift, if there was one; then what today's shift leaves."""
        person = PersonDay()
        if day.away:
            return person
        today, up = self.shift(day), self._up(day)
        if not day.previous.away and self.shift(day.previous) == "night":
            back, asleep = self._back(day.previous), self._asleep_after_night(day)
            person.awake.append((back, asleep))
            person.asleep.append((asleep, up))
            self._bath(person, back + 900, day, "after")
            self._meal(person, back + 600, "breakfast", 0.5, day)
        dice = day.draws("person", self.name)
        if today == "night":
            leave = self._leave(day)
            person.awake.append((up, leave))
            self._bath(person, leave - dice.uniform(45, 90) * 60, day, "before")
            self._meal(person, leave - dice.uniform(95, 150) * 60, "dinner", 0.9, day)
            if up < day.at(11 * 3600):
                self._meal(person, up + dice.uniform(15, 60) * 60, "breakfast", 0.45, day)
        else:
            bed = self._bed(day)
            if today == "day":
                leave, back = self._leave(day), self._back(day)
                bed = max(bed, back + 5400)
                person.awake += [(up, leave), (back, bed)]
                self._bath(person, up + dice.uniform(5, 15) * 60, day, "before")
                self._bath(person, back + dice.uniform(10, 45) * 60, day, "after")
                self._meal(person, back + dice.uniform(5, 50) * 60, "dinner", 1.0, day)
                self._meal(person, up + dice.uniform(8, 20) * 60, "breakfast", 0.35, day)
            else:
                outings = [day.at(dice.uniform(10, 20) * 3600) for _ in range(dice.count(self.outings))]
                lengths = (min(5 * 3600.0, dice.lognormal(7200, 0.7)) for _ in outings)
                holes = [(a, a + n) for a, n in zip(outings, lengths, strict=True) if a > up + 1800]
                bed = max([bed, *(end + 1800 for _, end in holes)])
                person.awake += without((up, bed), holes)
                self._bath(person, up + dice.uniform(20, 150) * 60, day, "free")
                self._meal(person, up + dice.uniform(15, 60) * 60, "breakfast", 0.6, day)
                self._meal(person, day.at(12.8 * 3600) + dice.normal(0, 2700), "lunch", 1.0, day)
                self._meal(person, day.at(19.3 * 3600) + dice.normal(0, 2700), "dinner", 1.0, day)
            if not day.next.away:
                person.asleep.append((bed, max(bed + 3 * 3600, self._up(day.next))))
        return person

    def _stray(self, day: Day, what: str) -> float:
        return day.draws(what, self.name).normal(0, 60 * self.jitter)

    def _leave(self, day: Day) -> float:
        start = self.day_start if self.shift(day) == "day" else self.night_start
        return day.at(start) - 60 * self.commute + 0.4 * self._stray(day, "leave")

    def _back(self, day: Day) -> float:
        start = self.day_start if self.shift(day) == "day" else self.night_start
        return day.at(start + 3600 * self.hours) + 60 * self.commute + self._stray(day, "back")

    def _asleep_after_night(self, day: Day) -> float:
        return self._back(day.previous) + 4200 + 1.2 * abs(self._stray(day, "unwind"))

    def _up(self, day: Day) -> float:
        if not day.previous.away and self.shift(day.previous) == "night":
            hours = max(3.5, self.day_sleep + day.draws("slept", self.name).normal(0, 0.8))
            return self._asleep_after_night(day) + 3600 * hours
        if self.shift(day) == "day":
            return self._leave(day) - 3600 - abs(self._stray(day, "up"))
        return day.at(self.wake) + 2.5 * self._stray(day, "up")

    def _bed(self, day: Day) -> float:
        early = 3600 if self.shift(day.next) == "day" else 0
        return day.at(self.bed) - early + 2 * self._stray(day, "bed") + (0 if early else 1800)

    def _bath(self, person: PersonDay, start: float, day: Day, when: str) -> None:
        dice = day.draws("bath", when, self.name)
        if dice.chance(self.bath) and within(start, person.awake):
            person.baths.append(Draw(start, dice.lognormal(self.litres, 0.7)))

    def _meal(self, person: PersonDay, start: float, name: str, size: float, day: Day) -> None:
        dice = day.draws("meal", name, self.name)
        if dice.chance(self.meal) and within(start, person.awake):
            person.meals.append(Meal(start, name, size * dice.lognormal(1.0, 0.4)))
