"""A diary: what the people of a household do on one day, as far as electricity can tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from wattloom.noise import Draws
from wattloom.people.span import Span, merged


class Draw(NamedTuple):
    """Hot water drawn: when, and how many litres at the mixer (shower or bucket bath, about 40 degrees C)."""

    start: float
    litres: float


class Meal(NamedTuple):
    """A meal prepared at home: when cooking starts, which one it is, and how much of a meal (1: an ordinary one)."""

    start: float
    name: str
    size: float


@dataclass
class PersonDay:
    """One person's day: sessions that start on it, even where they end on the next. Times are POSIX seconds."""

    awake: list[Span] = field(default_factory=list)  # awake and at home (at work, for staff)
    asleep: list[Span] = field(default_factory=list)  # asleep at home
    baths: list[Draw] = field(default_factory=list)
    meals: list[Meal] = field(default_factory=list)
    desk: list[Span] = field(default_factory=list)  # at a desk, for staff and those who work from home


class Diary:
    """The day of a household: its people's days put together."""

    def __init__(self, people: list[PersonDay], dice: Draws) -> None:
        self.people = people
        #: Somebody is up: spans without overlap.
        self.awake = merged(span for person in people for span in person.awake)
        #: One entry a person and stretch: as many overlap as people are up.
        self.present = [span for person in people for span in person.awake]
        self.desk = [span for person in people for span in person.desk]
        self.asleep = [span for person in people for span in person.asleep]
        self.baths = sorted(bath for person in people for bath in person.baths)
        self.meals = _together(sorted(meal for person in people for meal in person.meals))

        #: When things get done: people switch things on in bouts, not evenly through the day.
        self.bouts = sorted(self._bouts(dice))

    def _bouts(self, dice: Draws) -> list[Span]:
        """After getting up or coming home, around meals, and now and then: a few minutes to an hour each."""
        bouts = [(meal.start - 300, meal.start + dice.lognormal(1500, 0.4)) for meal in self.meals]
        for start, end in self.awake:
            if dice.chance(0.8):
                bouts.append((start, start + dice.lognormal(1300, 0.5)))
            at = start + dice.exponential(9000)
            while at < end:
                until = at + dice.lognormal(1100, 0.7)
                bouts.append((at, until))
                at = until + dice.exponential(9000)
        return [(low, min(high, end)) for low, high in bouts for start, end in self.awake if start <= low < end]

    def moment(self, dice: Draws, low: float, high: float, bout: float = 0.7) -> float | None:
        """A moment between `low` and `high` at which somebody is up (`bout`: chance of a bout), or None."""
        for spans in (self.bouts, self.awake) if dice.chance(bout) else (self.awake,):
            inside = [(max(a, low), min(b, high)) for a, b in spans if min(b, high) > max(a, low)]
            left = dice.unit() * sum(b - a for a, b in inside)
            for start, end in inside:
                if left < end - start:
                    return start + left
                left -= end - start
        return None

    def occupied(self) -> list[Span]:
        """Somebody is there, awake or asleep."""
        return merged([*self.awake, *self.asleep])


def _together(meals: list[Meal]) -> list[Meal]:
    """Meals of one name within an hour and a half are one meal, a quarter larger for each who joins."""
    shared: list[Meal] = []
    for meal in meals:
        for i, other in enumerate(shared):
            if other.name == meal.name and meal.start - other.start < 5400:
                shared[i] = other._replace(size=other.size + 0.25 * meal.size)
                break
        else:
            shared.append(meal)
    return shared
