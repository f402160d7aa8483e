"""Check of the current clamps: two of them exchanged."""

from __future__ import annotations

from typing import Final

import numpy as np

from wattloom.quality.chunk import Chunk, Integers, Mask, lasting
from wattloom.readings import AC, GEYSER, OVERALL

#: Evidence must hold for so many rows: an appliance that switches may show anything for one or two.
ROWS: Final = 3
#: AC and Geyser must be steady for so many rows, to within 3 % and 3 W, to tell which one is which.
STEADY: Final = 5
#: Readings that change places differ at least this much, W, and come over to within 2 % and 3 W.
LEAST: Final = 20


class Swap:
    """Two meters read what the other one should.

    With Overall: the reading of a part exceeds Overall, and exchanged they make sense. AC and Geyser: each is steady
    where only the other ever is, or their readings change places from one row to the next; this lasts until the
    opposite is seen. Where both can have both powers, or both are at rest, it cannot be known.
    """

    def __init__(self) -> None:
        self._swapped = False

    def find(self, chunk: Chunk) -> Mask:
        marks = np.zeros(chunk.watts.shape, np.bool_)
        base, sound = chunk.baseline, ~chunk.refused
        least, greatest = base.rest
        if base.balanced:
            for part in (AC, GEYSER):
                if base.present[part]:
                    other = np.where(base.present[1 - part], chunk.watts[1 - part], 0)
                    rest = chunk.watts[part] - chunk.watts[OVERALL] - other
                    exchanged = (
                        sound[part] & sound[OVERALL] & (sound[1 - part] | (not base.present[1 - part]))
                        & (chunk.watts[OVERALL] < chunk.watts[part]) & (rest >= least) & (rest <= greatest)
                        & base.familiar[part][chunk.level[OVERALL]]
                    )  # fmt: skip
                    if exchanged.any():
                        found = lasting(exchanged, ROWS)
                        marks[part] |= found
                        marks[OVERALL] |= found
        if base.present[AC] and base.present[GEYSER]:
            found = self._parts(chunk, sound[AC] & sound[GEYSER] & ~marks[AC] & ~marks[GEYSER])
            marks[AC] |= found
            marks[GEYSER] |= found
        return marks

    def _parts(self, chunk: Chunk, sound: Mask) -> Mask:
        """Where AC and Geyser are exchanged."""
        ac, geyser, familiar = chunk.watts[AC], chunk.watts[GEYSER], chunk.baseline.familiar
        usual = familiar[AC][chunk.level[AC]] & familiar[GEYSER][chunk.level[GEYSER]]
        exchanged = familiar[GEYSER][chunk.level[AC]] & familiar[AC][chunk.level[GEYSER]]
        steady = sound.copy()
        for watts in (ac, geyser):
            steady[1:] &= np.abs(watts[1:] - watts[:-1]) <= 3 + np.abs(watts[1:]) // 32
        for_it = lasting(steady & exchanged & ~usual, STEADY)
        against = lasting(steady & usual & ~exchanged, STEADY)
        state = np.zeros(len(chunk), np.int8)
        state[against], state[for_it] = -1, 1
        state[: chunk.new] = 0
        toggles = [row for row in self._toggles(ac, geyser, sound).tolist() if row >= chunk.new]
        swapped = np.zeros(len(chunk), np.bool_)
        for start, end in zip([chunk.new, *toggles], [*toggles, len(chunk)], strict=True):
            if start in toggles:
                self._swapped = not self._swapped
            place = np.maximum.accumulate(np.where(state[start:end] != 0, np.arange(end - start), -1))
            swapped[start:end] = np.where(place < 0, self._swapped, state[start:end][place] > 0)
            if end > start:
                self._swapped = bool(swapped[end - 1])
        return np.asarray(swapped & sound & (ac != geyser))

    def _toggles(self, ac: Integers, geyser: Integers, sound: Mask) -> Integers:
        """Rows in which the two readings change places."""
        near = np.maximum(ac[1:], geyser[1:]) // 50 + 3
        found = np.zeros(len(ac), np.bool_)
        found[1:] = (
            lasting(sound, 2)[1:]
            & (np.abs(ac[1:] - ac[:-1]) >= LEAST)
            & (np.abs(ac[1:] - geyser[:-1]) <= near)
            & (np.abs(geyser[1:] - ac[:-1]) <= near)
        )
        return np.flatnonzero(found)
