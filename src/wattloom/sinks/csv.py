"""CSV: one wide file for all households, or one file for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from wattloom.faults import SCHEMA
from wattloom.readings import METERS, Readings
from wattloom.sinks.layout import Labels, Layout, Marks, Sink, fault_column, folder_name
from wattloom.sinks.text import RowText, quoted, table_text
from wattloom.source import Source
from wattloom.staging import Staging
from wattloom.stamps import local_text


class CsvSink(Sink):
    """`realistic_fake_energy_data_SIDE.csv` with columns `A_AC`, ..., or `SIDE/A.csv` with columns `AC`, ..."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._groups = [layout.sources] if layout.together else [[source] for source in layout.sources]
        if layout.together:
            names = [f"realistic_fake_energy_data_{layout.side}.csv"]
        else:
            names = [f"{layout.side}/{folder_name(source.name)}.csv" for source in layout.sources]
        self._paths = [layout.staging.path(name) for name in names]
        self._files: list[BinaryIO] = []
        self._texts: list[RowText] = []

    def write(self, day: date, readings: Sequence[Readings], marks: Sequence[Marks] | None) -> None:
        del day
        if not self._files:
            self._open(bool(marks))
        homes = list(zip(self._layout.sources, readings, marks or [{}] * len(readings), strict=True))
        for number, (file, text) in enumerate(zip(self._files, self._texts, strict=True)):
            group = homes if self._layout.together else homes[number : number + 1]
            values = [rows.watts[METERS.index(meter)] for source, rows, _ in group for meter in source.meters]
            faults = [found[meter] for source, _, found in group if found for meter in source.meters]
            times = _times(group[0][1].time.tobytes(), group[0][0].calendar.zone)
            file.write(text.rows(times, values, faults))

    def _open(self, marked: bool) -> None:
        together = self._layout.together
        for path, group in zip(self._paths, self._groups, strict=True):
            home_and_meter = [(f"{home.name}_" if together else "", meter) for home in group for meter in home.meters]
            values = [home + meter for home, meter in home_and_meter]
            faults = [home + fault_column(meter) for home, meter in home_and_meter if marked]
            self._texts.append(RowText(len(values), len(faults)))
            self._files.append(path.open("wb", buffering=0))
            self._files[-1].write(",".join(["time", *map(quoted, values), *map(quoted, faults)]).encode() + b"\n")

    def close(self) -> None:
        for file in self._files:
            file.close()


class CsvLabels(Labels):
    """`labels.csv`, times as in the readings."""

    def __init__(self, staging: Staging) -> None:
        self._file = staging.path("labels.csv").open("wb")
        self._file.write(",".join(SCHEMA.names).encode() + b"\n")

    def write(self, source: Source, table: Any) -> None:
        self._file.write(table_text(table, source.calendar.zone))

    def close(self) -> None:
        self._file.close()


@lru_cache(maxsize=1)
def _times(stamps: bytes, zone: ZoneInfo) -> NDArray[np.bytes_]:
    """The clean and the faulty side have the same times one after the other: their text is made once."""
    return local_text(np.frombuffer(stamps, np.int64), zone)
