"""The fast text is the text that anybody would write, number for number."""

import csv
import io

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattloom.readings import MISSING
from wattloom.sinks.text import RowText

watts = st.just(MISSING) | st.integers(-(2**31) + 1, 2**31 - 1) | st.integers(-2000, 30_000)
STAMP = b"2026-05-01T00:00:00+05:30"


def plainly(value: int) -> str:
    """kW with 3 decimals by integer arithmetic; empty for no value."""
    return "" if value == MISSING else f"{'-' * (value < 0)}{abs(value) // 1000}.{abs(value) % 1000:03d}"


@settings(deadline=None)  # the first number of a size builds the table of its size
@given(st.lists(st.tuples(watts, watts, st.integers(0, 2)), max_size=40))
def test_every_number_as_by_hand(rows: list[tuple[int, int, int]]) -> None:
    first, second = (np.array([row[column] for row in rows], np.int32) for column in (0, 1))
    names = [(None, "large", "out_of_order")[row[2]] for row in rows]
    faults = pa.array(names, pa.string()).dictionary_encode()
    text = RowText(2, 1).rows(np.full(len(rows), STAMP), [first, second], [faults])
    cells = list(csv.reader(io.StringIO(text.decode())))
    assert cells == [
        [STAMP.decode(), plainly(a), plainly(b), name or ""] for (a, b, _), name in zip(rows, names, strict=True)
    ]


@pytest.mark.parametrize("rows", [8191, 8192, 8193, 20_000])
def test_blocks_join_without_a_seam(rows: int) -> None:
    values = np.arange(rows, dtype=np.int32) - 50
    text = RowText(1, 0).rows(np.full(rows, STAMP), [values], [])
    assert text.count(b"\n") == rows
    assert [line.split(b",")[1].decode() for line in text.splitlines()] == [plainly(int(value)) for value in values]


def test_nothing_negative_is_written_for_zero() -> None:
    assert RowText(1, 0).rows(np.array([STAMP]), [np.array([-0], np.int32)], []) == STAMP + b",0.000\n"
