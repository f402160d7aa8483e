"""CSV: one wide file for all households, or one file for each."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wattloom.readings import METERS, Readings
from wattloom.sinks.layout import Layout, Marks, Sink, folder_name
from wattloom.sinks.text import RowText
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
        self._writers: list[RowText] = []

    def write(self, day: date, readings: Sequence[Readings], marks: Sequence[Marks] | None) -> None:
        del day
        if not self._files:
            self._open(marks)
        first = 0
        for file, text, group in zip(self._files, self._writers, self._groups, strict=True):
            members = range(first, first + len(group))
            first += len(group)
            values = [
                readings[member].watts[METERS.index(meter)]
                for member, source in zip(members, group, strict=True)
                for meter in source.meters
            ]
            codes = [code for member in members for code in marks[member].values()] if marks else []
            times = _times(readings[members[0]].time.tobytes(), group[0].calendar.zone)
            file.write(text.rows(times, values, codes))

    def _open(self, marks: Sequence[Marks] | None) -> None:
        together = self._layout.together
        for path, group in zip(self._paths, self._groups, strict=True):
            prefix = [f"{source.name}_" if together else "" for source in group]
            columns = [f"{p}{meter}" for p, source in zip(prefix, group, strict=True) for meter in source.meters]
            first = self._layout.sources.index(group[0])
            marked = [f"{p}{mark}" for i, p in enumerate(prefix) for mark in marks[first + i]] if marks else []
            self._writers.append(RowText(len(columns), len(marked), self._layout.names))
            self._files.append(path.open("wb", buffering=0))
            self._files[-1].write(_line(["time", *columns, *marked]))

    def close(self) -> None:
        for file in self._files:
            file.close()

    @staticmethod
    def labels(staging: Staging, table: Any, sources: Sequence[Source]) -> None:
        zones = {source.name: source.calendar.zone for source in sources}
        columns = {name: table.column(name).to_pylist() for name in table.column_names}
        for name in table.column_names:
            if pa.types.is_timestamp(table.schema.field(name).type):
                seconds = table.column(name).cast(pa.timestamp("s", "UTC")).cast(pa.int64()).to_numpy()
                columns[name] = [""] * len(seconds)
                homes = np.array(columns["household"], object)
                for home, zone in zones.items():
                    rows = np.flatnonzero(homes == home)
                    for row, text in zip(rows, local_text(seconds[rows], zone), strict=True):
                        columns[name][row] = text.decode()
        for name, values in columns.items():
            columns[name] = [str(v).lower() if isinstance(v, bool) else v for v in values]
        with staging.path("labels.csv").open("wb") as file:
            file.write(_line(table.column_names))
            page = io.StringIO()
            csv.writer(page, lineterminator="\n").writerows(zip(*columns.values(), strict=True))
            file.write(page.getvalue().encode())


@lru_cache(maxsize=1)
def _times(stamps: bytes, zone: ZoneInfo) -> NDArray[np.bytes_]:
    """The clean and the faulty side have the same times one after the other: their text is made once."""
    return local_text(np.frombuffer(stamps, np.int64), zone)


def _line(cells: Sequence[str]) -> bytes:
    page = io.StringIO()
    csv.writer(page, lineterminator="\n").writerow(cells)
    return page.getvalue().encode()
