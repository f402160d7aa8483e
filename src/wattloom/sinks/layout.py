"""Layout: what a sink is told about the data set that it writes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from wattloom.readings import METERS, MISSING, Readings, Watts
from wattloom.source import Source
from wattloom.staging import Staging

#: Per meter the name of the fault in each row, a pyarrow.DictionaryArray with null where there is none.
Marks = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the files go and what stands in them.

    `side` is `without_errors` or `with_errors`; `together` says whether the sources may share a file, row by row.
    """

    staging: Staging
    side: str
    sources: Sequence[Source]
    days: Sequence[date]
    together: bool


class Sink(ABC):
    """Writes one side of a data set, day by day."""

    @abstractmethod
    def __init__(self, layout: Layout) -> None:
        """Refuses at once if any of its files exists already."""

    @abstractmethod
    def write(self, day: date, readings: Sequence[Readings], marks: Sequence[Marks] | None) -> None:
        """One local day of every source, in their order; marks on what was altered, if wanted."""

    @abstractmethod
    def close(self) -> None:
        """Ends every file that is open."""


class Labels(ABC):
    """Writes the labels of a data set, table after table as `wattloom.faults.labels` gives them."""

    @abstractmethod
    def __init__(self, staging: Staging) -> None:
        """Refuses at once if its file exists already."""

    @abstractmethod
    def write(self, source: Source, table: Any) -> None:
        """The labels of one local day of a source."""

    @abstractmethod
    def close(self) -> None:
        """Ends the file."""


def folder_name(name: str) -> str:
    """A source's name in paths.

    >>> folder_name("A/17")
    'A-17'
    """
    return name.replace("/", "-")


def fault_column(meter: str) -> str:
    """The column that names the fault of a meter.

    >>> fault_column("AC")
    'AC_fault'
    """
    return f"{meter}_fault"


def table(readings: Readings, meters: Sequence[str], marks: Marks | None = None) -> Any:
    """Readings as a pyarrow.Table: `time` (UTC, ms), a float32 column in kW per meter, null where there is no value."""
    columns: dict[str, Any] = {"time": pa.array(readings.time * 1000, pa.timestamp("ms", "UTC"))}
    for meter in meters:
        columns[meter] = _kilowatts(readings.watts[METERS.index(meter)])
    if marks:
        columns |= {fault_column(meter): marks[meter] for meter in meters}
    return pa.table(columns)


def _kilowatts(watts: Watts) -> Any:
    missing = watts == MISSING
    values = watts.astype(np.float32) / np.float32(1000)
    return pa.array(values, mask=missing if missing.any() else None)
