"""Events: judged windows as JSON, made in blocks, encoded once, and kept for whoever asks next.

An event is a pure function of (seed, household, fault plan, interval, window) and, live, of what was switched off
before the window's end, so every worker makes the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any, Final, TypeAlias

import msgspec
import numpy as np

from wattloom.faults import Plan, reported
from wattloom.memo import Memo
from wattloom.quality import CHECKPOINT, Flags, flags
from wattloom.readings import METERS, MISSING, Readings
from wattloom.source import Source
from wattloom.statistics import QuickStats, quick_stats
from wattloom.status import judge
from wattloom.switches import Offs, Switched, apply, never, within
from wattloom.windows import Windows, average

#: Windows that are judged and encoded in one go; fewer where they are long.
BLOCK: Final = 60
#: Readings are reported and flagged in parts of this many seconds, counted from the epoch.
PART: Final = CHECKPOINT
#: The flags of a part depend on the rows of so many seconds before it.
RECALL: Final = PART

#: A view, a block of it, and what is off.
Address: TypeAlias = tuple[str, int, Offs]

_encode = msgspec.json.Encoder().encode


class Desk:
    """Where events are made: pure work and what is kept of it. Blocks; for worker threads.

    - `rows`: what was reported, `parts`: the same with its flags, `stats`: quick statistics, `blocks`: encoded events.
    """

    def __init__(self) -> None:
        self.rows: Memo[Readings] = Memo(16)
        self.parts: Memo[tuple[Readings, Flags]] = Memo(64)
        self.stats: Memo[QuickStats] = Memo(256)
        self.blocks: Memo[list[bytes]] = Memo(1024)

    def statistics(self, source: Source, interval: int, day: date | None) -> QuickStats:
        """Quick statistics from the clean history before `day` (a recording: from its baseline or itself)."""
        before = None if source.span else day
        return self.stats.get(
            (source.name, interval, before),
            lambda: quick_stats(source, interval, before, baseline=getattr(source, "reference", None)),
        )

    def readings(self, source: Source, plan: Plan, start: int, end: int, offs: Offs = ()) -> tuple[Readings, Flags]:
        """What the meters reported in [start, end), by arrival, with its flags; live: while `offs` were off."""
        parts = [self._part(source, plan, number, offs) for number in range(start // PART, -(-end // PART))]
        rows = [(part, np.searchsorted(part[0].arrival, [start, end])) for part in parts]
        cut = [(r.arrival[a:b], r.time[a:b], r.watts[:, a:b], f[:, a:b]) for (r, f), (a, b) in rows]
        arrival, time, watts, flag = (
            cut[0] if len(cut) == 1 else (np.concatenate(c, axis=-1) for c in zip(*cut, strict=True))
        )
        return Readings(arrival, time, watts), flag

    def _part(self, source: Source, plan: Plan, number: int, offs: Offs = ()) -> tuple[Readings, Flags]:
        offs = within(offs, number * PART - RECALL, (number + 1) * PART)

        def make() -> tuple[Readings, Flags]:
            rows = self._rows(source, plan, number, offs)
            return rows, flags(source, rows, before=self._rows(source, plan, number - 1, offs))

        return self.parts.get((source.name, plan, number, offs), make)

    def _rows(self, source: Source, plan: Plan, number: int, offs: Offs) -> Readings:
        start, end = number * PART, (number + 1) * PART
        offs = within(offs, start, end)

        def make() -> Readings:
            rows = reported(source, plan, start, end)
            return apply(offs, source, rows) if offs else rows

        return self.rows.get((source.name, plan, number, offs), make)

    def windows(self, source: Source, plan: Plan, start: int, interval: int, count: int, offs: Offs = ()) -> Windows:
        """Averaged windows of what the meters reported; live: while `offs` were off."""
        rows, flag = self.readings(source, plan, start, start + count * interval, offs)
        return average(rows, flag, start, interval, count, source.step)


@dataclass(frozen=True, eq=False)
class View:
    """Windows of one household on one grid, however many follow it and wherever they began.

    - `zero`: POSIX second at which window 0 starts; - `base`: `index` counts from here, None: from local midnight;
    - `day`: the statistics are those before this day, None: before each window's own local day;
    - `switched`: what is off, in a live view.
    """

    source: Source
    plan: Plan
    interval: int
    zero: int
    base: int | None
    day: date | None
    switched: Switched = never

    @cached_property
    def key(self) -> str:
        """Names the view among those of one world."""
        return repr((self.source.name, self.plan, self.interval, self.zero, self.base, self.day))

    @cached_property
    def size(self) -> int:
        """Windows in a block."""
        return max(1, min(BLOCK, 3600 // self.interval))

    def address(self, number: int) -> Address:
        """Names a block. What is off is part of the name: when that changes, no block needs to be forgotten."""
        start = self.zero + number * self.size * self.interval
        return self.key, number, self.switched(self.source, start - PART - RECALL, start + self.size * self.interval)

    def block(self, desk: Desk, number: int) -> list[bytes]:
        """The JSON of windows `number * size` and on."""
        address = self.address(number)
        return desk.blocks.get(address, lambda: self._block(desk, number, address[2]))

    def _block(self, desk: Desk, number: int, offs: Offs) -> list[bytes]:
        start = self.zero + number * self.size * self.interval
        windows = desk.windows(self.source, self.plan, start, self.interval, self.size, offs)
        return [_encode(event) for event in self.events(desk, windows, offs)]

    def events(self, desk: Desk, windows: Windows, offs: Offs = ()) -> list[dict[str, Any]]:
        """Judge windows: one event for each."""
        calendar, events = self.source.calendar, []
        starts = range(windows.start, windows.start + len(windows) * self.interval, self.interval)
        days = [self.day or calendar.day(start) for start in starts]
        place = 0
        for day, group in groupby(days):
            count = len(list(group))
            some = _slice(windows, place, place + count)
            stats = desk.statistics(self.source, self.interval, day)
            for i, judgement in enumerate(judge(some, stats, calendar)):
                start = some.start + i * self.interval
                event: dict[str, Any] = {
                    "household": self.source.name,
                    "time": calendar.iso(start),
                    "index": calendar.index(start) if self.base is None else start - self.base,
                    "interval": self.interval,
                }
                watts = {m: int(some.watts[METERS.index(m), i]) for m in self.source.meters}
                event |= {m: None if w == MISSING else w / 1000 for m, w in watts.items()}
                event["energy"] = {
                    m: None if w == MISSING else round(w * self.interval / 60_000, 4) for m, w in watts.items()
                }
                event["by_value"] = judgement.by_value
                event["label"] = judgement.label
                event["quality"] = judgement.quality
                event["status"] = judgement.status
                event["priority"] = judgement.priority
                event["reason"] = judgement.reason
                event["off"] = {
                    off.meter: {"until": calendar.iso(off.until), "by": off.by}
                    for off in within(offs, start + self.interval - 1, start + self.interval)
                }
                events.append(event)
            place += count
        return events


def _slice(windows: Windows, first: int, end: int) -> Windows:
    if (first, end) == (0, len(windows)):
        return windows
    return Windows(
        windows.start + first * windows.interval,
        windows.interval,
        windows.watts[:, first:end],
        windows.valid[:, first:end],
        windows.expected,
        {name: rows[:, first:end] for name, rows in windows.counts.items()},
    )
