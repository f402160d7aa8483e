"""Checks of the sum: Overall is its parts and a rest within bounds, and moves when they move."""

from __future__ import annotations

from typing import Final

import numpy as np

from wattloom.quality.baseline import LEAP, PULSE, RETURN
from wattloom.quality.chunk import SHAKEN, Chunk, Complete, Integers, Mask
from wattloom.readings import AC, GEYSER, OVERALL

#: An edge of a part that Overall did not follow is remembered for so many seconds.
REMEMBERED: Final = 1800


class Imbalance:
    """Overall - AC - Geyser is outside its bounds, or an edge of AC or Geyser is not to be seen in Overall.

    Such an edge is remembered: until it is undone, or Overall is seen to make up for it, or the part and Overall move
    together again, the part reads what it does not use.
    """

    def __init__(self) -> None:
        self._anchor: Integers | None = None
        self._owed = [0, 0]
        self._since = [0, 0]
        self._was = [0, 0]

    def find(self, chunk: Chunk) -> Mask:
        marks = np.zeros(chunk.watts.shape, np.bool_)
        if not chunk.baseline.balanced:
            return marks
        rows = chunk.complete()
        least, greatest = chunk.baseline.rest
        out = (rows.rest < least) | (rows.rest > greatest)
        if out.any():
            self._blame(rows, out, marks, chunk)
        sound = rows.without(out)
        self._follow(sound, marks, chunk)
        if len(sound.at) and sound.at[-1] >= chunk.new:
            self._anchor = sound.watts[:, -1]
        return marks

    def _blame(self, rows: Complete, out: Mask, marks: Mask, chunk: Chunk) -> None:
        """Mark the meter that moved out of balance since the last row in balance; Overall if that is not clear."""
        place = np.maximum.accumulate(np.where(out, -1, np.arange(len(out))))
        anchors = rows.watts[:, np.maximum(place, 0)]
        if self._anchor is not None:
            old = (place < 0) | (rows.at[place] < chunk.new)
            anchors = np.where(old, self._anchor[:, None], anchors)
            moved = rows.watts - anchors
        else:
            moved = np.where(place < 0, 0, rows.watts - anchors)
        least, greatest = chunk.baseline.rest
        excess = np.where(rows.rest < least, least - rows.rest, greatest - rows.rest)
        guilty = np.zeros(len(out), np.bool_)
        for part in (AC, GEYSER):
            alone = np.abs(moved[OVERALL] - moved[1 - part]) < np.abs(moved[part]) // 3
            proven = out & alone & (np.sign(moved[part]) == np.sign(excess)) & (np.abs(moved[part]) >= np.abs(excess))
            marks[part, rows.at[proven]] = True
            guilty |= proven
        marks[OVERALL, rows.at[out & ~guilty]] = True

    def _follow(self, rows: Complete, marks: Mask, chunk: Chunk) -> None:
        """Go from edge to edge and keep the books of what Overall did not follow."""
        step, change = chunk.baseline.step, rows.change
        new = rows.at >= chunk.new
        size = np.abs(change)
        alone = [
            new
            & (size[p] >= step)
            & (np.abs(change[OVERALL] - change[1 - p]) <= np.maximum(step // 10, size[p] // 25))
            & ~chunk.lately("noise", p, SHAKEN)[rows.at]
            for p in (AC, GEYSER)
        ]
        if not any(self._owed) and not alone[AC].any() and not alone[GEYSER].any():
            return
        edges = new & ((size[:OVERALL] >= step).any(axis=0) | (np.abs(rows.rest_change) >= step) | ~rows.near)
        start = [chunk.new, chunk.new]
        for place in np.flatnonzero(edges).tolist():
            row, when = int(rows.at[place]), int(rows.arrival[place])
            for part in (AC, GEYSER):
                self._pay(marks, chunk, part, start[part], row)
                owed = self._owed[part]
                after = self._settled(rows, part, place, step, bool(alone[part][place]))
                if after and not owed:
                    self._was[part] = int(rows.watts[part, place - 1])
                if after != owed:
                    self._since[part], self._owed[part] = when, after
                start[part] = row
        for part in (AC, GEYSER):
            self._pay(marks, chunk, part, start[part], len(chunk))

    def _pay(self, marks: Mask, chunk: Chunk, part: int, start: int, end: int) -> None:
        """Mark a part's rows up to the next edge while it owes; nothing is owed once it reads what it did before."""
        if not self._owed[part] or start >= end:
            return
        was = self._was[part]
        same = np.abs(chunk.watts[part, start:end] - was) <= max(chunk.baseline.step // 10, was // 25)
        same &= ~chunk.refused[part, start:end]
        if same.any():
            end = start + int(np.argmax(same))
            self._owed[part] = 0
        end = min(end, int(np.searchsorted(chunk.arrival, self._since[part] + REMEMBERED, side="right")))
        marks[part, start:end] = True

    def _settled(self, rows: Complete, part: int, place: int, step: int, alone: bool) -> int:
        """What a part still owes after an edge."""
        owed = self._owed[part]
        if not rows.near[place] or rows.arrival[place] > self._since[part] + REMEMBERED:
            owed = 0
        change = int(rows.change[part, place])
        if alone:
            owed += change
            return owed if abs(owed) >= step // 2 else 0
        if not owed:
            return 0
        rest = int(rows.rest_change[place])
        followed = abs(change) >= step and abs(rest) <= max(step // 5, abs(change) // 8)
        made_up = abs(rest - owed) <= abs(owed) // 6
        return 0 if followed or made_up else owed


class Spike:
    """The rest jumps further than any load does, or falls back after 1 to 3 rows as no load does.

    The second is seen only when it is over, and marks the row that tells. An edge of AC or Geyser alone is an
    imbalance. What stays for more than 3 rows is taken for a new load.
    """

    def find(self, chunk: Chunk) -> Mask:
        marks = np.zeros(chunk.watts.shape, np.bool_)
        base = chunk.baseline
        if not base.present[OVERALL]:
            return marks
        rows = chunk.complete()
        jumped = self._jumps(rows, base.rise)
        marks[OVERALL, rows.at[jumped]] = True
        rows = rows.without(jumped)
        change, rest = rows.rest_change, rows.rest
        for length in range(1, PULSE + 1):
            fall = np.flatnonzero(change <= -min(base.pulse, base.leap))
            fall = fall[fall > length]
            before, height = fall - length - 1, -change[fall]
            near = rows.near[fall] & (rows.arrival[fall] - rows.arrival[before] <= (length + 3) * rows.step)
            leaps = (length == 1) & (height >= LEAP * rows.watts[OVERALL][before])
            least = np.where(leaps, base.leap, base.pulse)
            rose = change[fall - length] >= np.maximum(height * 4 // 5, least)
            back = np.abs(rest[fall] - rest[before]) <= np.maximum(base.usual, height // RETURN)
            marks[OVERALL, rows.at[fall[near & rose & back & (height >= least)]]] = True
        return marks

    def _jumps(self, rows: Complete, rise: int) -> Mask:
        found = np.zeros(len(rows.at), np.bool_)
        for place in np.flatnonzero(rows.rest_change > rise).tolist():
            if not found[place]:
                before = rows.rest[place - 1]
                for after in range(place, min(place + PULSE, len(rows.at))):
                    if rows.rest[after] - before <= rise or not rows.near[after]:
                        break
                    found[after] = True
        return found
