"""A household's day, as people and appliances see it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Final, Protocol

from wattloom import weather
from wattloom.noise import Draws, key
from wattloom.people.diary import Diary, PersonDay
from wattloom.place import Place

_KEPT: Final = 8
_TRIP_BLOCK: Final = 42


class Person(Protocol):
    """Anybody whose day can be told."""

    def day(self, day: Day) -> PersonDay:
        """What this person does on a day."""


class Life:
    """Who lives where: what the days of one household have in common.

    `trips` is the mean number of journeys in six weeks on which everybody is away.
    """

    def __init__(self, seed: int, household: str, place: Place, people: Sequence[Person], trips: float) -> None:
        self.seed, self.household, self.place, self.people, self.trips = seed, household, place, people, trips
        self.calendar = place.calendar
        self.liveliness = Draws(key(seed, household, "liveliness")).lognormal(1.0, 0.45)
        self._days: OrderedDict[int, Day] = OrderedDict()

    def day(self, ordinal: int) -> Day:
        """The day with a proleptic ordinal (`date.toordinal`); the latest are kept."""
        day = self._days.get(ordinal)
        if day is None:
            day = self._days[ordinal] = Day(self, ordinal)
            if len(self._days) > _KEPT:
                self._days.popitem(last=False)
        return day

    def away(self, ordinal: int) -> bool:
        """Whether everybody is away all day: trips are keyed by blocks of six weeks."""
        block, at = divmod(ordinal, _TRIP_BLOCK)
        return any(first <= at < first + length for first, length in self._trips(block))

    def _trips(self, block: int) -> list[tuple[int, int]]:
        if not self.trips:
            return []
        dice = Draws(key(self.seed, self.household, block, "trips"))
        lengths = (1 + int(dice.exponential(2.2)) for _ in range(dice.count(self.trips)))
        return [(dice.integer(1, _TRIP_BLOCK - 2 - min(14, n)), min(14, n)) for n in lengths]


class Day:
    """One local day of one household. Times are POSIX seconds; sessions that start today belong to it."""

    def __init__(self, life: Life, ordinal: int) -> None:
        self._life = life
        self.seed, self.household, self.ordinal = life.seed, life.household, ordinal
        self.date = date.fromordinal(ordinal)
        self.start = life.calendar.midnight(self.date)
        self.end = life.calendar.midnight(self.date + timedelta(1))

    @property
    def previous(self) -> Day:
        """Yesterday."""
        return self._life.day(self.ordinal - 1)

    @property
    def next(self) -> Day:
        """Tomorrow."""
        return self._life.day(self.ordinal + 1)

    def draws(self, *what: str | int) -> Draws:
        """Randomness for one purpose on this day."""
        return Draws(key(self.seed, self.household, self.ordinal, *what))

    def at(self, clock: float) -> float:
        """The POSIX second at which the wall clock shows `clock` seconds after midnight."""
        if self.end - self.start == 86_400 and clock < 86_400:
            return self.start + clock
        return float(self._life.calendar.at(self.date, clock))

    @cached_property
    def away(self) -> bool:
        """Whether everybody is on a journey."""
        return self._life.away(self.ordinal)

    @cached_property
    def holiday(self) -> bool:
        """Whether it is a public holiday."""
        return self._life.place.holiday(self.date)

    @cached_property
    def mood(self) -> float:
        """How much goes on today, about 0.3 to 3: a household's own, and persistent from day to day."""
        stray = weather.stray(self.seed, self.household, self.ordinal, "mood")
        return float(self._life.liveliness * 2.0 ** (0.9 * stray))

    @cached_property
    def diary(self) -> Diary:
        """What the people do."""
        return Diary([person.day(self) for person in self._life.people], self.draws("bouts"))

    def temperature(self, second: float) -> float:
        """Outdoor temperature, degrees C."""
        return weather.temperature(self.seed, self._life.place, self.date, second - self.start)

    def warmth(self) -> float:
        """Mean of today's lowest and highest temperature, degrees C."""
        return sum(weather.extremes(self.seed, self._life.place, self.date)) / 2

    def elevation(self, second: float) -> float:
        """Elevation of the sun, degrees."""
        return weather.elevation(self._life.place, second)
