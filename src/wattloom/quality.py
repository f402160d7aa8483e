"""Quality: which seconds of a meter cannot be believed, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wattloom.readings import AC, GEYSER, METERS, MISSING, OVERALL, Readings
from wattloom.source import Source

Flags = NDArray[np.uint32]
Mask = NDArray[np.bool_]

#: A row is out of order when it comes at most this many steps late; a stamp further off is a wrong clock.
LATE_STEPS: Final = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """One way in which a second can be bad.

    - `severity`: the colour it gives its meter, `Red` or `Critical Red`.
    - `noun`: completes "2 ... in AC"; the plural takes an s on its last word.
    - `found`: marks (3, rows) or (rows,) where it holds; None where no row is there to be marked (`gap`).
    """

    name: str
    severity: str
    noun: str
    found: Callable[[Source, Readings], Mask] | None


def _missing(_: Source, rows: Readings) -> Mask:
    return np.asarray(rows.watts == MISSING)


def _negative(_: Source, rows: Readings) -> Mask:
    return np.asarray((rows.watts < 0) & (rows.watts != MISSING))


def _impossible(source: Source, rows: Readings) -> Mask:
    return np.asarray(rows.watts > np.array(source.cap, dtype=np.int64)[:, None])


def _imbalance(source: Source, rows: Readings) -> Mask:
    """Overall where the unmetered rest is out of its bounds, and each part that alone contradicts it."""
    marks = np.zeros(rows.watts.shape, dtype=bool)
    present = [meter in source.meters for meter in METERS]
    if not present[OVERALL] or not (present[AC] or present[GEYSER]):
        return marks
    sound = np.ones(len(rows), dtype=bool)
    rest = rows.watts[OVERALL].astype(np.int64)
    for meter in range(3):
        if present[meter]:
            sound &= (rows.watts[meter] >= 0) & (rows.watts[meter] <= source.cap[meter])
            if meter != OVERALL:
                rest -= rows.watts[meter]
    least, greatest = source.rest
    marks[OVERALL] = sound & ((rest < least) | (rest > greatest))
    for meter in (AC, GEYSER):
        if present[meter]:
            part, whole = rows.watts[meter].astype(np.int64), rows.watts[OVERALL].astype(np.int64)
            marks[meter] = sound & (part > 0) & (part > whole - least)
    return marks


def _duplicate(_: Source, rows: Readings) -> Mask:
    marks = np.zeros(len(rows), dtype=bool)
    marks[1:] = (rows.arrival[1:] == rows.arrival[:-1]) & (rows.time[1:] == rows.time[:-1])
    return marks


def _out_of_order(source: Source, rows: Readings) -> Mask:
    late = rows.arrival - rows.time
    return np.asarray((late > 0) & (late <= LATE_STEPS * source.step))


def _clock(source: Source, rows: Readings) -> Mask:
    late = rows.arrival - rows.time
    return np.asarray((late < 0) | (late > LATE_STEPS * source.step))


#: Every reason, worst first. A reason's place is its bit in `flags`.
REASONS: Final = (
    Reason("missing", "Critical Red", "missing value", _missing),
    Reason("gap", "Critical Red", "missing row", None),
    Reason("clock", "Critical Red", "wrong timestamp", _clock),
    Reason("out_of_order", "Critical Red", "row out of order", _out_of_order),
    Reason("duplicate", "Critical Red", "repeated row", _duplicate),
    Reason("negative", "Red", "negative second", _negative),
    Reason("impossible", "Red", "impossible second", _impossible),
    Reason("imbalance", "Red", "second out of balance", _imbalance),
)
#: Name of a reason -> its bit in `flags`.
BITS: Final = {reason.name: 1 << place for place, reason in enumerate(REASONS)}


def flags(source: Source, readings: Readings) -> Flags:
    """What is wrong with each second of each meter: a bit mask (3, rows), 0 where the second is valid.

    Stateless: a row is judged by itself and by rows of the same arrival second, so any slice of whole seconds
    gives the slice of the flags. Meters that the source lacks are flagged `missing` throughout.
    """
    result = np.zeros(readings.watts.shape, dtype=np.uint32)
    for reason in REASONS:
        if reason.found is not None:
            result |= np.where(reason.found(source, readings), np.uint32(BITS[reason.name]), np.uint32(0))
    return result
