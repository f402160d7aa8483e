"""Arrow: IPC files as they lie in memory, to be mapped and used without reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from wattloom.sinks.parquet import PartitionedSink


class ArrowSink(PartitionedSink):
    """One record batch per household and local day, uncompressed."""

    suffix = "arrow"

    @staticmethod
    def save(columns: Any, path: Path) -> None:
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, columns.schema) as writer:
            writer.write_table(columns)
