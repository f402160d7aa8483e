"""History: readings and labels of a stretch of the past."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np

from wattloom.civil import Calendar
from wattloom.errors import Refusal
from wattloom.events import PART, RECALL, Desk
from wattloom.faults import Plan, labels
from wattloom.readings import Readings
from wattloom.source import Source
from wattloom.switches import Switched, never
from wattloom.web.setup import DAYS, read_interval
from wattloom.web.tables import FORMATS, LabelRows, ReadingRows
from wattloom.web.world import World
from wattloom.windows import average, check_interval

KEYS: Final = ("household", "start", "end", "interval", "view", "faults", "format")
VIEWS: Final = ("truth", "reported", "live")
#: Longest stretch, days.
LONGEST: Final = 366


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is asked for: [start, end) of a household, in windows of `interval` or (None) row by row."""

    source: Source
    plan: Plan
    start: int
    end: int
    interval: int | None
    view: str
    format: str
    switched: Switched = never

    def readings(self, desk: Desk) -> Iterator[ReadingRows]:
        """The rows, a few hours at a time; windows are counted from the start and whole."""
        size = self.interval or self.source.step
        span = max(1, PART // size) * size
        last = self.start + (self.end - self.start) // size * size if self.interval else self.end
        yield self._rows(self._cut(desk, self.start, min(self.start + span, last)))
        for start in range(self.start + span, last, span):
            yield self._rows(self._cut(desk, start, min(start + span, last)))

    def _rows(self, readings: Readings) -> ReadingRows:
        return ReadingRows(readings, self.source.meters, self.source.calendar)

    def _cut(self, desk: Desk, start: int, end: int) -> Readings:
        source, truth = self.source, self.view == "truth"
        offs = self.switched(source, start - PART - RECALL, end)
        if self.interval is None:
            return source.truth(start, end) if truth else desk.readings(source, self.plan, start, end, offs)[0]
        count = (end - start) // self.interval
        if truth:
            rows = source.truth(start, end)
            sound = np.where(rows.watts >= 0, np.uint32(0), np.uint32(1))
            windows = average(rows, sound, start, self.interval, count, source.step)
        else:
            windows = desk.windows(source, self.plan, start, self.interval, count, offs)
        times = start + self.interval * np.arange(count, dtype=np.int64)
        return Readings(times, times, windows.watts)

    def labels(self) -> Iterator[LabelRows]:
        """The labels, day by day."""
        calendar = self.source.calendar
        day, start = calendar.day(self.start), self.start
        while True:
            day += timedelta(1)
            end = min(self.end, calendar.midnight(day))
            yield LabelRows(labels(self.source, self.plan, start, end), calendar)
            if end >= self.end:
                return
            start = end


def read_stretch(raw: Mapping[str, str], world: World) -> Stretch:
    """A stretch from a query; Refusal for what is wrong with it."""
    for key in ("household", "start", "end"):
        if key not in raw:
            raise Refusal("household, start and end are required.")
    source = world.houses.get(raw["household"])
    start, end = (read_time(raw[key], source.calendar, key) for key in ("start", "end"))
    if end > time.time() and source.span is None:
        raise Refusal(f"end must not be in the future; it is {source.calendar.iso(int(time.time()))}.")
    if not start < end:
        raise Refusal("start must be before end.")
    if end - start > LONGEST * 86_400:
        raise Refusal(f"start and end must be at most {LONGEST} days apart.")
    interval = read_interval(raw["interval"]) if "interval" in raw else None
    if interval is not None:
        check_interval(interval, source.step)
    view, name = raw.get("view", "reported"), raw.get("format", "json")
    if view not in VIEWS:
        raise Refusal(f"view must be one of {', '.join(VIEWS)}.")
    if name not in FORMATS:
        raise Refusal(f"format must be one of {', '.join(FORMATS)}.")
    switched = world.switches.off if view == "live" else never
    return Stretch(source, world.plan(source, raw.get("faults")), start, end, interval, view, name, switched)


def read_time(text: str, calendar: Calendar, name: str) -> int:
    """A time as POSIX second: ISO 8601 (local without an offset), a local day, or a POSIX second.

    >>> from wattloom.civil import zone_of
    >>> read_time("2026-05-01", Calendar(zone_of("Asia/Kolkata")), "start")
    1777573800
    """
    try:
        if re.fullmatch(r"[0-9]{1,12}", text):
            second = int(text)
        elif re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            second = calendar.midnight(date.fromisoformat(text))
        else:
            # A plus sign in a query that was not encoded arrives as a space.
            moment = datetime.fromisoformat(re.sub(r" (?=[0-9]{2}:?[0-9]{2}$)", "+", text) if "T" in text else text)
            second = int((moment if moment.tzinfo else moment.replace(tzinfo=calendar.zone)).timestamp())
        if not DAYS[0] <= calendar.day(second) <= DAYS[1]:
            raise ValueError
    except (ValueError, OverflowError, OSError):
        raise Refusal(
            f"{name} must be a time such as 2026-05-01T18:53:20+05:30, a local day or a POSIX second, "
            f"from {DAYS[0]} to {DAYS[1]}."
        ) from None
    return second
