"""Parquet: a folder per household and local day, as Hive, Arrow, pandas, polars, DuckDB and Spark read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from wattloom.faults import SCHEMA
from wattloom.readings import Readings
from wattloom.sinks.layout import Labels, Layout, Marks, Sink, folder_name, table
from wattloom.source import Source
from wattloom.staging import Staging

#: Times as differences, values with their bytes split; zstd packs both several times better than as they come.
_ENCODINGS: Final = {"timestamp": "DELTA_BINARY_PACKED", "float": "BYTE_STREAM_SPLIT"}


class PartitionedSink(Sink):
    """`SIDE/household=A/date=2026-05-01/part-0.SUFFIX`; subclasses say how a table becomes a file."""

    suffix: str

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._paths = {
            (source.name, day): layout.staging.path(
                f"{layout.side}/household={folder_name(source.name)}/date={day}/part-0.{self.suffix}"
            )
            for source in layout.sources
            for day in layout.days
        }

    def write(self, day: date, readings: Sequence[Readings], marks: Sequence[Marks] | None) -> None:
        for number, (source, rows) in enumerate(zip(self._layout.sources, readings, strict=True)):
            columns = table(rows, source.meters, marks[number] if marks else None)
            with self.writer(self._paths[source.name, day], columns.schema) as file:
                file.write_table(columns)

    def close(self) -> None:
        """Every file is ended as it is written."""

    @staticmethod
    def writer(path: Path, schema: Any) -> Any:
        """A file for tables of a schema."""
        raise NotImplementedError


class PartitionedLabels(Labels):
    """`labels.SUFFIX`, written as the sink writes."""

    sink: type[PartitionedSink]

    def __init__(self, staging: Staging) -> None:
        self._file = self.sink.writer(staging.path(f"labels.{self.sink.suffix}"), SCHEMA)

    def write(self, source: Source, table: Any) -> None:
        del source
        self._file.write_table(table)

    def close(self) -> None:
        self._file.close()


class ParquetSink(PartitionedSink):
    """zstd, one row group per household and local day."""

    suffix = "parquet"

    @staticmethod
    def writer(path: Path, schema: Any) -> Any:
        kinds = {field.name: str(field.type).partition("[")[0] for field in schema}
        encodings = {name: _ENCODINGS[kind] for name, kind in kinds.items() if kind in _ENCODINGS}
        dictionaries = [name for name in kinds if name not in encodings]
        return pq.ParquetWriter(
            path, schema, compression="zstd", use_dictionary=dictionaries, column_encoding=encodings
        )


class ParquetLabels(PartitionedLabels):
    """`labels.parquet`."""

    sink = ParquetSink
