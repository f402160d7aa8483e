"""What a source's meters report under a plan: the truth with its faults, in order of arrival."""

from __future__ import annotations

from typing import Final

import numpy as np

from wattloom.faults.altering import alter
from wattloom.faults.compiled import arrange
from wattloom.faults.episodes import episodes
from wattloom.faults.kinds import NAMES
from wattloom.faults.planfile import Plan
from wattloom.readings import Readings
from wattloom.source import Source

_LATE: Final = NAMES.index("out_of_order")


def reported(source: Source, plan: Plan, start: int, end: int) -> Readings:
    """The rows that arrive in [start, end) (POSIX seconds) when the source's meters err as the plan says.

    Pure: any division of a stretch of time into pieces gives the same rows. A gap has no row, a duplicate has two, an
    out-of-order row arrives a step after its time, and a wrong clock's row has another time than its arrival. What a
    recording lacks itself stays so. Raises Refusal where the plan asks for meters that the source lacks.
    """
    if not plan.fault:
        return source.truth(start, end)
    found = episodes(source, plan, start, end)
    if not len(found):
        return source.truth(start, end)
    late = (found["kind"] == _LATE) & ((found["start"] < start) | (found["end"] > end))
    margin = source.step if late.any() else 0
    truth = source.truth(start - margin, end + margin)
    rows = arrange(truth, *alter(source, truth, found))
    if not margin:
        return rows
    first, last = np.searchsorted(rows.arrival, [start, end])
    return Readings(rows.arrival[first:last], rows.time[first:last], rows.watts[:, first:last])
