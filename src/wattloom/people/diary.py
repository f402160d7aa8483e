"""A diary: what the people of a household do on one day, as far as electricity can tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

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

    def __init__(self, people: list[PersonDay]) -> None:
        self.people = people
        #: Somebody is up: spans without overlap.
        self.awake = merged(span for person in people for span in person.awake)
        #: One entry a person and stretch: as many overlap as people are up.
        self.present = [span for person in people for span in person.awake]
        self.desk = [span for person in people for span in person.desk]
        self.asleep = [span for person in people for span in person.asleep]
        self.baths = sorted(bath for person in people for bath in person.baths)
        self.meals = _together(sorted(meal for person in people for meal in person.meals))

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
