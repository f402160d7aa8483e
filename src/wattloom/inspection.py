"""Inspection: a recording judged against a baseline, window by window, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from wattloom.arrivals import Arrivals
from wattloom.civil import Calendar
from wattloom.errors import Refusal
from wattloom.quality import REASONS, Baseline, Flags, Judge
from wattloom.readings import METERS, MISSING, Readings, Seconds
from wattloom.rowfile import Rows
from wattloom.statistics import QuickStats
from wattloom.status import COLOURS, RANK
from wattloom.windows import Windows, average

#: Windows are judged in blocks of at most so many.
BLOCK: Final = 8192
#: Of a longer gap than this, s, the windows after it are not listed one by one.
LONGEST_GAP: Final = 86_400
#: Above its critical value, though its readings are sound.
CRITICAL: Final = "critical"


@dataclass(frozen=True, slots=True)
class Finding:
    """A window of a meter that is neither Green nor Yellow; `start` in POSIX seconds."""

    start: int
    meter: str
    status: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Windows of a recording, judged: their means and counts, and what was found in them."""

    windows: Windows
    findings: list[Finding]


@dataclass(eq=False)
class Inspection:
    """A recording against a baseline, ready to be judged; `about` and `notes` say what with.

    - `blocks`: the recording's rows, `length` an estimate of how many blocks;
    - `base`, `stats`: what is normal for it and what is usual;
    - `itself`: whether that was learned from the recording itself.
    """

    name: str
    calendar: Calendar
    meters: tuple[str, ...]
    step: int
    interval: int
    blocks: Callable[[], Iterator[Rows]]
    place: Callable[[int], str]
    base: Baseline
    stats: QuickStats
    itself: bool
    about: str
    length: int
    notes: list[str] = field(default_factory=list)
    rows: int = 0

    def judge(self, step: Callable[[], None] = lambda: None) -> Iterator[Block]:
        """Judges all rows; fixed memory however long the recording. Raises Refusal at a row that cannot be read.

        `step` is called after each block of rows.
        """
        judge, arrivals = Judge(self.base), Arrivals(self.step)
        windows = _Cutter(self.interval, self.step)
        for rows in self._on_grid():
            self.rows += len(rows.time)
            step()
            told = arrivals.take(rows.time, rows.watts)
            yield from map(self._judged, windows.take(told, judge.flags(told)))
        told = arrivals.take(np.empty(0, np.int64), np.empty((3, 0), np.int32), last=True)
        yield from map(self._judged, windows.take(told, judge.flags(told), last=True))

    def _on_grid(self) -> Iterator[Rows]:
        first: int | None = None
        for rows in self.blocks():
            if not len(rows.time):
                continue
            first = int(rows.time[0]) if first is None else first
            if (off := (rows.time - first) % self.step).any():
                where = self.place(rows.first + int(np.argmax(off != 0)))
                raise Refusal(f"{where}: the time is off the grid of the recording, a row each {self.step} s.")
            yield rows

    def _judged(self, windows: Windows) -> Block:
        """The findings of a block of windows."""
        shape = windows.watts.shape
        worst = np.zeros(shape, np.int8)
        bad = np.zeros(shape, np.bool_)
        for reason in REASONS:
            if reason.name in windows.counts:
                hit = windows.counts[reason.name] > 0
                bad |= hit
                worst = np.maximum(worst, np.where(hit, RANK[reason.severity], 0))
        worst[windows.valid == 0] = RANK["Critical Red"]
        high = np.zeros(shape, np.bool_)
        if self.stats.reliable:
            for meter, of in self.stats.meters.items():
                place = METERS.index(meter)
                high[place] = (windows.watts[place] != MISSING) & (windows.watts[place] >= of.red)
        worst = np.maximum(worst, np.where(high, RANK["Red"], 0))
        findings = []
        mine = np.array([meter in self.meters for meter in METERS])
        for k, place in np.argwhere(((worst >= RANK["Red"]) & mine[:, None]).T).tolist():
            reasons = [r.name for r in REASONS if r.name in windows.counts and windows.counts[r.name][place, k]]
            reasons += [CRITICAL] if high[place, k] else []
            start = windows.start + k * windows.interval
            findings.append(Finding(start, METERS[place], COLOURS[worst[place, k]], tuple(reasons)))
        return Block(windows, findings)


class _Cutter:
    """Cuts judged rows into windows that start at the first row; keeps the rows of a window that is not over yet."""

    def __init__(self, interval: int, step: int) -> None:
        self._interval, self._step = interval, step
        self._start: int | None = None
        self._kept = Readings(np.empty(0, np.int64), np.empty(0, np.int64), np.empty((3, 0), np.int32))
        self._flags = np.empty((3, 0), np.uint32)

    def take(self, rows: Readings, flags: Flags, last: bool = False) -> Iterator[Windows]:
        """The windows that are over."""
        kept, interval = self._kept, self._interval
        arrival = np.concatenate((kept.arrival, rows.arrival))
        time = np.concatenate((kept.time, rows.time))
        watts = np.concatenate((kept.watts, rows.watts), axis=1)
        flags = np.concatenate((self._flags, flags), axis=1)
        if not len(arrival):
            return
        self._start = start = int(arrival[0]) if self._start is None else self._start
        count = (int(arrival[-1]) - start) // interval + last
        done = int(np.searchsorted(arrival, start + count * interval))
        whole = Readings(arrival[:done], time[:done], watts[:, :done])
        self._kept, self._flags = Readings(arrival[done:], time[done:], watts[:, done:]), flags[:, done:]
        self._start = start + count * interval
        for first, size in _pieces(whole.arrival, start, interval, count):
            low, high = np.searchsorted(whole.arrival, [first, first + size * interval])
            part = Readings(whole.arrival[low:high], whole.time[low:high], whole.watts[:, low:high])
            windows = average(part, flags[:, low:high], first, interval, size, self._step)
            if last and first + size * interval == self._start:
                _forgive(windows, int(arrival[-1]), self._step)
            yield windows


def _pieces(arrival: Seconds, start: int, interval: int, count: int) -> Iterator[tuple[int, int]]:
    """Start and number of windows, in pieces of at most BLOCK; of a long gap only the first day."""
    at, end = start, start + count * interval
    while at < end:
        size = min(BLOCK, (end - at) // interval)
        place = int(np.searchsorted(arrival, at))
        following = int(arrival[place]) if place < len(arrival) else end
        if following - at >= LONGEST_GAP and at > start:
            at += (following - at) // interval * interval
            continue
        jumps = np.flatnonzero(np.diff(arrival[place : place + 1 + size * max(1, interval)]) > LONGEST_GAP)
        if len(jumps):
            stop = int(arrival[place + int(jumps[0])]) + LONGEST_GAP
            size = min(size, max(1, (stop - at) // interval))
        yield at, size
        at += size * interval


def _forgive(windows: Windows, last: int, step: int) -> None:
    """The rows after the end of a recording are no gap."""
    over = (windows.start + len(windows) * windows.interval - last - 1) // step
    if "gap" in windows.counts:
        windows.counts["gap"][:, -1] = np.maximum(windows.counts["gap"][:, -1] - over, 0)
        if not windows.counts["gap"].any():
            del windows.counts["gap"]
