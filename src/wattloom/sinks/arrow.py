"""Arrow: IPC files as they lie in memory, to be mapped and used without reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from wattloom.sinks.parquet import PartitionedLabels, PartitionedSink


class ArrowSink(PartitionedSink):
    """One record batch per household and local day, uncompressed."""

    suffix = "arrow"

    @staticmethod
    def writer(path: Path, schema: Any) -> Any:
        return pa.ipc.new_file(str(path), schema)


class ArrowLabels(PartitionedLabels):
    """`labels.arrow`."""

    sink = ArrowSink
