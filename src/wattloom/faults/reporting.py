"""What a source's meters report under a plan: the truth with its faults, in order of arrival."""

from __future__ import annotations

from typing import Final

import numpy as np

from wattloom.faults.altering import Index, Moves, Values, alter
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
    late = (found.kind == _LATE) & ((found.start < start) | (found.end > end))
    margin = source.step if late.any() else 0
    truth = source.truth(start - margin, end + margin)
    rows = arranged(truth, *alter(source, plan, truth, found))
    if not margin:
        return rows
    first, last = np.searchsorted(rows.arrival, [start, end])
    return Readings(rows.arrival[first:last], rows.time[first:last], rows.watts[:, first:last])


def arranged(truth: Readings, values: Values, moves: Moves) -> Readings:
    """The rows of `truth` (in order of arrival) after what happened to them, in order of arrival again."""
    moved = np.flatnonzero(moves.copies == 1)
    rows, late = moves.row[moved], np.flatnonzero(moves.arrival != moves.true)
    after = np.searchsorted(truth.arrival, moves.arrival[late], side="right")
    pieces = _pieces(len(truth), moves, late, after)
    if len(pieces) == 1 and pieces[0] == (0, len(truth)):
        watts, place = truth.watts.copy(), values.row
        arrival, time = truth.arrival, truth.time.copy() if len(rows) else truth.time
    else:
        watts = np.concatenate([truth.watts[:, first:end] for first, end in pieces], axis=1)
        arrival = np.concatenate([truth.arrival[first:end] for first, end in pieces])
        place, rows = _places(pieces, values.row), _places(pieces, rows)
        own = truth.time is not truth.arrival  # a recording's own disorder
        time = np.concatenate([truth.time[first:end] for first, end in pieces]) if own else arrival.copy()
        arrival[rows] = moves.arrival[moved]
    watts.reshape(-1)[values.meter * watts.shape[1] + place] = values.watts
    if len(rows):
        time[rows] = moves.time[moved]
    return Readings(arrival, time, watts)


def _pieces(count: int, moves: Moves, late: Index, after: Index) -> list[tuple[int, int]]:
    """Stretches [first, end) of `count` rows in the order in which they come; `late` moves come before rows `after`."""
    gone, twice = np.sort(moves.row[moves.copies == 0]), moves.row[moves.copies == 2]
    first, last = np.diff(gone, prepend=-2) != 1, np.diff(gone, append=count + 1) != 1
    # Each event: the rows before `stop` come, then the late row if there is one, then the rows from `go` on.
    events = [(stop, 1, -1, go) for stop, go in zip(gone[first].tolist(), (gone[last] + 1).tolist(), strict=True)]
    events += [(row + 1, 1, -1, row) for row in twice.tolist()]
    for row, stop in zip(moves.row[late].tolist(), after.tolist(), strict=True):
        events += [(row, 1, -1, row + 1), (stop, 0, row, stop)]
    pieces, at = [], 0
    for stop, _, row, go in sorted(events):
        if stop > at:
            pieces.append((at, stop))
        if row >= 0:
            pieces.append((row, row + 1))
        at = go
    if at < count or not pieces:
        pieces.append((at, count))
    return pieces


def _places(pieces: list[tuple[int, int]], rows: Index) -> Index:
    """Where rows, each of which comes once, stand after the pieces are put together."""
    first, end = np.array(pieces).T
    place = np.cumsum(end - first) - end
    order = np.argsort(first, kind="stable")
    places: Index = rows + place[order][np.searchsorted(first[order], rows, side="right") - 1]
    return places
