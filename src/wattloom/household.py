"""Households: the homes of a profile, `A/17`, each with its own sizes, ratings and days."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from wattloom import profile as shelf
from wattloom.appliances import KINDS
from wattloom.appliances.air_conditioner import AirConditioner
from wattloom.appliances.appliance import Appliance
from wattloom.appliances.flicker import Flicker
from wattloom.appliances.geyser import Geyser
from wattloom.appliances.schedule import Schedule
from wattloom.civil import Calendar
from wattloom.day import Life
from wattloom.errors import Refusal
from wattloom.loads import Loads
from wattloom.mains import Mains
from wattloom.noise import Draws, key
from wattloom.people import ROLES
from wattloom.profile import Profile
from wattloom.ranges import draw, standing
from wattloom.readings import METERS, Readings

_NAME: Final = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)(?:/(\d{1,9}))?")
_DAYS_KEPT: Final = 4
#: A reading above this multiple of the largest possible one is impossible.
_MARGIN: Final = 1.25


class UnknownHouse(Refusal):
    """No household of that name."""

    def __init__(self) -> None:
        super().__init__("Unrecognized house.")


class Household:
    """One home: a pure function from seconds to watts. Implements `Source`; safe to use from several threads."""

    step: Final = 1
    meters: Final = METERS
    span: Final = None

    def __init__(self, profile: Profile, number: int = 0, seed: int = 0) -> None:
        self.profile, self.number, self.seed = profile, number, seed
        self.name = f"{profile.name}/{number}" if number else profile.name
        self.description = profile.description
        people = self._settled(profile.people, "role", ROLES)
        self.appliances: list[Appliance] = self._settled(profile.appliances, "kind", KINDS)
        self._life = Life(seed, self.name, profile.site, people, profile.trips)
        self._mains = Mains(seed, profile.place, profile.name, number, profile.steady)
        self._flickers = [appliance for appliance in self.appliances if isinstance(appliance, Flicker)]
        self._lock = Lock()
        self._drawn: OrderedDict[int, Loads] = OrderedDict()
        self._rendered: OrderedDict[int, NDArray[np.int32]] = OrderedDict()
        self._peaks = _peaks(profile.largest())

    def _settled(self, entries: list[dict[str, Any]], tag: str, table: Mapping[str, Any]) -> list[Any]:
        """Those of a profile's people or appliances that this household has, with numbers of its own."""
        settled = []
        for entry in entries:
            kind, name = table[entry[tag]], entry.get("name") or entry[tag]
            own = Draws(key(self.seed, self.name, tag, name, "present")).unit()
            if tag == "kind":  # busy homes have more things
                own = 1 - standing("busy", 1 - own, self.seed, self.name)
            if own < entry.get("present", 1.0):
                raw = draw(kind, entry, tag, name, self.seed, self.name)
                settled.append(msgspec.convert({**raw, "name": name}, kind))
        return settled

    @property
    def calendar(self) -> Calendar:
        """The local days."""
        return self._life.calendar

    @property
    def cap(self) -> tuple[int, int, int]:
        """Per meter, W: 1.25 x the largest possible reading of its profile, inrush included."""
        ac, geyser, rest = self._peaks
        return round(_MARGIN * ac), round(_MARGIN * geyser), round(_MARGIN * (ac + geyser + rest))

    @property
    def rest(self) -> tuple[int, int]:
        """Least and greatest possible Overall - AC - Geyser, W."""
        return 1, round(_MARGIN * self._peaks[2])

    @property
    def rated(self) -> dict[str, float]:
        """Rated power per meter, kW."""
        rated = _rated(self.appliances)
        return dict(zip(METERS, (*rated[:2], self.profile.supply), strict=True))

    def truth(self, start: int, end: int) -> Readings:
        """One row for each second with start <= second < end (POSIX)."""
        seconds = np.arange(start, end, dtype=np.int64)
        parts, at = [np.empty((3, 0), np.int32)], start
        while at < end:
            day = self.calendar.day(at)
            midnight, watts = self.calendar.midnight(day), self.watts(day)
            parts.append(watts[:, at - midnight : end - midnight])
            at = midnight + watts.shape[1]
        watts = parts[1] if len(parts) == 2 else np.concatenate(parts, axis=1)
        return Readings(seconds, seconds, watts)

    def watts(self, day: date) -> NDArray[np.int32]:
        """A local day's watts, int32 (3, seconds of the day), read-only: the events of that day and the one before."""
        ordinal = day.toordinal()
        with self._lock:
            kept = self._rendered.get(ordinal)
            if kept is None:
                kept = self._rendered[ordinal] = self._render(ordinal)
                if len(self._rendered) > _DAYS_KEPT:
                    self._rendered.popitem(last=False)
            return kept

    def loads(self, ordinal: int) -> Loads:
        """The loads of all sessions that start on a day."""
        loads = self._drawn.get(ordinal)
        if loads is None:
            loads, day = Loads(), self._life.day(ordinal)
            for appliance in self.appliances:
                appliance.draw(day, loads)
            self._drawn[ordinal] = loads
            if len(self._drawn) > _DAYS_KEPT:
                self._drawn.popitem(last=False)
        return loads

    def _render(self, ordinal: int) -> NDArray[np.int32]:
        day = self._life.day(ordinal)
        rows = np.concatenate([self.loads(ordinal - 1).rows(day.start), self.loads(ordinal).rows(day.start)])
        watts = self._mains.render(rows, day.start, day.end - day.start)
        for flicker in self._flickers:
            watts[2] += flicker.seconds(self.seed, self.name, day.start, day.end - day.start)
        watts.flags.writeable = False
        return watts


def household(name: str | Path, seed: int = 0, profiles: Mapping[str, Profile] | None = None) -> Household:
    """A household by name (`A`, `A/17`, `classic-b`), or from a profile's TOML file.

    >>> home = household("A/17")
    >>> home.truth(1_777_573_800, 1_777_573_803).watts.shape
    (3, 3)
    """
    if isinstance(name, Path) or name.endswith(".toml"):
        return Household(shelf.load(name), 0, seed)
    match = _NAME.fullmatch(name)
    if not match:
        raise UnknownHouse
    known = profiles or {}
    if match[1] in known:
        return Household(known[match[1]], int(match[2] or 0), seed)
    if match[1] not in shelf.shipped():
        raise UnknownHouse
    return Household(shelf.profile(match[1]), int(match[2] or 0), seed)


def _meter(appliance: Appliance) -> int:
    if isinstance(appliance, Schedule):
        return METERS.index(appliance.meter)
    return 0 if isinstance(appliance, AirConditioner) else 1 if isinstance(appliance, Geyser) else 2


def _peaks(appliances: list[Appliance]) -> tuple[float, float, float]:
    """The largest possible power of AC, Geyser and the rest, W."""
    peaks = [0.0, 0.0, 0.0]
    for appliance in appliances:
        peaks[_meter(appliance)] += appliance.peak
    return peaks[0], peaks[1], peaks[2]


def _rated(appliances: list[Appliance]) -> tuple[float, float, float]:
    """Rated power of AC, Geyser and the rest, kW, without inrush."""
    rated = [0.0, 0.0, 0.0]
    for appliance in appliances:
        rated[_meter(appliance)] += getattr(appliance, "watts", appliance.peak) / 1000
    return round(rated[0], 3), round(rated[1], 3), round(rated[2], 3)
