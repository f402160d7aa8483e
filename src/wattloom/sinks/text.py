"""Text: rows of integer watts as CSV, formatted by table look-ups instead of one number at a time.

Each row is put together with a fixed width, in which what is not needed is a zero byte; then all zero bytes go.
Half a microsecond of CPU makes a row of nine meters (docs/decisions/0030-csv-by-tables.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wattloom.readings import MISSING, Watts

#: Rows put together at a time: small enough for the processor's caches.
_BLOCK: Final = 8192
_FRACTIONS: Final = np.array([f".{watts:03d}" for watts in range(1000)] + [""], "S4")


class RowText:
    """Formats rows of a time, `meters` values and as many `marks`.

    >>> text = RowText(meters=2, marks=0)
    >>> text.rows(np.array([b"2026-05-01T00:00:00+05:30"]), [np.array([1500]), np.array([MISSING])], [])
    b'2026-05-01T00:00:00+05:30,1.500,\\n'
    """

    def __init__(self, meters: int, marks: int, names: Sequence[str] = ()) -> None:
        self._names = np.array(["", *names], "S")
        fields: list[tuple[str, str]] = [("time", "S25")]
        for meter in range(meters):
            fields += [(f"comma{meter}", "S1"), (f"whole{meter}", "S8"), (f"fraction{meter}", "S4")]
        for mark in range(marks):
            fields += [(f"mark comma{mark}", "S1"), (f"mark{mark}", self._names.dtype.str)]
        self._page = np.zeros(_BLOCK, np.dtype([*fields, ("end", "S1")]))
        for name, _ in fields:
            if "comma" in name:
                self._page[name] = b","
        self._page["end"] = b"\n"
        self._wholes = _Wholes()

    def rows(self, times: NDArray[np.bytes_], meters: Sequence[Watts], marks: Sequence[NDArray[np.uint8]]) -> bytes:
        """The rows as they stand in the file; every array has one entry per row."""
        return b"".join(
            self._block(times[rows], [watts[rows] for watts in meters], [codes[rows] for codes in marks])
            for rows in (slice(start, start + _BLOCK) for start in range(0, len(times), _BLOCK))
        )

    def _block(self, times: NDArray[np.bytes_], meters: list[Watts], marks: list[NDArray[np.uint8]]) -> bytes:
        page = self._page[: len(times)]
        page["time"] = times
        for meter, watts in enumerate(meters):
            page[f"whole{meter}"], page[f"fraction{meter}"] = self._wholes.text(watts)
        for mark, codes in enumerate(marks):
            page[f"mark{mark}"] = self._names.take(codes)
        return page.tobytes().translate(None, b"\0")


class _Wholes:
    """The whole kilowatts of a number and its fraction as text; the table grows with the largest number seen."""

    def __init__(self) -> None:
        self._limit = 0
        self._table = np.array([], "S8")

    def text(self, watts: Watts) -> tuple[NDArray[np.bytes_], NDArray[np.bytes_]]:
        least = int(watts.min(initial=0))
        if least >= 0:
            whole, fraction = np.divmod(watts, np.int32(1000))
        else:
            missing = watts == MISSING
            magnitude = np.abs(np.where(missing, 0, watts))
            whole, fraction = np.divmod(magnitude, np.int32(1000))
        if (most := int(whole.max(initial=0))) >= self._limit:
            self._grow(most)
        if least < 0:
            whole += np.where(watts < 0, np.int32(self._limit), np.int32(0))
            whole[missing], fraction[missing] = 2 * self._limit, 1000
        # Words of eight and four bytes are copied several times faster than strings of the same length.
        return self._table.take(whole).view("S8"), _FRACTIONS.view("<u4").take(fraction).view("S4")

    def _grow(self, most: int) -> None:
        self._limit = limit = 1 << max(8, most.bit_length())
        numbers = np.arange(limit).astype("S8")
        signed = np.char.add(b"-", numbers).astype("S8")
        self._table = np.concatenate([numbers, signed, np.array([b""], "S8")]).view("<u8")
