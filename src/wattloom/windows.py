"""Windows: means over the valid seconds, with their coverage and the counts of what was wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wattloom.errors import Refusal
from wattloom.memo import Memo
from wattloom.quality import BITS, Flags
from wattloom.readings import METERS, MISSING, Readings, Watts
from wattloom.source import Source

Counts = NDArray[np.int32]

#: Longest window, s.
LONGEST: Final = 86_400
#: Household-days are kept as sums over so many seconds; every multiple of it is computed from them.
UNIT: Final = 5
#: So many household-days are kept (207 KB each).
KEPT: Final = 96


@dataclass(frozen=True, slots=True)
class Windows:
    """Consecutive windows of `interval` seconds, the first at `start`.

    - `watts` (3, count): mean over the valid seconds, rounded half up to 1 W; `MISSING` where there is none.
    - `valid` (3, count): how many rows were valid; `expected` would be all of them.
    - `counts`: name of a reason (quality.REASONS) -> rows (3, count); only reasons that occur.
    """

    start: int
    interval: int
    watts: Watts
    valid: Counts
    expected: int
    counts: dict[str, Counts]

    def __len__(self) -> int:
        return int(self.watts.shape[1])


def check_interval(interval: int, step: int) -> None:
    """Refuse an interval that no window can have.

    >>> check_interval(90, step=60)
    Traceback (most recent call last):
    wattloom.errors.Refusal: Interval must be a multiple of the recording's step of 60 seconds, not 90.
    """
    if interval < 1:
        raise Refusal("Interval must be > 0 seconds.")
    if interval > LONGEST:
        raise Refusal(f"Interval must be at most {LONGEST} seconds, not {interval}.")
    if interval % step:
        raise Refusal(f"Interval must be a multiple of the recording's step of {step} seconds, not {interval}.")


def average(readings: Readings, flags: Flags, start: int, interval: int, count: int, step: int = 1) -> Windows:
    """Average `count` windows of `interval` seconds from `start`; rows belong to the second of their arrival.

    Sums are exact integers, so the result does not depend on how the rows were cut into pieces.
    A row that should have come and did not counts as `gap`; a repeated one does not make up for it.

    >>> seconds = np.arange(4)
    >>> rows = Readings(seconds, seconds, np.array([[1, 2, 3, MISSING]] * 3, dtype=np.int32))
    >>> bits = np.where(rows.watts == MISSING, np.uint32(BITS["missing"]), np.uint32(0))
    >>> windows = average(rows, bits, 0, 2, 3)
    >>> windows.watts[0].tolist() == [2, 3, MISSING], windows.valid[0].tolist()
    (True, [2, 1, 0])
    >>> {name: counts[0].tolist() for name, counts in windows.counts.items()}
    {'missing': [0, 1, 0], 'gap': [0, 0, 2]}
    """
    check_interval(interval, step)
    expected = interval // step
    edges = np.searchsorted(readings.arrival, start + interval * np.arange(count + 1, dtype=np.int64))
    good = flags == 0
    valid = _per_window(good, edges)
    sums = _per_window(np.where(good, readings.watts, 0), edges)
    counts = {}
    for name, bit in BITS.items():
        if (hit := flags & np.uint32(bit)).any() and (hits := _per_window(hit != 0, edges)).any():
            counts[name] = hits.astype(np.int32)
    came = np.broadcast_to(np.diff(edges), valid.shape) - counts.get("duplicate", 0)
    if (came < expected).any():
        counts["gap"] = np.maximum(expected - came, 0).astype(np.int32)
    return Windows(start, interval, _mean(sums, valid), valid.astype(np.int32), expected, counts)


def history(source: Source, interval: int, first_day: date, days: int) -> Watts:
    """Clean window means (3, windows) of `days` local days from `first_day`, `MISSING` where nothing was valid."""
    return np.concatenate([watts for _, watts in daily(source, interval, first_day, days)], axis=1)


def daily(source: Source, interval: int, first_day: date, days: int) -> Iterator[tuple[int, Watts]]:
    """The same day by day: the second at which a day's first window starts, and its means (3, windows).

    Windows are those of the live stream, counted from the calendar's anchor. One belongs to the day in which it
    starts; the last one ends no later than the last day.
    """
    check_interval(interval, source.step)
    anchor = source.calendar.anchor()
    midnights = [source.calendar.midnight(first_day + timedelta(i)) for i in range(days + 1)]
    starts = [anchor - (anchor - midnight) // interval * interval for midnight in midnights]
    starts[-1] = max(starts[-2], anchor + (midnights[-1] - anchor) // interval * interval)
    for start, end in pairwise(starts):
        yield start, _means(source, start, end, interval)


def _means(source: Source, start: int, end: int, interval: int) -> Watts:
    """The means of the windows in [start, end); a recording's without what is missing, negative or above its cap."""
    if start == end:
        return np.empty((len(METERS), 0), dtype=np.int32)
    if source.span is None and source.step == 1:
        unit = UNIT if interval % UNIT == 0 else 1
        sums = _unit_sums(source, start, end) if unit == UNIT else source.truth(start, end).watts
        return _mean(_fold(sums, interval // unit), interval)
    rows = source.truth(start, end)
    bad = (rows.watts < 0) | (rows.watts > np.array(source.cap, dtype=np.int64)[:, None])
    bits = np.where(bad, np.uint32(BITS["impossible"]), np.uint32(0))
    return average(rows, bits, start, interval, (end - start) // interval, source.step).watts


def _unit_sums(source: Source, start: int, end: int) -> Watts:
    """Sums over UNIT seconds of a household's truth, from the days kept."""
    parts: list[Watts] = []
    while start < end:
        day = source.calendar.day(start)
        first, next_day = source.calendar.midnight(day), source.calendar.midnight(day + timedelta(1))
        stop = min(end, next_day)
        if (first - start) % UNIT or (next_day - start) % UNIT:
            parts.append(_fold(source.truth(start, end).watts, UNIT))
            break
        day_sums = _days.get((source, first), partial(_day_sums, source, first, next_day))
        parts.append(day_sums[:, (start - first) // UNIT : (stop - first) // UNIT])
        start = stop
    return np.concatenate(parts, axis=1)


def _day_sums(source: Source, first: int, end: int) -> Watts:
    return _fold(source.truth(first, end).watts, UNIT)


_days = Memo[Watts](limit=KEPT)


def _fold(values: Watts, size: int) -> Watts:
    """Sums over `size` neighbours along the last axis."""
    if size == 1:
        return values
    count = values.shape[1] // size
    if size > 16:
        return np.asarray(values[:, : count * size].reshape(-1, count, size).sum(axis=2, dtype=np.int64))
    total = values[:, : count * size : size].copy()
    for place in range(1, size):
        total += values[:, place : count * size : size]
    return total


def _per_window(values: NDArray[np.generic], edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums of values (3, rows) between neighbouring edges, exactly."""
    running = np.zeros((values.shape[0], values.shape[1] + 1), dtype=np.int64)
    np.cumsum(values, axis=1, out=running[:, 1:])
    return np.diff(running[:, edges], axis=1)


def _mean(sums: NDArray[np.integer], valid: NDArray[np.integer] | int) -> Watts:
    """sums / valid, rounded half up, in integers; MISSING where valid is 0."""
    if isinstance(valid, int):
        return ((sums * np.int64(2) + valid) // (2 * valid)).astype(np.int32)
    means = (2 * sums + valid) // np.maximum(2 * valid, 1)
    return np.where(valid > 0, means, MISSING).astype(np.int32)
