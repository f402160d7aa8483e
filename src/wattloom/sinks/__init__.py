"""Sinks: the formats in which a data set is written, one row each."""

from __future__ import annotations

from typing import Final

from wattloom.sinks.arrow import ArrowSink
from wattloom.sinks.csv import CsvSink
from wattloom.sinks.layout import Layout, Marks, Sink, folder_name, table
from wattloom.sinks.parquet import ParquetSink

#: The formats by name, as `--format` takes them.
FORMATS: Final[dict[str, type[Sink]]] = {"csv": CsvSink, "parquet": ParquetSink, "arrow": ArrowSink}

__all__ = ["FORMATS", "ArrowSink", "CsvSink", "Layout", "Marks", "ParquetSink", "Sink", "folder_name", "table"]
