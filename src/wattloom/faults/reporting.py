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
    if not len(found):
        return source.truth(start, end)
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
    cells = values.meter * len(truth) + values.row
    if not len(moves.row):
        watts = truth.watts.copy()
        watts.reshape(-1)[cells] = values.watts
        return Readings(truth.arrival, truth.time, watts)
    stay = np.flatnonzero(moves.copies == 1)
    rows, (first, end) = moves.row[stay], _pieces(truth, moves)
    pieces = list(map(slice, first.tolist(), end.tolist()))
    watts = np.concatenate([truth.watts[:, piece] for piece in pieces], axis=1)
    arrival = np.concatenate([truth.arrival[piece] for piece in pieces])
    if truth.time is not truth.arrival:  # a recording's own disorder
        time = np.concatenate([truth.time[piece] for piece in pieces])
    else:
        time = arrival.copy() if (moves.time != moves.arrival).any() else arrival
    place = _places(first, end, np.concatenate((values.row, rows)))
    watts.reshape(-1)[values.meter * watts.shape[1] + place[: len(cells)]] = values.watts
    rows = place[len(cells) :]
    arrival[rows] = moves.arrival[stay]
    if time is not arrival:
        time[rows] = moves.time[stay]
    return Readings(arrival, time, watts)


def _pieces(truth: Readings, moves: Moves) -> tuple[Index, Index]:
    """First rows and ends of the stretches of rows of `truth` in the order in which they come."""
    twice = moves.row[moves.copies == 2]
    late = np.flatnonzero(moves.arrival != moves.true)
    row = moves.row[late]
    after = np.searchsorted(truth.arrival, moves.arrival[late], side="right")
    out = np.concatenate((moves.row[moves.copies == 0], row))
    # Each event: the rows before `stop` come, then a late row if there is one, then the rows from `go` on.
    stop, go = np.concatenate((after, out, twice + 1)), np.concatenate((after, out + 1, twice))
    order = np.argsort(stop, kind="stable")
    comes = np.zeros((2, len(stop)), np.int64)
    comes[:, : len(row)] = row, row + 1
    first, end = np.zeros((2, 2 * len(stop) + 1), np.int64)
    first[1::2], end[1::2] = comes[:, order]
    first[2::2], end[:-1:2], end[-1] = go[order], stop[order], len(truth)
    filled = first < end
    filled[0] = True
    return first[filled], end[filled]


def _places(first: Index, end: Index, rows: Index) -> Index:
    """Where rows, each of which comes once, stand after the pieces are put together."""
    shift = np.cumsum(end - first) - end
    order = np.argsort(first, kind="stable")
    places: Index = rows + shift[order][np.searchsorted(first[order], rows, side="right") - 1]
    return places
