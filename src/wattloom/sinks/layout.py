"""Layout: what a sink is told about the data set that it writes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wattloom.readings import METERS, MISSING, Readings, Watts
from wattloom.source import Source
from wattloom.staging import Staging

#: Per column of faults the name of the fault in each row, as an index into the names (0: none).
Marks = dict[str, NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the files go and what stands in them.

    `side` is `without_errors` or `with_errors`; `together` says whether the sources may share a file, row by row;
    `names` are the faults that marks refer to.
    """

    staging: Staging
    side: str
    sources: Sequence[Source]
    days: Sequence[date]
    together: bool
    names: Sequence[str] = ()


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

    @staticmethod
    @abstractmethod
    def labels(staging: Staging, table: Any, sources: Sequence[Source]) -> None:
        """Writes the labels of a whole data set: columns and times as `wattloom.faults.labels` gives them."""


def folder_name(name: str) -> str:
    """A source's name in paths.

    >>> folder_name("A/17")
    'A-17'
    """
    return name.replace("/", "-")


def table(readings: Readings, meters: Sequence[str], marks: Marks | None = None, names: Sequence[str] = ()) -> Any:
    """Readings as a pyarrow.Table: `time` (UTC, ms), a float32 column in kW per meter, null where there is no value."""
    columns: dict[str, Any] = {"time": pa.array(readings.time * 1000, pa.timestamp("ms", "UTC"))}
    for meter in meters:
        columns[meter] = _kilowatts(readings.watts[METERS.index(meter)])
    for column, codes in (marks or {}).items():
        indices = pa.array(codes.astype(np.int8) - 1, mask=codes == 0)
        columns[column] = pa.DictionaryArray.from_arrays(indices, pa.array(names, pa.string()))
    return pa.table(columns)


def _kilowatts(watts: Watts) -> Any:
    missing = watts == MISSING
    values = watts.astype(np.float32) / np.float32(1000)
    return pa.array(values, mask=missing if missing.any() else None)
