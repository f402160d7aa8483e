"""Switches: what people did to a simulated home, laid over what its meters reported.

`live = apply(spans(entries), source, reported)`: a third pure function beside truth and faults, over a log of what
was done. Only live views see it; files, replays, labels and statistics never do.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from wattloom.readings import METERS, MISSING, OVERALL, Readings
from wattloom.source import Source

#: Meters whose appliance can be switched off.
SWITCHABLE: Final = ("AC", "Geyser")
#: After all times.
FOREVER: Final = 2**62


class Entry(NamedTuple):
    """A line of the log: from second `begin` on `meter` is off until `until`, whatever was said before.

    An undo is an entry whose `until` is its `begin`. Times are POSIX seconds; `made` is when it was written.
    """

    number: int
    meter: str
    made: float
    begin: int
    until: int
    by: str


class Off(NamedTuple):
    """A stretch [begin, end) in which a meter's appliance is off, as `by` wanted it until `until`."""

    meter: str
    begin: int
    end: int
    until: int
    by: str


Offs: TypeAlias = tuple[Off, ...]
#: What of a source is off at some time in [start, end).
Switched: TypeAlias = Callable[[Source, int, int], Offs]


def never(source: Source, start: int, end: int) -> Offs:
    """Nothing is ever switched off: the view of files and replays.

    >>> from wattloom.household import household
    >>> never(household("A"), 0, 60)
    ()
    """
    del source, start, end
    return ()


def within(offs: Offs, start: int, end: int) -> Offs:
    """Those that are off at some time in [start, end).

    >>> within((Off("AC", 0, 60, 60, ""), Off("AC", 60, 90, 90, "")), 60, 61)
    (Off(meter='AC', begin=60, end=90, until=90, by=''),)
    """
    return tuple(off for off in offs if off.begin < end and start < off.end)


@dataclass(slots=True)
class Board:
    """The entries of one household, and when what was off.

    >>> board = Board()
    >>> board.take(Entry(1, "AC", 99.2, 100, 1900, "Ada"))
    >>> board.take(Entry(2, "AC", 159.7, 160, 160, "Bob"))
    >>> board.during(0, 3600)
    (Off(meter='AC', begin=100, end=160, until=1900, by='Ada'),)
    """

    entries: list[Entry] = field(default_factory=list)
    _offs: dict[str, list[Off]] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        """Add the next entry: from its begin on nothing holds but itself."""
        self.entries.append(entry)
        offs = self._offs.get(entry.meter, []).copy()  # who is reading the old ones goes on doing so
        while offs and offs[-1].end > entry.begin:
            last = offs.pop()
            if last.begin < entry.begin:
                offs.append(last._replace(end=entry.begin))
        if entry.until > entry.begin:
            offs.append(Off(entry.meter, entry.begin, entry.until, entry.until, entry.by))
        self._offs[entry.meter] = offs

    def during(self, start: int, end: int) -> Offs:
        """What is off at some time in [start, end), meter by meter in order of time."""
        found: Offs = ()
        for meter in SWITCHABLE:
            if offs := self._offs.get(meter):
                found += within(tuple(offs[bisect_right(offs, start, key=lambda off: off.end) :]), start, end)
        return found


def spans(entries: Iterable[Entry]) -> Offs:
    """When what was off, from all entries of a household in the order in which they were written."""
    board = Board()
    for entry in entries:
        board.take(entry)
    return board.during(-FOREVER, FOREVER)


def apply(offs: Offs, source: Source, readings: Readings) -> Readings:
    """What the meters report while something is off: the part reads zero, and Overall less by what the part used.

    Nothing else changes: a reading that is missing stays so, and an Overall which a fault had lowered below what is to
    be taken away stops at zero. The part's use is the truth's, so a fault of the part's meter does not reach Overall.

    >>> from wattloom.household import household
    >>> home = household("A")
    >>> night = home.truth(1_777_573_800, 1_777_573_810)
    >>> live = apply((Off("AC", 1_777_573_805, 1_777_573_900, 1_777_573_900, "Ada"),), home, night)
    >>> (live.watts[2] - live.watts[0] == night.watts[2] - night.watts[0]).all()
    np.True_
    >>> live.watts[0, 5:].tolist(), (live.watts[:, :5] == night.watts[:, :5]).all()
    ([0, 0, 0, 0, 0], np.True_)
    """
    # A row that came a step late is of the second before; another wrong time is the meter's clock.
    second = np.where(readings.arrival - readings.time == source.step, readings.time, readings.arrival)
    watts = None
    for off in offs:
        rows = np.flatnonzero((second >= off.begin) & (second < off.end))
        if not len(rows):
            continue
        if watts is None:
            watts = readings.watts.copy()
        at = second[rows]
        first = int(at.min())
        truth = source.truth(first, int(at.max()) + 1)
        part = METERS.index(off.meter)
        used = truth.watts[part, np.searchsorted(truth.time, at)]
        there, overall = watts[part, rows], watts[OVERALL, rows]
        watts[part, rows] = np.where(there == MISSING, MISSING, 0)
        less = np.where(overall > used, overall - used, np.minimum(overall, 0))
        watts[OVERALL, rows] = np.where(overall == MISSING, MISSING, less)
    return readings if watts is None else Readings(readings.arrival, readings.time, watts)
