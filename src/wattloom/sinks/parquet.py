"""Parquet: a folder per household and local day, as Hive, Arrow, pandas, polars, DuckDB and Spark read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from wattloom.readings import Readings
from wattloom.sinks.layout import Layout, Marks, Sink, folder_name, table
from wattloom.source import Source
from wattloom.staging import Staging


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
            columns = table(rows, source.meters, marks[number] if marks else None, self._layout.names)
            self.save(columns, self._paths[source.name, day])

    def close(self) -> None:
        """Every file is ended as it is written."""

    @classmethod
    def labels(cls, staging: Staging, table: Any, sources: Sequence[Source]) -> None:
        del sources
        cls.save(table, staging.path(f"labels.{cls.suffix}"))

    @staticmethod
    def save(columns: Any, path: Path) -> None:
        raise NotImplementedError


class ParquetSink(PartitionedSink):
    """Times as differences, values with their bytes split, both then packed by zstd."""

    suffix = "parquet"
    _encodings: Final = {"timestamp": "DELTA_BINARY_PACKED", "float": "BYTE_STREAM_SPLIT"}

    @staticmethod
    def save(columns: Any, path: Path) -> None:
        kinds = {field.name: str(field.type).partition("[")[0] for field in columns.schema}
        encodings = {
            name: ParquetSink._encodings[kind] for name, kind in kinds.items() if kind in ParquetSink._encodings
        }
        pq.write_table(
            columns,
            path,
            compression="zstd",
            use_dictionary=[name for name in kinds if name not in encodings],
            column_encoding=encodings,
        )
