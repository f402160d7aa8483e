"""Streams: which window of a household comes when, live or replayed, and the feeds that connections follow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2s

from wattloom.errors import Refusal
from wattloom.events import Desk, View
from wattloom.faults import Plan
from wattloom.source import Source
from wattloom.windows import check_interval


@dataclass(frozen=True, eq=False)
class Stream:
    """What one household sends: window after window, without end.

    - `start`: POSIX second of window 0 of a replay, None: live, counted from the calendar's anchor;
    - `base`: midnight from which a replay's `index` counts.

    A recording wraps: after its last whole window comes the first one from its first row.
    """

    source: Source
    plan: Plan
    interval: int
    start: int | None = None
    base: int = 0

    @cached_property
    def origin(self) -> int:
        """The second at which window 0 starts."""
        return self.source.calendar.anchor() if self.start is None else self.start

    def check(self) -> None:
        """Refuse a stream that has no window to send."""
        check_interval(self.interval, self.source.step)
        span = self.source.span
        if span is None or self.start is None:
            return
        if self._windows(span[0]) < 1:
            raise Refusal(f"Interval must be at most the length of the recording, {span[1] - span[0]} seconds.")
        if not span[0] <= self.start < span[1]:
            iso = self.source.calendar.iso
            raise Refusal(f"start_index and date must lie in the recording, from {iso(span[0])} to {iso(span[1])}.")

    def _windows(self, start: int) -> int:
        assert self.source.span is not None
        return (self.source.span[1] - start) // self.interval

    def lap(self, k: int) -> tuple[int, int]:
        """Where window k starts, and how often the recording was wrapped before it."""
        if self.start is None or self.source.span is None:
            return self.origin + k * self.interval, 0
        first, rest = self._windows(self.start), self.source.span[0]
        if k < first:
            return self.start + k * self.interval, 0
        laps, place = divmod(k - first, self._windows(rest))
        return rest + place * self.interval, laps + 1

    def at(self, k: int) -> tuple[View, int, int]:
        """Where the JSON of window k is: its view, block, and place in the block."""
        start, lap = self.lap(k)
        view = self._wrapped if lap else self._view
        block, place = divmod((start - view.zero) // self.interval, view.size)
        return view, block, place

    @cached_property
    def _view(self) -> View:
        if self.start is None:
            return View(self.source, self.plan, self.interval, self.origin, None, None)
        return self._replayed(self.start)

    @cached_property
    def _wrapped(self) -> View:
        assert self.source.span is not None
        return self._replayed(self.source.span[0])

    def _replayed(self, begin: int) -> View:
        """Replays whose windows coincide share a view, wherever they began."""
        zero = self.base + (begin - self.base) % self.interval
        return View(self.source, self.plan, self.interval, zero, self.base, self.source.calendar.day(self.origin))

    def event(self, desk: Desk, k: int) -> bytes:
        """The JSON of window k."""
        view, block, place = self.at(k)
        return view.block(desk, block)[place]


@dataclass(frozen=True, eq=False)
class Feed:
    """What one connection follows: the windows of one or several households of one interval, in one order.

    Event m of H households is window q = m // H of household m % H. All streams are live (`start` None) or none is.

    - `began`: POSIX time of event 0 of a replay; live, nothing begins.
    - `speed`: a replay's windows come this many times faster.
    """

    streams: tuple[Stream, ...]
    began: float | None = None
    speed: float = 1.0

    @cached_property
    def pace(self) -> float:
        """Seconds between two windows of one household."""
        return self.streams[0].interval / self.speed

    @cached_property
    def _order(self) -> list[tuple[int, Stream]]:
        """Live: how much later than the first household's its windows start, by which they are ordered."""
        if self.began is not None:
            return [(0, stream) for stream in self.streams]
        first = self.streams[0].origin
        phases = [((stream.origin - first) % stream.interval, stream) for stream in self.streams]
        return sorted(phases, key=lambda phase: phase[0])

    def due(self, m: int) -> float:
        """When event m is sent: live when its window ends, in a replay at `began` + q * interval / speed."""
        q, place = divmod(m, len(self.streams))
        if self.began is not None:
            return self.began + q * self.pace
        phase, stream = self._order[place]
        return self.streams[0].origin + phase + (q + 1) * stream.interval

    def next(self, now: float) -> int:
        """The first event that is due after `now`."""
        q = int((now - self.due(0)) // self.pace)
        m = q * len(self.streams)
        while self.due(m) <= now:
            m += 1
        return m

    def window(self, m: int) -> tuple[Stream, int]:
        """The household of event m and the number of its window."""
        q, place = divmod(m, len(self.streams))
        phase, stream = self._order[place]
        if self.began is not None:
            return stream, q
        return stream, q + (self.streams[0].origin + phase - stream.origin) // stream.interval

    @cached_property
    def tag(self) -> str:
        """Tells this feed from others, so that an id is not taken for one of another feed."""
        parts = [(s.source.name, s.source.seed, s.start, s.base, repr(s.plan)) for s in self.streams]
        return blake2s(repr((parts, self.streams[0].interval, self.speed)).encode(), digest_size=4).hexdigest()

    def id(self, m: int) -> str:
        """Names event m for `Last-Event-ID`: the anchor (live: of the windows, replay: when it began, ms), m, tag."""
        anchor = self.streams[0].origin if self.began is None else round(self.began * 1000)
        return f"{anchor}.{m}.{self.tag}"


def read_id(text: str) -> tuple[int, int, str] | None:
    """Anchor, event and tag of an id; None for what is none.

    >>> read_id("946665000.169164012.0f3a5b7c"), read_id("42")
    ((946665000, 169164012, '0f3a5b7c'), None)
    """
    found = re.fullmatch(r"([0-9]{1,15})\.([0-9]{1,12})\.([0-9a-f]{8})", text)
    return (int(found[1]), int(found[2]), found[3]) if found else None
