"""Recordings: somebody's own readings as a Source, beside the simulated households."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from wattloom.civil import Calendar, zone_of
from wattloom.errors import Refusal
from wattloom.readings import METERS, MISSING, Readings, Seconds, Watts
from wattloom.rowfile import RowFile, Rows, Several

_FAR = np.iinfo(np.int32).max


@dataclass(frozen=True, eq=False)
class Recording:
    """A file's readings, wholly in memory (20 bytes a row).

    `rows` are the file's own rows in its own order, broken clocks and all; `truth` is what they say about each second:
    in order of time, of rows with one time the first. A meter's null stays MISSING, a gap has no row.
    """

    name: str
    calendar: Calendar
    step: int
    meters: tuple[str, ...]
    rows: Readings
    clean: Readings
    seed: int = 0
    reference: Recording | None = field(default=None, repr=False)

    @property
    def baseline(self) -> Recording:
        """The recording that says what is usual: another one, or itself."""
        return self.reference or self

    def against(self, baseline: Recording) -> Recording:
        """The same recording, its caps and statistics taken from a clean `baseline` of the same step and meters."""
        if baseline.step != self.step:
            raise Refusal(
                f"The baseline {baseline.name!r} has a row each {baseline.step} s, {self.name!r} each {self.step} s; "
                "allowed is a baseline of the same step."
            )
        if missing := [meter for meter in self.meters if meter not in baseline.meters]:
            raise Refusal(f"The baseline {baseline.name!r} lacks {', '.join(missing)}, which {self.name!r} has.")
        return replace(self, reference=baseline)

    @property
    def span(self) -> tuple[int, int]:
        """Its first second and its end (exclusive)."""
        return int(self.clean.time[0]), int(self.clean.time[-1]) + self.step

    @cached_property
    def cap(self) -> tuple[int, int, int]:
        """Per meter, W: 1.25 x the baseline's maximum."""
        most = [_most(row) for row in self.baseline.clean.watts]
        return most[0] * 5 // 4, most[1] * 5 // 4, most[2] * 5 // 4

    @cached_property
    def rest(self) -> tuple[int, int]:
        """`Overall - AC - Geyser` of the baseline, W, a quarter wider at both ends; a meter it lacks counts as 0."""
        if "Overall" not in self.meters:
            return -_FAR, _FAR
        present = [METERS.index(meter) for meter in self.meters]
        watts = self.baseline.clean.watts[present]
        known = watts[:, (watts != MISSING).all(axis=0)].astype(np.int64)
        if not known.size:
            return -_FAR, _FAR
        rest = known[-1] - known[:-1].sum(axis=0)
        least, greatest = int(rest.min()), int(rest.max())
        return min(least * 3 // 4, least * 5 // 4), max(greatest * 3 // 4, greatest * 5 // 4)

    @property
    def description(self) -> str:
        """A sentence on what it holds."""
        first, end = self.span
        return (
            f"A recording of {', '.join(self.meters)} from {self.calendar.iso(first)} to {self.calendar.iso(end)}, "
            f"a row each {self.step} s."
        )

    @property
    def rated(self) -> dict[str, float]:
        """The baseline's largest reading per meter, kW."""
        return {meter: _most(self.baseline.clean.watts[METERS.index(meter)]) / 1000 for meter in self.meters}

    def truth(self, start: int, end: int) -> Readings:
        """The rows with start <= time < end, in order of time; views, not copies."""
        rows = slice(*np.searchsorted(self.clean.time, [start, end]))
        time = self.clean.time[rows]
        return Readings(time, time, self.clean.watts[:, rows])


def read_recording(
    path: str | Path, name: str | None = None, zone: str | ZoneInfo | None = None, seed: int = 0
) -> Recording:
    """Reads a CSV (`.gz` too), Parquet or Arrow file with `time` and any of `AC`, `Geyser`, `Overall` in kW.

    A wide CSV of ours is one too: `FILE#A` chooses its household `A` where it holds several. The default name is the
    file's stem. Times without an offset are read in `zone` (an IANA name; default: this machine's).
    Raises Refusal, with the line, for what cannot be read.
    """
    place = zone_of(zone) if isinstance(zone, str) else zone
    file = RowFile(path, place)
    blocks = list(file)
    time = np.concatenate([block.time for block in blocks]) if blocks else np.empty(0, np.int64)
    if not len(time):
        raise Refusal(f"{file.path}: there are no rows.")
    watts = np.concatenate([block.watts for block in blocks], axis=1)
    rows = Readings(np.maximum.accumulate(time), time, watts)
    clean = _in_order(rows)
    step = _step(file, rows, clean)
    stem = file.path.name.split(".")[0]
    return Recording(name or stem, Calendar(file.zone), step, file.meters, rows, clean, seed)


def read_recordings(
    path: str | Path, name: str | None = None, zone: str | ZoneInfo | None = None, seed: int = 0
) -> list[Recording]:
    """All recordings of a file: one, or one for each household of a wide CSV, named `NAME-A`, `NAME-B`, ..."""
    try:
        return [read_recording(path, name, zone, seed)]
    except Several as several:
        stem = name or Path(path).name.split(".")[0]
        return [read_recording(f"{path}#{home}", f"{stem}-{home}", zone, seed) for home in several.households]


def iter_rows(path: str | Path, zone: str | ZoneInfo | None = None) -> Iterator[Rows]:
    """The rows of a file in its own order, in blocks of bounded memory, for who need not hold them all."""
    return iter(RowFile(path, zone_of(zone) if isinstance(zone, str) else zone))


def _in_order(rows: Readings) -> Readings:
    steps = np.diff(rows.time)
    if (steps > 0).all():
        return rows
    time, first = np.unique(rows.time, return_index=True)
    return Readings(time, time, rows.watts[:, first])


def _step(file: RowFile, rows: Readings, clean: Readings) -> int:
    """The commonest difference; every other one must be a multiple of it."""
    if len(clean) < 2:
        raise Refusal(f"{file.path}: a recording needs rows of two different times at least.")
    lengths, counts = np.unique(np.diff(clean.time), return_counts=True)
    step = int(lengths[np.argmax(counts)])
    off_grid: Seconds = (rows.time - clean.time[0]) % step
    if off_grid.any():
        row = int(np.argmax(off_grid != 0))
        raise Refusal(
            f"{file.place(row)}: the time is off the grid of the recording, a row each {step} s; "
            f"allowed are steps of {step} s and, as gaps, its multiples."
        )
    return step


def _most(watts: Watts) -> int:
    known = watts[watts != MISSING]
    return max(0, int(known.max())) if known.size else 0
