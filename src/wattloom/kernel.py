"""The compiled kernel, loaded with ctypes: calls release the interpreter's lock and cost about a microsecond."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_double, c_int64, c_uint32, c_uint64, c_void_p
from pathlib import Path
from threading import local
from typing import Final

import numpy as np
from numpy.typing import NDArray

BLOCK: Final = 240
MARGIN: Final = BLOCK
CHANNELS: Final = 9
LOAD_FIELDS: Final = 5
#: Power is counted in sixteenths of a watt.
TICKS: Final = 16

#: `kernel.c` and `faults.c`; the functions of the latter are declared in `faults/compiled.py`.
library: Final = ctypes.CDLL(str(Path(__file__).with_name("_kernel.so")))


class _Tables(ctypes.Structure):
    _fields_ = tuple((name, c_void_p) for name in ("slow_a", "slow_b", "quick_a", "quick_b")) + tuple(
        (f"{name}_length", c_int64) for name in ("slow_a", "slow_b", "quick_a", "quick_b")
    )


library.wl_uniforms.argtypes = (c_uint64, c_int64, c_int64, c_void_p)
library.wl_normals.argtypes = (c_uint64, c_int64, c_int64, c_void_p)
library.wl_integers.argtypes = (c_uint64, c_int64, c_int64, c_uint32, c_void_p)
library.wl_circle.argtypes = (c_uint64, c_double, c_double, c_double, c_int64, c_void_p)
library.wl_render.argtypes = (
    c_void_p, c_int64, c_int64, c_int64, POINTER(_Tables), c_int64, c_int64, c_void_p, c_void_p, c_void_p, c_void_p,
)  # fmt: skip
_MOVING = (c_uint64, c_int64, c_int64, c_int64, c_int64, c_double, c_double, c_double, c_void_p, c_int64)
library.wl_wander.argtypes = library.wl_cycle.argtypes = _MOVING
library.wl_wander.restype = library.wl_cycle.restype = c_int64
for _function in ("wl_uniforms", "wl_normals", "wl_integers", "wl_circle", "wl_render"):
    getattr(library, _function).restype = None


CHUNK: Final = 16
_Chunk = c_double * CHUNK


def uniforms(key: int, chunk: int) -> list[float]:
    """A key's numbers in (0, 1), CHUNK at a time.

    >>> min(uniforms(1, 0)) > 0
    True
    """
    buffer = _Chunk()
    library.wl_uniforms(key, chunk * CHUNK, CHUNK, buffer)
    return buffer[:]


def normals(key: int, chunk: int) -> list[float]:
    """A key's normal numbers, CHUNK at a time, by twelve uniforms each: never beyond 6 deviations.

    >>> abs(sum(sum(normals(1, chunk)) for chunk in range(600)) / 9600) < 0.05
    True
    """
    buffer = _Chunk()
    library.wl_normals(key, chunk * CHUNK, CHUNK, buffer)
    return buffer[:]


_ROOM = 4096


def wander(
    key: int, channel: int, start: int, end: int, ticks: int, swing: float, least: float, hold: float
) -> NDArray[np.int64]:
    """Loads (count, 5) that move between levels; times and `hold` in ms, power in ticks. See kernel.c."""
    rows = np.empty((_ROOM, LOAD_FIELDS), np.int64)
    count = library.wl_wander(key, channel, start, end, ticks, swing, least, hold, rows.ctypes.data, _ROOM)
    return rows[:count].copy()


def cycle(
    key: int, channel: int, start: int, end: int, ticks: int, on: float, off: float, jitter: float
) -> NDArray[np.int64]:
    """Loads (count, 5) that go on and off in turn; times in ms, power in ticks. See kernel.c."""
    rows = np.empty((_ROOM, LOAD_FIELDS), np.int64)
    count = library.wl_cycle(key, channel, start, end, ticks, on, off, jitter, rows.ctypes.data, _ROOM)
    return rows[:count].copy()


def integers(key: int, start: int, count: int, below: int) -> NDArray[np.int32]:
    """The start-th and following integers of a key, each in [0, below); shape (count,).

    >>> integers(7, 10**9, 4, 6).max() < 6
    np.True_
    """
    out = np.empty(count, np.int32)
    library.wl_integers(key, start, count, below, out.ctypes.data)
    return out


def circle(key: int, memory: float, scale: float, length: int) -> NDArray[np.int32]:
    """A circular AR(1) table, `length` values of standard deviation `scale`, then its head again for MARGIN values."""
    out = np.empty(length + MARGIN, np.int32)
    library.wl_circle(key, memory, (1 - memory * memory) ** 0.5, scale, length, out.ctypes.data)
    return out


class _Scratch(local):
    """A zeroed work area for each thread, which the kernel leaves zeroed."""

    def __init__(self) -> None:
        self.areas: dict[int, NDArray[np.int32]] = {}

    def of(self, seconds: int) -> NDArray[np.int32]:
        area = self.areas.get(seconds)
        if area is None:
            blocks = (seconds + 2) // BLOCK + 1
            area = np.zeros(CHANNELS * (seconds + 2) + (CHANNELS * blocks + 3) // 4, np.int32)
            self.areas = {seconds: area}
        return area


_scratch = _Scratch()


class Tables:
    """Four circular tables for `render`: voltage per minute (two) and shimmer per second (two), of coprime lengths."""

    def __init__(self, slow: tuple[NDArray[np.int32], ...], quick: tuple[NDArray[np.int32], ...]) -> None:
        self._arrays = (*slow, *quick)  # kept alive: the structure holds their addresses
        self.structure = _Tables(
            *(array.ctypes.data for array in self._arrays), *(len(array) - MARGIN for array in self._arrays)
        )


def render(
    loads: NDArray[np.int64],
    start: int,
    seconds: int,
    tables: Tables,
    neighbourhood: int,
    home: int,
    gains: NDArray[np.int32],
    amplitudes: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Loads as watts per second: int32 of shape (3, seconds), AC, Geyser, Overall.

    - `loads` (count, 5): channel, start and end in ms since `start`, power at both in ticks (equal: a pulse; else a
      ramp). A channel is 3 * meter + response (`loads.Channel`).
    - `gains` (9,): quarters of the voltage's relative deviation that a channel's power follows (8 = its square).
    - `amplitudes` (9,): standard deviation of a channel's shimmer, in 1/8192 of its power.
    """
    work = _scratch.of(seconds)
    out = np.empty((3, seconds), np.int32)
    library.wl_render(
        loads.ctypes.data, len(loads), start, seconds, tables.structure, neighbourhood, home,
        gains.ctypes.data, amplitudes.ctypes.data, work.ctypes.data, out.ctypes.data,
    )  # fmt: skip
    return out
