"""Checks of how one meter moves: stuck and noise."""

from __future__ import annotations

from typing import Final

import numpy as np

from wattloom.quality.baseline import LEVEL
from wattloom.quality.chunk import Chunk, Integers, Mask

#: So many steps up and down again among the last SPAN readings are noise.
TURNS: Final = 5
SPAN: Final = 16
#: The last of them at most so many readings ago.
RECENT: Final = 3


class Stuck:
    """The same reading comes again and again, longer than that meter ever stays the same at that level.

    Where it does stay the same for hours (an AC that is off), a stuck meter cannot be known.
    """

    def __init__(self) -> None:
        self._last = np.full(3, -1, np.int64)
        self._run = np.zeros(3, np.int64)

    def find(self, chunk: Chunk) -> Mask:
        marks = np.zeros(chunk.watts.shape, np.bool_)
        for meter in range(3):
            at = np.flatnonzero(~chunk.refused[meter, chunk.new :]) + chunk.new
            if not len(at):
                continue
            watts = chunk.watts[meter, at]
            place = np.arange(1, len(at) + 1)
            moved = np.ones(len(at), np.bool_)
            moved[1:] = watts[1:] != watts[:-1]
            if watts[0] == self._last[meter]:
                moved[0] = False
            start: Integers = np.maximum.accumulate(np.where(moved, place, 1 - self._run[meter]))
            run = place - start + 1
            marks[meter, at] = run >= chunk.baseline.runs[meter][LEVEL[chunk.level[meter, at]]]
            self._last[meter], self._run[meter] = watts[-1], run[-1]
        return marks


class Noise:
    """Readings jump up and down again, far more and far oftener than those of that meter do at that level."""

    def find(self, chunk: Chunk) -> Mask:
        marks = np.zeros(chunk.watts.shape, np.bool_)
        for meter in range(3):
            at = np.flatnonzero(~chunk.refused[meter])
            if len(at) < TURNS:
                continue
            watts = chunk.watts[meter, at]
            change = np.diff(watts)
            height = np.minimum(np.abs(change[1:]), np.abs(change[:-1]))
            usual = chunk.baseline.shake[meter][LEVEL[chunk.level[meter, at]]]
            turned = ((change[1:] > 0) != (change[:-1] > 0)) & (height > np.maximum(usual[2:], usual[:-2]))
            if not turned.any():
                continue
            here = np.zeros(len(chunk), np.int64)
            here[at[2:]] = turned & (at[2:] - at[:-2] <= SPAN)
            turns = np.cumsum(here)
            turns[SPAN:] -= turns[:-SPAN].copy()
            recent = here.astype(np.bool_)
            for back in range(1, RECENT):
                recent[back:] |= here[:-back] > 0
            marks[meter, at] = (turns[at] >= TURNS) & recent[at]
        return marks
