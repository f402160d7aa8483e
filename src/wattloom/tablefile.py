"""Table files: how the columns and rows of a CSV (`.gz` too), Parquet or Arrow file are read; one row each."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv

from wattloom.errors import Refusal

#: What stands for "no value" in a CSV.
NULLS: Final = ("", "null", "NULL", "None", "NaN", "nan", "NA", "N/A")
#: What the readers raise when a file is damaged or not what its name says.
UNREADABLE: Final = (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError, EOFError, zlib.error, csv.Error)
_BLOCK: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Format:
    """How one kind of file is read.

    - `schema` gives the columns; that of `time` is a timestamp with the zone or the offset that the file says, if any;
    - `batches` gives the rows of some columns, `time` first, bounded in number, for a file with or without offsets;
    - rows are numbered in messages as `unit`, from `first`.
    """

    schema: Callable[[Path], Any]
    batches: Callable[[Path, list[str], bool], Iterator[Any]]
    unit: str
    first: int


def _csv_schema(path: Path) -> Any:
    with text_of(path) as lines:
        rows = filter(None, csv.reader(lines))
        names, sample = next(rows, []), next(rows, None)
    if "time" in names and sample is None:
        raise Refusal(f"{path}: there are no rows.")
    moments = dict(zip(names, sample or [], strict=False))
    kinds = {"time": pa.timestamp("ms", _offset(moments.get("time", "")))}
    return pa.schema([(name, kinds.get(name, pa.string())) for name in names])


def _offset(moment: str) -> str | None:
    """The offset from UTC that a time says, None where it says none (or is no time, which comes to light later).

    >>> _offset("2026-05-01T00:00:00+05:30"), _offset("2026-05-01 00:00")
    ('+05:30', None)
    """
    try:
        stamp = datetime.fromisoformat(moment.strip())
    except ValueError:
        return None
    return None if stamp.tzinfo is None else stamp.isoformat()[-6:]


def _csv_batches(path: Path, columns: list[str], naive: bool) -> Iterator[Any]:
    time = pa.timestamp("ms") if naive else pa.timestamp("ms", "UTC")
    with pa.input_stream(str(path), compression="gzip" if path.suffix == ".gz" else None) as stream:
        yield from pa.csv.open_csv(
            stream,
            pa.csv.ReadOptions(block_size=_BLOCK),
            convert_options=pa.csv.ConvertOptions(
                column_types={"time": time} | dict.fromkeys(columns, pa.float64()),
                include_columns=["time", *columns],
                null_values=list(NULLS),
            ),
        )


def _parquet_batches(path: Path, columns: list[str], naive: bool) -> Iterator[Any]:
    del naive
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        yield from file.iter_batches(batch_size=1 << 18, columns=["time", *columns])


def _arrow_batches(path: Path, columns: list[str], naive: bool) -> Iterator[Any]:
    del naive
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as file:
        for index in range(file.num_record_batches):
            yield file.get_batch(index).select(["time", *columns])


def _arrow_schema(path: Path) -> Any:
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as file:
        return file.schema


def _parquet_schema(path: Path) -> Any:
    from pyarrow.parquet import read_schema

    return read_schema(path)


#: The kinds of file, by the ending of the name.
FORMATS: Final = {
    ".csv": Format(_csv_schema, _csv_batches, "line", 2),
    ".parquet": Format(_parquet_schema, _parquet_batches, "row", 1),
    ".arrow": Format(_arrow_schema, _arrow_batches, "row", 1),
}


def format_of(path: Path) -> Format:
    """How a file is read, by the ending of its name."""
    if not path.exists():
        raise Refusal(f"{path}: there is no such file.")
    ending = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    if ending not in FORMATS or (path.suffix == ".gz" and ending != ".csv"):
        raise Refusal(f"{path}: unknown kind of file; allowed are .csv, .csv.gz, .parquet and .arrow.")
    return FORMATS[ending]


def text_of(path: Path) -> Any:
    """The lines of a CSV, unpacked; bytes that are no UTF-8 become question marks."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="replace", newline="")
    return path.open(encoding="utf-8-sig", errors="replace", newline="")
