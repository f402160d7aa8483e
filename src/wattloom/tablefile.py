"""Table files: how the columns and rows of a CSV (`.gz` too), Parquet or Arrow file are read; one row each."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from wattloom.errors import Refusal

#: What stands for "no value" in a CSV.
NULLS: Final = ("", "null", "NULL", "None", "NaN", "nan", "NA", "N/A")
#: What the readers raise when a file is damaged or not what its name says.
UNREADABLE: Final = (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError, EOFError, zlib.error, csv.Error)
_BLOCK: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Format:
    """How one kind of file is read: its columns, the text or type of its first time, its rows, and its row numbers."""

    columns: Callable[[Path], list[str]]
    sample: Callable[[Path], Any]
    batches: Callable[[Path, list[str], bool], Iterator[Any]]
    unit: str
    first: int


def _csv_columns(path: Path) -> list[str]:
    with text_of(path) as lines:
        return next(csv.reader(lines), [])


def _csv_sample(path: Path) -> str:
    with text_of(path) as lines:
        first = next(csv.DictReader(lines), None)
    if first is None:
        raise Refusal(f"{path}: there are no rows.")
    return str(first["time"] or "")


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
    with pa.parquet.ParquetFile(path) as file:
        yield from file.iter_batches(batch_size=1 << 18, columns=["time", *columns])


def _arrow_batches(path: Path, columns: list[str], naive: bool) -> Iterator[Any]:
    del naive
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as file:
        for index in range(file.num_record_batches):
            yield file.get_batch(index).select(["time", *columns])


def _typed(schema: Callable[[Path], Any]) -> Callable[[Path], Any]:
    def sample(path: Path) -> Any:
        kind = schema(path).field("time").type
        if not pa.types.is_timestamp(kind):
            raise Refusal(f"{path}: the column 'time' is {kind}; it must be a timestamp.")
        return "Z" if kind.tz else ""

    return sample


def _arrow_schema(path: Path) -> Any:
    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as file:
        return file.schema


def _schema_names(schema: Callable[[Path], Any]) -> Callable[[Path], list[str]]:
    return lambda path: list(schema(path).names)


#: The kinds of file, by the ending of the name.
FORMATS: Final = {
    ".csv": Format(_csv_columns, _csv_sample, _csv_batches, "line", 2),
    ".parquet": Format(
        _schema_names(pa.parquet.read_schema), _typed(pa.parquet.read_schema), _parquet_batches, "row", 1
    ),
    ".arrow": Format(_schema_names(_arrow_schema), _typed(_arrow_schema), _arrow_batches, "row", 1),
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
