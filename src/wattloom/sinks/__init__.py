"""Sinks: the formats in which a data set is written, one row each."""

from __future__ import annotations

from typing import Final, NamedTuple

from wattloom.sinks.arrow import ArrowLabels, ArrowSink
from wattloom.sinks.csv import CsvLabels, CsvSink
from wattloom.sinks.layout import Labels, Layout, Marks, Sink, fault_column, folder_name, table
from wattloom.sinks.parquet import ParquetLabels, ParquetSink


class Format(NamedTuple):
    """What writes the readings and what the labels."""

    sink: type[Sink]
    labels: type[Labels]


#: The formats by name, as `--format` takes them.
FORMATS: Final = {
    "csv": Format(CsvSink, CsvLabels),
    "parquet": Format(ParquetSink, ParquetLabels),
    "arrow": Format(ArrowSink, ArrowLabels),
}

__all__ = ["FORMATS", "Format", "Labels", "Layout", "Marks", "Sink", "fault_column", "folder_name", "table"]
