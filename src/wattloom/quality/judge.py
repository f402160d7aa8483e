"""Judge: goes over a source's readings row by row and says which cannot be believed, and why."""

from __future__ import annotations

from typing import Final

import numpy as np

from wattloom.quality.baseline import Baseline, baseline
from wattloom.quality.chunk import Flags, nothing
from wattloom.quality.reasons import BITS, REASONS
from wattloom.readings import Readings
from wattloom.source import Source

#: Seconds between two checkpoints, counted from the epoch. What a judge says of a row depends on the rows since the
#: checkpoint before the last one, and on nothing else; so a stretch can be judged on its own, by anybody, alike.
CHECKPOINT: Final = 3 * 3600


class Run:
    """One run over rows in the order of their arrival, remembering from the first one on. Fixed memory.

    However the rows are cut into pieces, their flags are the same.
    """

    def __init__(self, base: Baseline) -> None:
        self._checks = [(np.uint32(BITS[r.name]), r.check()) for r in REASONS if r.check]
        self._last = nothing(base, BITS)

    def flags(self, readings: Readings) -> Flags:
        """What is wrong with each reading: a bit mask (3, rows), 0 where it is valid."""
        chunk = self._last = self._last.then(readings)
        if chunk.new == len(chunk):
            return np.zeros((3, 0), np.uint32)
        stale = True
        for bit, check in self._checks:
            if stale:
                chunk.refuse(bit)
            marks = check.find(chunk)
            marks[..., : chunk.new] = False
            found = bool(marks.any())
            if found:
                chunk.flags |= (marks & ~chunk.refused) * bit
            stale = found or bool((chunk.flags[:, : chunk.new] & bit).any())
        return chunk.flags[:, chunk.new :]


class Judge:
    """Judges a stream: the flags of each row as it comes, the same for one row at a time and for a year at once.

    Two runs follow the stream, begun at the last two checkpoints (or at the first row); the older one speaks.

    >>> from wattloom.household import household
    >>> home = household("A")
    >>> judge = Judge(home)
    >>> judge.flags(home.truth(1_777_573_800, 1_777_573_805)).any(axis=1).tolist()
    [False, False, False]
    """

    def __init__(self, source: Source | Baseline) -> None:
        self._base = source if isinstance(source, Baseline) else baseline(source)
        self._older, self._younger = Run(self._base), Run(self._base)
        self._part: int | None = None

    def flags(self, readings: Readings) -> Flags:
        """What is wrong with each of the next readings: a bit mask (3, rows), 0 where it is valid."""
        if not len(readings):
            return np.zeros((3, 0), np.uint32)
        part = readings.arrival // CHECKPOINT
        starts = np.flatnonzero(np.diff(part, prepend=-1))
        found = [np.zeros((3, 0), np.uint32)]
        for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(part)], strict=True):
            if part[start] != self._part:
                one_on = self._part is not None and part[start] == self._part + 1
                self._older = self._younger if one_on else Run(self._base)
                self._younger, self._part = Run(self._base), int(part[start])
            some = Readings(readings.arrival[start:end], readings.time[start:end], readings.watts[:, start:end])
            found.append(self._older.flags(some))
            self._younger.flags(some)
        return np.concatenate(found, axis=1)


def flags(source: Source, readings: Readings, before: Readings | None = None) -> Flags:
    """What is wrong with each second of each meter: a bit mask (3, rows), 0 where the second is valid.

    Pure. `before` are the rows since the checkpoint before the last, where `readings` are those since the last
    checkpoint: what a Judge says that has been there all along. Meters that the source lacks are `missing` throughout.
    """
    if before is None:
        return Judge(source).flags(readings)
    run = Run(baseline(source))
    run.flags(before)
    return run.flags(readings)
