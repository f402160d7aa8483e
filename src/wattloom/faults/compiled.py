"""The calls into faults.c: episodes drawn and settled, what they alter, and rows put together again.

The structured dtypes are the structures of faults.c, field by field; `Formula` is its list of formulas.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import POINTER, c_int32, c_int64, c_uint64, c_void_p
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wattloom.kernel import library
from wattloom.readings import METERS, MISSING, Readings

#: A kind has so many parameters at most.
PARAMETERS: Final = 3
Records = NDArray[np.void]
Integers = NDArray[np.int64]


class Formula(IntEnum):
    """What happens to a reading or, from GAP on, to a row; w: the true power, W; a, b, c: the episode's strengths."""

    NEGATIVE = 0
    """-|w|"""
    MULTIPLIED = 1
    """w * a / 1000"""
    LOST = 2
    """MISSING"""
    STUCK = 3
    """The true power in the reading before the episode, where there was one."""
    DRIFT = 4
    """w * (1 + a / 1000 * the share of the episode that has passed)"""
    NOISE = 5
    """a = 0: w and near-normal noise of deviation b W, folded back at zero; a = 1: the nearest multiple of c W."""
    UNIT = 6
    """a = 0: w * 1000; a = 1: w / 1000"""
    TURNED = 7
    """-w"""
    SWAP = 8
    """The true power of the episode's other meter."""
    GAP = 9
    """The row does not come."""
    DUPLICATE = 10
    """It comes twice."""
    OUT_OF_ORDER = 11
    """The first of each two rows comes a step later, if there is a row that it can come after."""
    CLOCK = 12
    """Its time is off by a s."""


#: An episode. `end` is exclusive; `word` the root of its own random numbers; `number` distinguishes an entry's episodes
#: of a day; `day` is the local day (proleptic ordinal) on which it was drawn; `waited` are the seconds for which it
#: waited for another fault to end; `strength` its kind's parameters in units of 1/scale; `entry` the plan's; `kind` its
#: number in NAMES; `meters` has a bit for each of METERS; `dropped`: whether another had the meter.
EPISODE: Final = np.dtype(
    [("start", "i8"), ("end", "i8"), ("word", "u8"), ("number", "i4"), ("day", "i4"), ("waited", "i4"),
     ("strength", "i4", PARAMETERS), ("entry", "i2"), ("kind", "i1"), ("meters", "i1"), ("dropped", "?")],
    align=True,
)  # fmt: skip
#: A kind in an entry of a plan. Lengths are [least, least + spread) times `readings`; strengths [low, low + many), the
#: first on a `grid` without zero where that is not 0; `targets` the sets of meters, as bits, of which it has `options`.
SHAPE: Final = np.dtype(
    [("least", "i8"), ("spread", "i8"), ("readings", "i8"), ("low", "i4", PARAMETERS), ("many", "i4", PARAMETERS),
     ("grid", "i4"), ("targets", "i1", len(METERS)), ("options", "i1"), ("kind", "i1")],
    align=True,
)  # fmt: skip
#: When an entry's episodes start: in a cell of so many readings with a chance of so many in 2**53, or with `every` in
#: its first reading; each of the meters among the bits `each` gets its own, or one set of meters is drawn (0).
ENTRY: Final = np.dtype(
    [("cell", "i8"), ("chance", "u8"), ("first", "i4"), ("shapes", "i4"), ("number", "i2"), ("every", "?"),
     ("each", "i1")],
    align=True,
)  # fmt: skip
#: A reading that an episode touches: its row, the episode's position, what it is in the truth and what is reported, W.
VALUE: Final = np.dtype([("row", "i8"), ("episode", "i4"), ("meter", "i4"), ("was", "i4"), ("watts", "i4")], align=True)
#: A row that an episode touches: when it arrives with which time, its true second, and how often it comes.
MOVE: Final = np.dtype(
    [("row", "i8"), ("time", "i8"), ("arrival", "i8"), ("was", "i8"), ("episode", "i4"), ("copies", "i4")], align=True
)


class _Truth(ctypes.Structure):
    _fields_ = (("time", c_void_p), ("watts", c_void_p), ("rows", c_int64), ("step", c_int64))


class _Rows(ctypes.Structure):
    _fields_ = (("arrival", c_void_p), ("time", c_void_p), ("watts", c_void_p), ("rows", c_int64))


class _Arranged(ctypes.Structure):
    _fields_ = (*_Rows._fields_, ("at", c_int64))


library.wl_episodes.argtypes = (
    c_void_p, c_int64, c_void_p, POINTER(c_uint64), c_int64, c_int64, c_int64, c_int64, c_int32, c_void_p,
)  # fmt: skip
library.wl_settle.argtypes = (c_void_p, c_int64, c_void_p, c_int64, c_int64)
library.wl_episodes.restype = library.wl_settle.restype = c_int64
library.wl_touched.argtypes = (c_void_p, c_int64, c_void_p, POINTER(_Truth), c_void_p)
library.wl_alter.argtypes = (
    c_void_p, c_int64, c_void_p, POINTER(_Truth), c_int64, c_void_p, c_void_p, c_void_p,
)  # fmt: skip
library.wl_arrange.argtypes = (
    POINTER(_Rows), c_void_p, c_int64, c_void_p, c_int64, c_void_p, POINTER(_Arranged),
)  # fmt: skip
library.wl_touched.restype = library.wl_alter.restype = library.wl_arrange.restype = None


def draw(
    entries: Records, shapes: Records, keys: list[int], readings: tuple[int, int], origin: int, step: int, day: int
) -> Records:
    """The episodes (EPISODE) of entries (ENTRY) that start among `readings` [first, last) of a day, entry by entry.

    - `shapes`: the entries' (SHAPE); `keys`: two for each entry, of its times and of all else.
    - `origin`: the second of the day's reading 0; `step`: seconds between readings; `day`: the ordinal that they keep.
    """
    first, last = readings
    cells = zip(entries["cell"].tolist(), entries["each"].tolist(), strict=True)
    room = sum((-(-last // cell) - first // cell) * max(1, each.bit_count()) for cell, each in cells)
    found = np.empty(max(0, room), EPISODE)
    count = library.wl_episodes(
        entries.ctypes.data, len(entries), shapes.ctypes.data, (c_uint64 * len(keys))(*keys), first, last, origin, step,
        day, found.ctypes.data,
    )  # fmt: skip
    return found[:count]


def in_order(episodes: Records) -> Records:
    """Episodes in order of their start; those of one start stay as they are."""
    return episodes.take(np.argsort(episodes["start"], kind="stable"))


def settle(episodes: Records, free: list[int], midnight: int, wait: bool) -> Records:
    """Episodes in order of their start, after the later of two on one meter has waited or was dropped.

    `free`: per meter the second from which it is free; who waits must end by `midnight`.
    """
    settled, until = episodes.copy(), (c_int64 * len(METERS))(*free)
    if library.wl_settle(settled.ctypes.data, len(settled), until, midnight, wait):
        return in_order(settled)
    return settled


def alter(
    episodes: Records, formulas: NDArray[np.int8], truth: Readings, step: int, regular: bool,
    before: Callable[[Records], int],
) -> tuple[Records, Records]:  # fmt: skip
    """The readings (VALUE) and the rows (MOVE) of `truth` that episodes touch, in order of the episodes.

    - `formulas`: of each kind; `regular`: whether `truth`, in order of time and not empty, has a row each `step` s.
    - `before`: what the meter held before an episode that had begun when `truth` starts, W.
    """
    time, watts = np.ascontiguousarray(truth.time), np.ascontiguousarray(truth.watts)
    rows = _Truth(time.ctypes.data, watts.ctypes.data, len(time), step if regular else 0)
    which = episodes.ctypes.data, len(episodes), formulas.ctypes.data, rows
    touched = (c_int64 * (2 + len(METERS)))()
    library.wl_touched(*which, touched)
    readings, moved, *stuck = touched
    held = (c_int32 * len(METERS))(*(before(episodes[episode]) if episode >= 0 else MISSING for episode in stuck))
    values, moves = np.empty(readings, VALUE), np.empty(moved, MOVE)
    library.wl_alter(*which, step, held, values.ctypes.data, moves.ctypes.data)
    return values, moves


def arrange(truth: Readings, values: Records, moves: Records) -> Readings:
    """The rows of `truth`, in order of arrival, after what happened to them, in order of arrival again.

    `moves` are in order of their rows.
    """
    count, rows = len(moves), len(truth) + int(moves["copies"].sum()) - len(moves)
    came, stamped, source = (np.ascontiguousarray(each) for each in (truth.arrival, truth.time, truth.watts))
    own_time = truth.time is not truth.arrival or bool((moves["time"] != moves["arrival"]).any())
    watts = np.empty((len(METERS), rows), np.int32)
    arrival = np.empty(rows, np.int64) if count else truth.arrival
    time = (np.empty(rows, np.int64) if own_time else arrival) if count else truth.time
    pieces = np.empty((3 * count + 3, 3), np.int64)
    new = _Arranged(
        arrival.ctypes.data if count else None, time.ctypes.data if count and own_time else None,
        watts.ctypes.data, rows, 0,
    )  # fmt: skip
    library.wl_arrange(
        _Rows(came.ctypes.data, stamped.ctypes.data, source.ctypes.data, len(truth)), moves.ctypes.data, count,
        values.ctypes.data, len(values), pieces.ctypes.data, new,
    )  # fmt: skip
    return Readings(arrival, time, watts)
