"""Text: rows of integer watts as CSV, formatted by table look-ups instead of one number at a time.

Each row is put together with a fixed width, in which what is not needed is a zero byte; then all zero bytes go.
Half a microsecond of CPU makes a row of nine meters (docs/decisions/0030-csv-by-tables.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wattloom.readings import MISSING, Watts
from wattloom.stamps import local_text

Named = tuple[NDArray[np.bytes_], NDArray[np.int8]]

#: Rows put together at a time: small enough for the processor's caches.
_BLOCK: Final = 8192
_FRACTIONS: Final = np.array([f".{watts:03d}" for watts in range(1000)] + [""], "S4")


class RowText:
    """Formats rows of a time, `meters` values and as many faults.

    >>> text = RowText(meters=2, faults=0)
    >>> text.rows(np.array([b"2026-05-01T00:00:00+05:30"]), [np.array([1500]), np.array([MISSING])], [])
    b'2026-05-01T00:00:00+05:30,1.500,\\n'
    """

    def __init__(self, meters: int, faults: int) -> None:
        fields: list[tuple[str, str]] = [("time", "S25")]
        for meter in range(meters):
            fields += [(f"comma{meter}", "S1"), (f"whole{meter}", "S8"), (f"fraction{meter}", "S4")]
        for fault in range(faults):
            fields += [(f"fault comma{fault}", "S1"), (f"fault{fault}", "S16")]
        self._page = np.zeros(_BLOCK, np.dtype([*fields, ("end", "S1")]))
        for name, _ in fields:
            if "comma" in name:
                self._page[name] = b","
        self._page["end"] = b"\n"

    def rows(self, times: NDArray[np.bytes_], meters: Sequence[Watts], faults: Sequence[Any]) -> bytes:
        """The rows as they stand in the file.

        Every array has one entry per row; faults are a pyarrow.DictionaryArray of names of at most 16 bytes or null.
        """
        named = [_named(column) for column in faults]
        return b"".join(
            self._block(
                times[rows], [watts[rows] for watts in meters], [(names, codes[rows]) for names, codes in named]
            )
            for rows in (slice(start, start + _BLOCK) for start in range(0, len(times), _BLOCK))
        )

    def _block(self, times: NDArray[np.bytes_], meters: list[Watts], faults: list[Named]) -> bytes:
        page = self._page[: len(times)]
        page["time"] = times
        for meter, watts in enumerate(meters):
            page[f"whole{meter}"], page[f"fraction{meter}"] = _kilowatts(watts)
        for fault, (names, codes) in enumerate(faults):
            page[f"fault{fault}"] = names.take(codes)
        return page.tobytes().translate(None, b"\0")


def table_text(table: Any, zone: ZoneInfo) -> bytes:
    """A pyarrow.Table of texts, truth values and UTC times as CSV without its header; times become local in `zone`."""
    columns = [_cells(column.combine_chunks(), zone) for column in table.columns]
    lines = pc.binary_join_element_wise(pc.binary_join_element_wise(*columns, ","), "", "\n")
    length = pc.sum(pc.binary_length(lines)).as_py()
    return lines.buffers()[2].slice(0, length).to_pybytes() if length else b""


def quoted(cell: str) -> str:
    """A cell of a CSV.

    >>> quoted("A_AC"), quoted('the "big" house')
    ('A_AC', '"the ""big"" house"')
    """
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in '",\n') else cell


def _cells(column: Any, zone: ZoneInfo) -> Any:
    if pa.types.is_timestamp(column.type):
        seconds = column.cast(pa.timestamp("s", "UTC")).cast(pa.int64()).to_numpy()
        text = pa.py_buffer(local_text(seconds, zone))
        return pa.FixedSizeBinaryArray.from_buffers(pa.binary(25), len(seconds), [None, text]).cast(pa.string())
    if not pa.types.is_string(column.type):
        return column.cast(pa.string())
    data = column.buffers()[2]
    text = data.to_pybytes() if data else b""
    if not any(mark in text for mark in (b'"', b",", b"\n")):
        return column
    return pc.binary_join_element_wise("", pc.replace_substring(column, '"', '""'), "", '"')


def _named(column: Any) -> Named:
    names = np.array(["", *column.dictionary.to_pylist()], "S16")
    return names, column.indices.cast(pa.int8()).fill_null(-1).to_numpy() + 1


def _kilowatts(watts: Watts) -> tuple[NDArray[np.bytes_], NDArray[np.bytes_]]:
    """The whole kilowatts of numbers with their sign, and the fraction with its point; both empty for no value."""
    signed = int(watts.min(initial=0)) < 0
    missing = watts == MISSING
    magnitude = np.abs(np.where(missing, 0, watts)) if signed else watts
    whole, fraction = np.divmod(magnitude, np.int32(1000))
    limit = 1 << max(8, int(whole.max(initial=0)).bit_length())
    if signed:
        whole += np.where(watts < 0, np.int32(limit), np.int32(0))
        whole[missing], fraction[missing] = 2 * limit, 1000
    # Words of eight and four bytes are copied several times faster than strings of the same length.
    return _wholes(limit).take(whole).view("S8"), _FRACTIONS.view("<u4").take(fraction).view("S4")


@lru_cache(maxsize=4)
def _wholes(limit: int) -> NDArray[np.uint64]:
    """The texts 0 to `limit` - 1, -0 to -(`limit` - 1), and nothing, as words of eight bytes."""
    numbers = np.arange(limit).astype("S8")
    return np.concatenate([numbers, np.char.add(b"-", numbers).astype("S8"), np.array([b""], "S8")]).view("<u8")
