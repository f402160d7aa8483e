"""What episodes do to the rows of a stretch of time: which readings change, which rows go, come twice, or move."""

from __future__ import annotations

from typing import Final

import numpy as np

from wattloom.faults import compiled
from wattloom.faults.compiled import Records
from wattloom.faults.kinds import KINDS
from wattloom.readings import MISSING, Readings
from wattloom.source import Source

_FORMULAS: Final = np.array([kind.formula for kind in KINDS.values()], np.int8)


def alter(source: Source, truth: Readings, found: Records) -> tuple[Records, Records]:
    """The readings (`compiled.VALUE`) and rows (`compiled.MOVE`) that episodes touch, and what becomes of them.

    `truth`: all rows that the source has of a stretch of time, in order of time; row numbers count in it.
    """
    if not len(truth):
        return np.empty(0, compiled.VALUE), np.empty(0, compiled.MOVE)

    def before(episode: Records) -> int:
        """The true power in the reading before a stuck episode, W, or MISSING."""
        second, meter = int(episode["start"]) - source.step, int(episode["meters"]) >> 1  # of 1, 2, 4 the place
        held = source.truth(second, second + 1)
        return int(held.watts[meter, 0]) if len(held) else MISSING

    return compiled.alter(found, _FORMULAS, truth, source.step, source.span is None, before)
