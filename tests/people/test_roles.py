"""Every kind of person, by the table; then what is particular to each."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import numpy as np
import pytest

from wattloom.day import Life, Person
from wattloom.people import ROLES
from wattloom.people.diary import PersonDay
from wattloom.people.resident import Resident
from wattloom.people.shift_worker import ShiftWorker
from wattloom.people.span import merged, shared, within
from wattloom.people.staff import Staff
from wattloom.place import place

EXAMPLES: dict[str, dict[str, Any]] = {
    "shift_worker": {"roster": ["day", "day", "night", "night", "off", "off", "off"]},
    "guests": {"evenings": 0.5},
}
MAY = date(2026, 5, 4).toordinal()


def make(role: str) -> Person:
    person: Person = msgspec.convert({"role": role, "name": role, **EXAMPLES.get(role, {})}, ROLES[role])
    return person


def life(person: Person, trips: float = 0.0, seed: int = 0) -> Life:
    return Life(seed, "test", place("chennai"), [person], trips)


@pytest.mark.parametrize("role", ROLES)
def test_deterministic_and_alone(role: str) -> None:
    """A day is the same whoever asks and whatever was asked before."""
    busy = life(make(role))
    told = [make(role).day(busy.day(ordinal)) for ordinal in range(MAY + 9, MAY - 1, -1)][::-1]
    fresh = [make(role).day(life(make(role)).day(ordinal)) for ordinal in range(MAY, MAY + 10)]
    assert told == fresh


@pytest.mark.parametrize("role", ROLES)
def test_sound(role: str) -> None:
    """Spans run forwards, start on their day or the night after, and water and meals have a size."""
    for seed in range(5):
        home = life(make(role), seed=seed)
        for ordinal in range(MAY, MAY + 30):
            day = home.day(ordinal)
            person = make(role).day(day)
            for start, end in (*person.awake, *person.asleep, *person.desk):
                assert start < end
                assert day.start - 7200 <= start < day.end + 6 * 3600
                assert end < day.end + 86_400
            assert all(bath.litres > 0 for bath in person.baths)
            assert all(meal.size > 0 for meal in person.meals)


@pytest.mark.parametrize("role", ROLES)
def test_days_differ_and_something_happens(role: str) -> None:
    home = life(make(role))
    days = [make(role).day(home.day(ordinal)) for ordinal in range(MAY, MAY + 28)]
    assert len({str(day) for day in days}) > 10


@pytest.mark.parametrize("role", ["resident", "shift_worker"])
def test_nobody_sleeps_while_up(role: str) -> None:
    """Sleep and wakefulness overlap only where one is up for a while in the night."""
    home = life(make(role))
    for ordinal in range(MAY, MAY + 60):
        today, tomorrow = (make(role).day(home.day(o)) for o in (ordinal, ordinal + 1))
        overlap = shared(merged(today.asleep), merged([*today.awake, *tomorrow.awake]))
        assert sum(end - start for start, end in overlap) < 4 * 3600


def at_home(person: PersonDay, second: float) -> bool:
    return within(second, person.awake) or within(second, person.asleep)


def test_a_day_worker_is_out_on_working_days_and_later_on_free_ones() -> None:
    home = life(Resident(name="one", ill=0.0))
    days = [home.day(ordinal) for ordinal in range(MAY, MAY + 56)]
    told = [Resident(name="one", ill=0.0).day(day) for day in days]
    working = [day.date.weekday() < 5 and not day.holiday for day in days]
    noon = [at_home(person, day.at(11 * 3600)) for day, person in zip(days, told, strict=True)]
    assert np.mean([at for at, works in zip(noon, working, strict=True) if works]) < 0.02
    assert np.mean([at for at, works in zip(noon, working, strict=True) if not works]) > 0.5
    rise = [person.awake[0][0] - day.start for day, person in zip(days, told, strict=True)]
    free = [second for second, works in zip(rise, working, strict=True) if not works]
    assert np.median(free) > np.median([second for second, works in zip(rise, working, strict=True) if works]) + 1800
    assert np.std(rise) > 600


def test_the_roster_turns() -> None:
    worker = ShiftWorker(roster=("day", "day", "night", "night", "off", "off", "off", "off"), name="w")
    home = life(worker)
    shifts = [worker.shift(home.day(ordinal)) for ordinal in range(MAY, MAY + 16)]
    assert shifts[:8] == shifts[8:]
    assert sorted(shifts[:8]) == sorted(worker.roster)
    for ordinal in range(MAY, MAY + 40):
        day = home.day(ordinal)
        if worker.shift(day) == "night" and worker.shift(day.previous) == "night":
            told = worker.day(day)
            assert within(day.at(12 * 3600), told.asleep)
            assert not at_home(told, day.at(23 * 3600))
            assert not told.awake[0][0] < day.at(6 * 3600)
        if worker.shift(day) == "day":
            assert not at_home(worker.day(day), day.at(12 * 3600))


def test_staff_come_one_by_one_and_stay_away_on_free_days() -> None:
    staff = Staff(heads=20, name="s", weekend=0.0)
    home = life(staff)
    for ordinal in range(MAY, MAY + 14):
        day = home.day(ordinal)
        arrivals = sorted(start for start, _ in staff.day(day).awake)
        if day.date.weekday() >= 5 or day.holiday:
            assert not arrivals
        else:
            assert 8 <= len(arrivals) <= 20
            assert len(set(arrivals)) == len(arrivals)
            assert arrivals[-1] - arrivals[0] > 1200


def test_trips_take_everybody_away() -> None:
    home = life(Resident(name="one"), trips=3.0)
    away = [ordinal for ordinal in range(MAY, MAY + 200) if home.day(ordinal).away]
    assert 5 < len(away) < 120
    for ordinal in away:
        assert not home.day(ordinal).diary.awake
        assert not home.day(ordinal - 1).diary.asleep
