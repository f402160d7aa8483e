"""Tables on the way out: JSON, CSV, Parquet or Arrow, chunk after chunk, so that a month never sits in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, Protocol

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from wattloom.civil import Calendar
from wattloom.readings import METERS, MISSING, Readings
from wattloom.sinks import table
from wattloom.sinks.text import RowText
from wattloom.stamps import local_text


class Chunk(Protocol):
    """Some rows."""

    @property
    def names(self) -> list[str]:
        """The columns."""

    def table(self) -> Any:
        """As a pyarrow.Table, times in UTC."""

    def text(self) -> bytes:
        """As lines of CSV, times local."""

    def rows(self) -> list[list[Any]]:
        """As values for JSON, times local."""


@dataclass(frozen=True)
class ReadingRows:
    """Rows of readings in kW: their stamp and each meter that there is."""

    readings: Readings
    meters: tuple[str, ...]
    calendar: Calendar

    @property
    def names(self) -> list[str]:
        return ["time", *self.meters]

    def table(self) -> Any:
        return table(self.readings, self.meters)

    def text(self) -> bytes:
        values = [self.readings.watts[METERS.index(meter)] for meter in self.meters]
        return RowText(len(values), 0).rows(self._times(), values, [])

    def rows(self) -> list[list[Any]]:
        columns: list[Any] = [self._times().astype(str).tolist()]
        for meter in self.meters:
            watts = self.readings.watts[METERS.index(meter)]
            columns.append([None if w == MISSING else w / 1000 for w in watts.tolist()])
        return [list(row) for row in zip(*columns, strict=True)]

    def _times(self) -> Any:
        return local_text(self.readings.time, self.calendar.zone)


@dataclass(frozen=True)
class LabelRows:
    """Labels as `wattloom.faults.labels` gives them."""

    labels: Any
    calendar: Calendar

    @property
    def names(self) -> list[str]:
        return [str(name) for name in self.labels.column_names]

    def table(self) -> Any:
        return self.labels

    def text(self) -> bytes:
        page = io.StringIO()
        rows = [[str(v).lower() if isinstance(v, bool) else v for v in row] for row in self.rows()]
        csv.writer(page, lineterminator="\n").writerows(rows)
        return page.getvalue().encode()

    def rows(self) -> list[list[Any]]:
        columns = []
        for field in self.labels.schema:
            column = self.labels.column(field.name)
            if pa.types.is_timestamp(field.type):
                seconds = column.cast(pa.int64()).to_numpy()
                columns.append(local_text(seconds, self.calendar.zone).astype(str).tolist())
            else:
                columns.append(column.to_pylist())
        return [list(row) for row in zip(*columns, strict=True)]


def _json(chunks: Iterable[Chunk], head: dict[str, Any]) -> Iterator[bytes]:
    comma = b""
    for chunk in chunks:
        if not comma:
            opening = msgspec.json.encode(head | {"columns": chunk.names})
            yield opening[:-1] + b',"rows":['
            comma = b"\n"
        if rows := chunk.rows():
            yield comma + msgspec.json.encode(rows)[1:-1].replace(b"],[", b"],\n[")
            comma = b",\n"
    yield b"\n]}\n"


def _csv(chunks: Iterable[Chunk], _: dict[str, Any]) -> Iterator[bytes]:
    head = True
    for chunk in chunks:
        yield (",".join(chunk.names).encode() + b"\n" if head else b"") + chunk.text()
        head = False


class _Pipe(io.RawIOBase):
    """A file to write into, from which is taken what was written."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(self._parts[-1])

    def take(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken


def _written(chunks: Iterable[Chunk], open_writer: Callable[[Any, Any], Any]) -> Iterator[bytes]:
    pipe, writer = _Pipe(), None
    for chunk in chunks:
        rows = chunk.table()
        if writer is None:
            writer = open_writer(pa.PythonFile(pipe, mode="w"), rows.schema)
        if rows.num_rows:
            writer.write_table(rows)
        yield pipe.take()
    if writer is not None:
        writer.close()
    yield pipe.take()


def _parquet(chunks: Iterable[Chunk], _: dict[str, Any]) -> Iterator[bytes]:
    return _written(chunks, lambda file, schema: pq.ParquetWriter(file, schema, compression="zstd"))


def _arrow(chunks: Iterable[Chunk], _: dict[str, Any]) -> Iterator[bytes]:
    return _written(chunks, pa.ipc.new_stream)


#: Name of a format -> its media type and writer.
FORMATS: Final[dict[str, tuple[str, Callable[[Iterable[Chunk], dict[str, Any]], Iterator[bytes]]]]] = {
    "json": ("application/json", _json),
    "csv": ("text/csv; charset=utf-8", _csv),
    "parquet": ("application/vnd.apache.parquet", _parquet),
    "arrow": ("application/vnd.apache.arrow.stream", _arrow),
}


def encoded(chunks: Iterator[Chunk], name: str, head: dict[str, Any]) -> Iterator[bytes]:
    """The bytes of a table in a format; the first piece is made at once, so that trouble shows before any is sent.

    >>> import numpy as np
    >>> from wattloom.civil import zone_of
    >>> times, watts = np.array([0]), np.array([[1500]] * 3, dtype=np.int32)
    >>> rows = ReadingRows(Readings(times, times, watts), ("AC",), Calendar(zone_of("UTC")))
    >>> b"".join(encoded(iter([rows]), "csv", {}))
    b'time,AC\\n1970-01-01T00:00:00+00:00,1.500\\n'
    """
    pieces = FORMATS[name][1](chunks, head)
    return chain([next(pieces)], pieces)
