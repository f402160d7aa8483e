"""Every kind of appliance, by the table; and the physics of those that have some."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from math import exp
from typing import Any

import msgspec
import numpy as np
import pytest

from wattloom.appliances import KINDS
from wattloom.appliances.air_conditioner import SHORTEST_REST, AirConditioner
from wattloom.appliances.appliance import Appliance
from wattloom.appliances.geyser import KILOJOULES_PER_LITRE_KELVIN, Geyser
from wattloom.day import Day, Life, Person
from wattloom.loads import Loads
from wattloom.noise import Draws, key
from wattloom.people.diary import Draw
from wattloom.people.resident import Resident
from wattloom.people.staff import Staff
from wattloom.place import place
from wattloom.profile import profile, shipped
from wattloom.ranges import settle

EXAMPLES: dict[str, dict[str, Any]] = {
    "burst": {"watts": 1000, "per_day": 5, "seconds": 90},
    "device": {"watts": 100, "per_day": 3, "minutes": 60},
    "programme": {"per_week": 20, "phases": [{"watts": 500, "minutes": 20}, {"watts": 90, "minutes": 5, "on": 9}]},
    "flicker": {"low": 10, "high": 20},
    "schedule": {"watts": 100, "hours": [[7, 9], [12, 12.5]]},
    "air_conditioner": {"watts": 1500, "use": ["sleep", "evening", "work"]},
}
MAY = date(2026, 5, 4).toordinal()


def make(kind: str) -> Appliance:
    raw = {"kind": kind, "name": kind, "watts": 120, **EXAMPLES.get(kind, {})}
    if "watts" not in KINDS[kind].__struct_fields__:
        del raw["watts"]
    return msgspec.convert(raw, KINDS[kind])


def life(seed: int = 0) -> Life:
    people: list[Person] = [Resident(name="one"), Staff(heads=3, name="two")]
    return Life(seed, "test", place("chennai"), people, 0.0)


def drawn(appliance: Appliance, day: Day) -> Loads:
    loads = Loads()
    appliance.draw(day, loads)
    return loads


@pytest.mark.parametrize("kind", KINDS)
def test_deterministic(kind: str) -> None:
    for ordinal in range(MAY, MAY + 4):
        one, two = (drawn(make(kind), life().day(ordinal)).rows(0) for _ in range(2))
        assert np.array_equal(one, two)


@pytest.mark.parametrize("kind", KINDS)
def test_days_are_drawn_alone(kind: str) -> None:
    """A day's loads are the same whether or not other days were drawn before."""
    busy = life()
    for ordinal in range(MAY - 3, MAY + 3):
        drawn(make(kind), busy.day(ordinal))
    assert np.array_equal(drawn(make(kind), busy.day(MAY)).rows(0), drawn(make(kind), life().day(MAY)).rows(0))


@pytest.mark.parametrize("kind", KINDS)
def test_bounded(kind: str) -> None:
    """Loads are positive, sum to no more than the peak, start on their day and end within the next."""
    appliance = make(kind)
    for seed in range(6):
        day = life(seed).day(MAY + seed)
        rows = drawn(appliance, day).rows(day.start)
        assert (rows[:, 3:] >= 0).all()
        assert (rows[:, 2] >= rows[:, 1]).all()
        assert (rows[:, 1] >= -3_600_000).all()
        assert (rows[:, 2] <= 2 * 86_400_000).all()
        moments = np.sort(np.concatenate([rows[:, 1], rows[:, 2] - 1]))[:4000]
        alive = (rows[:, 1] <= moments[:, None]) & (moments[:, None] < rows[:, 2])
        assert (alive * rows[:, 3:].max(axis=1)).sum(axis=1).max(initial=0) <= 16 * appliance.peak * 1.001 + 16


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_used_and_days_differ(kind: str) -> None:
    energies = [drawn(make(kind), life().day(MAY + i)).energy() for i in range(20)]
    if kind not in ("flicker", "schedule"):  # a square wave is the same each day; flicker is drawn by the second
        assert max(energies) > 0
        assert len(set(energies)) > 5


@pytest.mark.parametrize("kind", KINDS)
def test_documented(kind: str) -> None:
    """A sentence on the kind, with a word on every field but the common ones, and a model or source in the module."""
    import sys

    described = (KINDS[kind].__doc__ or "") + (sys.modules[KINDS[kind].__module__].__doc__ or "")
    assert len(described) > 120
    assert KINDS[kind].draw.__doc__


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("flicker", "schedule")])
def test_it_ships_in_a_realistic_profile(kind: str) -> None:
    assert any(raw["kind"] == kind for name in shipped() for raw in profile(name).appliances)


def test_schedule_energy_is_power_times_hours() -> None:
    loads = drawn(make("schedule"), life().day(MAY))
    assert loads.energy() == pytest.approx(100 * 2.5 * 3600)


def test_programme_energy_is_that_of_its_phases() -> None:
    """Two phases: 500 W for 20 minutes, 90 W for 5; each run is stretched by up to a half."""
    raw = {"kind": "programme", "name": "p", "base": 0, "per_week": 30, "phases": EXAMPLES["programme"]["phases"]}
    energies = []
    for i in range(40):
        rows = drawn(msgspec.convert(raw, KINDS["programme"]), life().day(MAY + i)).rows(0)
        strong = rows[rows[:, 3] > 16 * 400]
        energies += list((strong[:, 2] - strong[:, 1]) * strong[:, 3] / 16_000)
    assert np.median(energies) == pytest.approx(0.965 * 500 * 20 * 60, rel=0.1)


@pytest.mark.parametrize("outdoors_hour", [2, 14])
def test_thermostat_against_brute_force(outdoors_hour: int) -> None:
    """Closed-form switching times within 2 s of a 1-second integration with the same draws."""
    unit = AirConditioner(name="ac", watts=1500.0, gain=3.0, drop=24.0)
    day = life().day(MAY)
    start = float(day.at(outdoors_hour * 3600))
    runs = unit.runs(start, start + 4 * 3600, Draws(key("thermostat")), day)
    assert len(runs) > 5
    reference = _integrate(unit, start, start + 4 * 3600, Draws(key("thermostat")), day)
    assert len(runs) == len(reference)
    for (on, off), (other_on, other_off) in zip(runs, reference, strict=True):
        assert abs(on - other_on) < 0.01 * 14_400
        assert abs((off - on) - (other_off - other_on)) <= 0.01 * (other_off - other_on) + 3
    rests = [on - off for (_, off), (on, _) in pairwise(runs)]
    assert min(rests) >= SHORTEST_REST - 1


def _integrate(unit: AirConditioner, start: float, end: float, dice: Draws, day: Day) -> list[tuple[float, float]]:
    """The same room in steps of a tenth of a second."""
    tau, step = 60 * unit.tau, 0.1
    gain = unit.gain * dice.lognormal(1.0, 0.3)
    room = (day.temperature(start) + day.warmth()) / 2 + gain + dice.normal(0, 0.5)
    runs: list[tuple[float, float]] = []
    at = start
    while at < end:
        low, high = unit._band(dice)
        free = day.temperature(at) + gain * dice.lognormal(1.0, 0.35)
        cold = free - unit.drop * dice.uniform(0.92, 1.08)
        if room < high:
            off_at = at
            while room < high:
                room = free + (room - free) * exp(-step / tau)
                at += step
            at = max(at, off_at + SHORTEST_REST) if runs else at
            room = high
        if at >= end:
            break
        on = at
        while room > low:
            room = cold + (room - cold) * exp(-step / tau)
            at += step
        room = low
        runs.append((on, min(at, end)))
    return runs


def test_compressor_power_rises_with_the_heat_and_stays_below_its_rating() -> None:
    unit = AirConditioner(name="ac", watts=1500.0)
    powers = [unit.plateau(outdoors) for outdoors in (20, 30, 36, 45)]
    assert powers == sorted(powers)
    assert powers[-1] == 1500


@pytest.mark.parametrize("litres", [5.0, 20.0, 60.0])
@pytest.mark.parametrize("inlet", [12.0, 28.0])
def test_hot_water_energy_follows_from_litres(litres: float, inlet: float) -> None:
    """Electric energy = heat drawn + heat kept + standing loss, within 1 %, whatever the order of draws."""
    tank = Geyser(name="g", watts=2000.0, litres=80.0, loss=1.5, setpoint=60.0)
    start, end = 0.0, 12 * 3600.0
    draws = [Draw(3600.0, litres), Draw(4 * 3600.0, litres / 2)]
    runs = tank.runs(start, end, 60.0, draws, inlet)
    electric = sum(off - on for on, off in runs) * tank.watts
    heat = 1.5 * litres * KILOJOULES_PER_LITRE_KELVIN * 1000 * (40 - inlet)
    standing = tank.loss * (60 - inlet) * (end - start)
    band = tank.capacity * tank.deadband  # the tank may end anywhere within its band
    least = 0.87 * standing + 0.99 * heat - band
    assert least <= electric <= 1.01 * (heat + standing)


def test_reheating_a_cold_tank_takes_its_energy() -> None:
    """80 l from 20 to 60 degrees C at 3 kW: 80 x 4.186 x 40 / 3 = 4,465 s, a little more with the loss."""
    tank = Geyser(name="g", watts=3000.0, litres=80.0, loss=0.0, setpoint=60.0)
    ((on, off),) = tank.runs(0.0, 20_000.0, 20.0, [], 20.0)
    assert off - on == pytest.approx(80 * KILOJOULES_PER_LITRE_KELVIN * 1000 * 40 / 3000, rel=0.01)


def test_a_geyser_uses_more_in_winter() -> None:
    """The inlet is colder: about twice the energy, Sceaux, December against July (REALISM figures)."""
    home = Life(0, "test", place("berlin"), [Resident(name="one", litres=40.0)], 0.0)
    tank = msgspec.convert({"kind": "geyser", "name": "g", "watts": 2000, "mode": "always", "litres": 100}, Geyser)
    summer, winter = (
        sum(drawn(tank, home.day(first.toordinal() + i)).energy() for i in range(28))
        for first in (date(2026, 7, 1), date(2026, 1, 5))
    )
    assert winter > 1.25 * summer


def test_fridge_cycles_meet_the_next_days_anchor() -> None:
    """No gap and no overlap at the hand-over: every cycle is within a factor of its period."""
    fridge = make("fridge")
    days = [drawn(fridge, life().day(MAY + i)).rows(0) for i in range(10)]
    starts = np.unique(np.concatenate([rows[rows[:, 2] - rows[:, 1] > 60_000, 1] for rows in days]))
    starts = starts[np.append(True, np.diff(starts) > 8 * 60_000)]
    minutes = np.diff(starts) / 60_000
    assert minutes.min() > 20
    assert minutes.max() < 110


def test_ranges_are_settled_by_name() -> None:
    raw = {"kind": "geyser", "watts": [1500, 3000], "litres": 10}
    settled = settle(Geyser, raw, lambda field, low, high: low if field == "watts" else high)
    assert settled == {"kind": "geyser", "watts": 1500, "litres": 10}
