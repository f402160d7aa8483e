"""A source of readings: what a household and somebody's recording have in common."""

from __future__ import annotations

from typing import Protocol

from wattloom.civil import Calendar
from wattloom.readings import Readings


class Source(Protocol):
    """Anything with meters. Pure: the same question has the same answer, whoever asks and in whatever order."""

    @property
    def name(self) -> str:
        """As users write it: `A`, `A/17`, or the name of a recording."""

    @property
    def seed(self) -> int:
        """Keys all randomness of this source, its faults included."""

    @property
    def calendar(self) -> Calendar:
        """The local days."""

    @property
    def step(self) -> int:
        """Seconds between two readings; 1 for households."""

    @property
    def meters(self) -> tuple[str, ...]:
        """Those of METERS that it has; the rows of the others are MISSING throughout."""

    @property
    def span(self) -> tuple[int, int] | None:
        """First second and end (exclusive) of a recording; None where there is no end (households)."""

    @property
    def cap(self) -> tuple[int, int, int]:
        """Per meter, W: a reading above it is impossible (1.25 x the largest possible one)."""

    @property
    def rest(self) -> tuple[int, int]:
        """Least and greatest possible `Overall - AC - Geyser`, W; what lies outside is out of balance."""

    @property
    def description(self) -> str:
        """A sentence on who lives there."""

    @property
    def rated(self) -> dict[str, float]:
        """Rated power per meter, kW."""

    def truth(self, start: int, end: int) -> Readings:
        """The true rows with start <= time < end, in order of time."""
