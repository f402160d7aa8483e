"""Places: climate, position and civil time of a town, read from TOML."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Annotated

import msgspec

from wattloom.civil import Calendar, zone_of
from wattloom.errors import Refusal

Months = Annotated[tuple[float, ...], msgspec.Meta(min_length=12, max_length=12)]


class Place(msgspec.Struct, forbid_unknown_fields=True, frozen=True, dict=True):
    """A town: normal daily lows and highs by month (degrees C), how much days stray from them, position, zone."""

    name: str
    zone: str
    latitude: Annotated[float, msgspec.Meta(ge=-66, le=66)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    low: Months
    high: Months
    stray: Annotated[float, msgspec.Meta(ge=0, le=10)]
    source: str
    holidays: tuple[str, ...] = ()

    @property
    def calendar(self) -> Calendar:
        """Its local days."""
        return Calendar(zone_of(self.zone))

    def holiday(self, day: date) -> bool:
        """Whether a day is a public holiday (written "MM-DD")."""
        return f"{day.month:02}-{day.day:02}" in self.holidays


def places() -> list[str]:
    """The names of the places that ship."""
    return sorted(entry.name.removesuffix(".toml") for entry in resources.files("wattloom.places").iterdir()
                  if entry.name.endswith(".toml"))  # fmt: skip


@lru_cache(maxsize=64)
def place(name: str) -> Place:
    """A place that ships.

    >>> place("chennai").zone
    'Asia/Kolkata'
    """
    if name not in places():
        raise Refusal(f"Unknown place {name!r}; allowed: {', '.join(places())}.")
    text = resources.files("wattloom.places").joinpath(f"{name}.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Place)
