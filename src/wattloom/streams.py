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
from wattloom.switches import Switched, never
from wattloom.windows import check_interval


@dataclass(frozen=True, eq=False)
class Stream:
    """What one household sends: window after window, without end.

    - `start`: POSIX second of window 0 of a replay, None: live, counted from the calendar's anchor;
    - `base`: midnight from which a replay's `index` counts;
    - `switched`: what is off, for live streams.

    A recording wraps: after its last whole window comes the first one from its first row.
    """

    source: Source
    plan: Plan
    interval: int
    start: int | None = None
    base: int = 0
    switched: Switched = never

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
        if self.source.span is None:
            block, place = divmod(k + self._shift, self._view.size)
            return self._view, block, place
        start, lap = self.lap(k)
        view = self._wrapped if lap else self._view
        block, place = divmod((start - view.zero) // self.interval, view.size)
        return view, block, place

    def wraps(self, k: int) -> bool:
        """Whether a recording begins anew with window k."""
        return self.source.span is not None and k > 0 and self.lap(k)[1] != self.lap(k - 1)[1]

    @cached_property
    def _shift(self) -> int:
        return (self.origin - self._view.zero) // self.interval

    @cached_property
    def _view(self) -> View:
        if self.start is None:
            return View(self.source, self.plan, self.interval, self.origin, None, None, self.switched)
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


class Feed:
    """What one connection follows: the windows of one or several households of one interval, in one order.

    Event m of H households is window m // H of one of them. All streams are live (`start` None) or none is.

    - `speed`: a replay's windows come this many times faster; `pace`: seconds between two of one household.
    - `began`: POSIX time of event 0 of a replay; None: live, nothing begins.
    - `tag`: tells this feed from others, so that an id is not taken for one of another feed.
    """

    __slots__ = ("_order", "_origin", "_prefix", "began", "pace", "streams", "tag")

    def __init__(self, streams: tuple[Stream, ...], speed: float = 1.0) -> None:
        self.streams = streams
        self.began: float | None = None
        self.pace = streams[0].interval / speed
        parts = [(s.source.name, s.source.seed, s.start, s.base, repr(s.plan), s.interval) for s in streams]
        self.tag = blake2s(repr((parts, speed)).encode(), digest_size=4).hexdigest()
        first = self._origin = streams[0].origin
        self._prefix = f"{first}."
        # Live: how much later than the first household's a household's windows start, and the number that the first
        # household's window 0 has in its own count. By the former they are ordered.
        phases = [((s.origin - first) % s.interval if s.start is None else 0, s) for s in streams]
        phases.sort(key=lambda phase: phase[0])
        counts = [(first + phase - s.origin) // s.interval if s.start is None else 0 for phase, s in phases]
        self._order = [(phase, count, s) for (phase, s), count in zip(phases, counts, strict=True)]

    def begin(self, now: float) -> Feed:
        """A replay of these streams that begins now; costs next to nothing."""
        replay = Feed.__new__(Feed)
        replay.streams, replay.pace, replay.tag = self.streams, self.pace, self.tag
        replay._order, replay._origin = self._order, self._origin
        milliseconds = round(now * 1000)
        replay.began, replay._prefix = milliseconds / 1000, f"{milliseconds}."
        return replay

    def due(self, m: int) -> float:
        """When event m is sent: live when its window ends, in a replay at `began` + window * interval / speed."""
        if self.began is not None:
            return self.began + m // len(self._order) * self.pace
        q, place = divmod(m, len(self._order))
        return self._origin + self._order[place][0] + (q + 1) * self.pace

    def next(self, now: float) -> int:
        """The first event that is due after `now`."""
        m = int((now - self.due(0)) // self.pace) * len(self._order)
        while self.due(m) <= now:
            m += 1
        return m

    def window(self, m: int) -> tuple[Stream, int]:
        """The household of event m and the number of its window."""
        q, place = divmod(m, len(self._order))
        _, count, stream = self._order[place]
        return stream, q + count

    def id(self, m: int) -> str:
        """Names event m for `Last-Event-ID`: the anchor (live: of the windows, replay: when it began, ms), m, tag."""
        return f"{self._prefix}{m}.{self.tag}"


def read_id(text: str) -> tuple[int, int, str] | None:
    """Anchor, event and tag of an id; None for what is none.

    >>> read_id("946665000.169164012.0f3a5b7c"), read_id("42")
    ((946665000, 169164012, '0f3a5b7c'), None)
    """
    found = re.fullmatch(r"([0-9]{1,15})\.([0-9]{1,12})\.([0-9a-f]{8})", text)
    return (int(found[1]), int(found[2]), found[3]) if found else None
