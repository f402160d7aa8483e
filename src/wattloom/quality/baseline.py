"""Baseline: how the meters of a source behave when nothing is wrong, learned once from clean readings."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from wattloom.memo import Memo
from wattloom.readings import METERS, OVERALL, Seconds, Watts
from wattloom.source import Source

#: A household is learned from so many days, this many days apart: all seasons and all days of the week.
DAYS: Final = 16
APART: Final = 23
FIRST: Final = date(2025, 1, 1)
#: A recording is learned from at most so many rows.
MOST_ROWS: Final = 3_000_000
#: What never stops is taken to be lower than ever seen by 1 in so many parts; by more where few days were seen.
MARGIN: Final = 10
#: In so many minutes something besides what never stops comes on: a fridge at least.
LULL: Final = 40
#: A level is known after so many rows.
SEEN: Final = 600
#: This share of the rows of a recording without a reference is not trusted.
DOUBT: Final = 0.001
#: Readings are looked up in tables up to so many W; what is larger is treated as that.
TOP: Final = 1 << 16
#: Levels are half an octave wide.
LEVEL: Final = np.floor(2 * np.log2(np.arange(TOP) + 1)).astype(np.intp)
LEVELS: Final = int(LEVEL[-1]) + 1
#: A meter that stays exactly the same for longer than this when all is well cannot be told from a stuck one.
PATIENCE: Final = 1800
#: Short pulses last at most so many rows.
PULSE: Final = 3
#: They can be told from loads where rows come at least this often, s.
QUICK: Final = 2
#: and end where they began, to within this part of their height or what is usual between two rows.
RETURN: Final = 40
#: What is so many times as high as Overall was before is a class of its own.
LEAP: Final = 5
NEVER: Final = 1 << 40
_FINE: Final = 1 << 12

Mask = NDArray[np.bool_]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Baseline:
    """What is normal for one source; powers in W, runs in rows. Meters that it lacks have figures that never match.

    - `cap` (3): a reading above it is impossible; `rest`: least and greatest Overall - AC - Geyser;
    - `familiar` (2, TOP): whether AC or Geyser was ever steady near a power;
    - `runs` (3, LEVELS): from how many equal readings in a row on a meter is stuck;
    - `shake` (3, LEVELS): a step up and down again above it, time after time, is noise;
    - `lull`: in LULL minutes the rest comes up to this much at least;
    - `usual`: 98 % of the rest's changes from row to row are smaller;
    - `step`: an edge of AC or Geyser from which on Overall must be seen to follow;
    - `rise`: a greater edge of the rest is no appliance; `pulse`: nor is a higher pulse of up to PULSE rows;
    - `leap`: nor is a pulse of one row from LEAP times less than its height.
    """

    seconds: int
    present: tuple[bool, bool, bool]
    cap: Integers
    rest: tuple[int, int]
    familiar: NDArray[np.bool_]
    runs: Integers
    shake: Integers
    lull: int
    usual: int
    step: int
    rise: int
    pulse: int
    leap: int

    @property
    def balanced(self) -> bool:
        """Whether there is a sum to check: Overall and one of its parts."""
        return self.present[OVERALL] and any(self.present[:OVERALL])


def baseline(source: Source) -> Baseline:
    """The baseline of a source, kept once it is made.

    A household's comes from days of its own truth, spread over a fixed year; a recording's from its reference, or
    from itself: then the most extreme 0.1 % of the rows are left out, since they may be what is sought.
    """
    history: Source = getattr(source, "reference", None) or source
    doubt = DOUBT if history.span and history is source else 0.0
    return _kept.get(cast(Hashable, source), lambda: learn(history, source.meters, doubt))


_kept = Memo[Baseline](limit=512)


def learn(history: Source, meters: tuple[str, ...], doubt: float = 0.0) -> Baseline:
    """Learn from what a source says is true of some of its meters; `doubt` is the share of rows not to be trusted."""
    if history.span is None:
        days = [FIRST + timedelta(k * APART) for k in range(DAYS)]
        midnight = history.calendar.midnight
        parts = [history.truth(midnight(day), midnight(day + timedelta(1))) for day in days]
        time = np.concatenate([part.time for part in parts])
        watts = np.concatenate([part.watts for part in parts], axis=1)
    else:
        rows = history.truth(history.span[0], min(history.span[1], history.span[0] + MOST_ROWS * history.step))
        time, watts = rows.time, rows.watts
    return _learn(time, watts, history, meters, doubt)


def _learn(time: Seconds, watts: Watts, source: Source, meters: tuple[str, ...], doubt: float) -> Baseline:
    present = tuple(meter in meters for meter in METERS)
    cap = np.minimum(np.array(source.cap, np.int64), TOP * 1000)
    if doubt:
        most = [_most(row[row >= 0], doubt) for row in watts]
        cap = np.minimum(cap, 5 * np.array(most, np.int64) // 2)
    known = (watts >= 0) & (watts <= np.minimum(cap, TOP - 1)[:, None])
    next_row = np.concatenate(([False], np.diff(time) == source.step))
    rest = _rest(time, watts, known, next_row, present, source, doubt)
    runs = np.full((3, LEVELS), NEVER, np.int64)
    shake = np.full((3, LEVELS), NEVER, np.int64)
    familiar = np.ones((2, TOP), np.bool_)
    for meter in range(3):
        if present[meter]:
            whole = bool(known[meter].all())
            row = watts[meter] if whole else watts[meter][known[meter]]
            if len(row) > 2:
                change = np.diff(row)
                runs[meter] = _runs(row, change, source.step, doubt)
                shake[meter] = _shake(row, change, next_row if whole else next_row[known[meter]], doubt)
                if meter != OVERALL:
                    familiar[meter] = _familiar(row, change)
    return Baseline(source.step, (present[0], present[1], present[2]), cap, rest[0], familiar, runs, shake, *rest[1:])


def _rest(
    time: Seconds, watts: Watts, known: Mask, next_row: Mask, present: tuple[bool, ...], source: Source, doubt: float
) -> tuple[tuple[int, int], int, int, int, int, int, int]:
    """Bounds of the rest, and how it moves: `rest`, `lull`, `usual`, `step`, `rise`, `pulse`, `leap` of a Baseline."""
    parts = [meter for meter in range(OVERALL) if present[meter]]
    complete = known[[*parts, OVERALL]].all(axis=0)
    if not present[OVERALL] or complete.sum() < 100:
        return (-NEVER, NEVER), -NEVER, NEVER, NEVER, NEVER, NEVER, NEVER
    rows = watts if complete.all() else watts[:, complete]
    rest = rows[OVERALL] - sum(rows[meter] for meter in parts)
    change = np.diff(rest)
    change *= next_row[1:] if complete.all() else next_row[complete][1:]
    usual = _most(np.abs(change), 0.02)
    floor, ceiling = -_most(-rest, doubt), _most(rest, doubt)
    margin = min(float(MARGIN), max(4.0, len(rest) * source.step / 86_400))
    floor, ceiling = floor - max(3, round(abs(floor) / margin)), ceiling + max(100, ceiling // 2)
    lull = _lull(time[complete], rest) if not doubt else -NEVER
    lull -= round(abs(lull) / margin)
    if source.span is None and len(parts) == 2:
        floor, ceiling = max(floor, source.rest[0]), min(ceiling, source.rest[1])
    rises = np.flatnonzero(change > 50)
    pulse = leap = 0
    for length in range(1, PULSE + 1):
        up = rises[rises + length < len(change)]
        height = np.minimum(change[up], -change[up + length])
        back = np.abs(rest[up + length + 1] - rest[up]) <= np.maximum(usual, height // RETURN)
        pulse = max(pulse, _most(height[back], doubt))
        if length == 1:
            leap = _most(height[back & (height >= LEAP * rows[OVERALL][up])], doubt)
    pulse, leap = max(300, 2 * pulse, 3 * usual), max(300, 3 * leap // 2, 3 * usual)
    step, rise = max(150, 2 * usual), max(300, _most(change, doubt) * 5 // 4)
    if source.step > QUICK:
        return (floor, ceiling), lull, usual, step, NEVER, NEVER, NEVER
    return (floor, ceiling), lull, usual, step, rise, pulse, leap


def _lull(time: Seconds, rest: Watts) -> int:
    """The least that the rest comes up to in LULL minutes."""
    minutes, first = np.unique(time // 60, return_index=True)
    highest = np.maximum.reduceat(rest, first)
    if len(minutes) < 4 * 1440:
        return -NEVER
    over = np.lib.stride_tricks.sliding_window_view(highest, LULL).max(axis=1)
    whole = minutes[LULL - 1 :] - minutes[: -LULL + 1] == LULL - 1
    return int(over[whole].min()) if whole.any() else -NEVER


def _runs(row: Watts, change: Watts, step: int, doubt: float) -> Integers:
    """Limits per level: twice the longest run of equal readings there or at the levels beside it.

    A level that is hardly known takes the limit of the one below it: the higher the power, the more it shimmers.
    """
    starts = np.append(0, np.flatnonzero(change) + 1)
    lengths, levels = np.diff(np.append(starts, len(row))), LEVEL[row[starts]]
    longest = np.zeros(LEVELS, np.int64)
    if doubt:
        for level in np.unique(levels):
            longest[level] = _most(lengths[levels == level], 0.01)
    else:
        np.maximum.at(longest, levels, lengths)
    beside = np.maximum(np.maximum(longest, np.append(longest[1:], 0)), np.append(0, longest[:-1]))
    limits = np.where(beside * step > PATIENCE, NEVER, 2 * beside + 4)
    limits[0] = NEVER if longest[0] > 60 // step else limits[0]
    seen = np.bincount(LEVEL[row], minlength=LEVELS) >= SEEN
    below = np.maximum.accumulate(np.where(seen, np.arange(LEVELS), -1))
    return np.asarray(np.maximum(limits, np.where(below < 0, NEVER, limits[below]) * ~seen))


def _shake(row: Watts, change: Watts, follows: Mask, doubt: float) -> Integers:
    """Limits per level: twice what a step up and back down (or the other way) hardly ever exceeds."""
    size = np.abs(change)
    turn = np.minimum(np.minimum(size[1:], size[:-1]), _FINE - 1)
    turn[((change[1:] > 0) == (change[:-1] > 0)) | ~follows[2:]] = 0
    cells = np.bincount(LEVEL[np.maximum(row[2:], row[:-2])] * _FINE + turn, minlength=LEVELS * _FINE)
    counts = cells.reshape(LEVELS, _FINE)
    above = np.cumsum(counts[:, ::-1], axis=1)[:, ::-1]
    total = above[:, :1]
    limits = 2 * (above > max(doubt, 0.005) * total).sum(axis=1) + 8
    limits[total[:, 0] < SEEN] = 0
    if not limits.any():
        return np.full(LEVELS, NEVER, np.int64)
    return np.where(limits > 0, limits, _nearest(limits, limits))


def _nearest(seen: Integers, limits: Integers) -> Integers:
    """For each level the limit of the nearest one that was seen."""
    known = np.flatnonzero(seen)
    return np.asarray(limits[known[np.abs(np.arange(LEVELS)[:, None] - known).argmin(axis=1)]])


def _familiar(row: Watts, change: Watts) -> Mask:
    """Zero, and the powers at which a meter was steady, within a tenth."""
    seen = np.flatnonzero(np.bincount(row[1:][np.abs(change) <= np.maximum(3, row[1:] // 30)], minlength=TOP))
    seen, found = seen[seen > 0], np.zeros(TOP + 1, np.int64)
    np.add.at(found, seen - np.maximum(2, seen // 10), 1)
    np.add.at(found, np.minimum(seen + np.maximum(2, seen // 10) + 1, TOP), -1)
    found[:2] += (1, -1)
    return np.asarray(np.cumsum(found[:-1]) > 0)


def _most(values: NDArray[np.integer], doubt: float) -> int:
    """The greatest value, a share `doubt` of the greatest left out; 0 where there is none."""
    if not len(values):
        return 0
    if not doubt:
        return int(values.max())
    place = len(values) - 1 - int(doubt * len(values))
    return int(np.partition(values, place)[place])
