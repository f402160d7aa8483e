"""Row files: readings as they stand in somebody's CSV, Parquet or Arrow file, in blocks of bounded memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wattloom.civil import zone_of
from wattloom.errors import Refusal
from wattloom.readings import METERS, MISSING, Seconds, Watts
from wattloom.stamps import FIRST, LAST, LocalClock, Skipped, fixed_zone, server_zone
from wattloom.tablefile import FORMATS, NULLS, UNREADABLE, format_of, text_of


@dataclass(frozen=True, slots=True)
class Rows:
    """A block of rows in the order of the file.

    - `first`: the number of its first row, from 0, the header not counted;
    - `time` (rows,): what the rows are stamped with, POSIX seconds;
    - `watts` (3, rows): `MISSING` where there is no value.
    """

    first: int
    time: Seconds
    watts: Watts


class RowFile:
    """One household's rows in a file; `path` may end in `#HOUSEHOLD` where the file holds several.

    The file has a column `time` (ISO 8601) and any of `AC`, `Geyser`, `Overall` in kW, or is a wide CSV of ours with
    `A_AC`, `A_Geyser`, ... Times without an offset are read in `zone` (default: this machine's zone).
    """

    def __init__(self, path: str | Path, zone: ZoneInfo | None = None) -> None:
        self.path, household = _chosen(str(path))
        self._format = format_of(self.path)
        schema = self._schema()
        homes = _homes(schema.names)
        self.households: tuple[str, ...] = tuple(homes)
        if not homes:
            raise Refusal(f"{self.path}: there is none of the columns {', '.join(METERS)}; {_listed(schema)}.")
        if household is None and len(homes) > 1:
            raise Several(self.path, self.households)
        if household is not None and household not in homes:
            there = ", ".join(filter(None, homes)) or "only one, without a name"
            raise Refusal(f"{self.path} has no household {household!r}; it has {there}.")
        self.household = self.households[0] if household is None else household
        self._columns = homes[self.household]
        stamp = schema.field("time").type
        self._naive = stamp.tz is None
        self.zone = zone or (server_zone() if self._naive else _zone(stamp.tz))

    def _schema(self) -> Any:
        try:
            schema = self._format.schema(self.path)
        except UNREADABLE as error:
            raise Refusal(f"{self.path}: cannot be read: {_line(error)}") from None
        if "time" not in schema.names:
            raise Refusal(f"{self.path}: there is no column 'time'; {_listed(schema)}.")
        for name in schema.names:
            if schema.names.count(name) > 1 and (name == "time" or name.endswith(METERS)):
                raise Refusal(f"{self.path}: the column {name!r} is there twice.")
        if not pa.types.is_timestamp(kind := schema.field("time").type):
            raise Refusal(f"{self.path}: the column 'time' is {kind}; it must be a timestamp.")
        return schema

    @property
    def meters(self) -> tuple[str, ...]:
        """Those of METERS that it has."""
        return tuple(meter for meter in METERS if meter in self._columns)

    def __iter__(self) -> Iterator[Rows]:
        """The rows in blocks; raises Refusal at the first row that cannot be read, with its line."""
        clock = LocalClock(self.zone)
        row = 0
        try:
            for batch in self._format.batches(self.path, list(self._columns.values()), self._naive):
                time = self._seconds(batch.column("time"), row, clock)
                watts = np.full((3, len(time)), MISSING, np.int32)
                for meter, column in self._columns.items():
                    watts[METERS.index(meter)] = _watts(batch.column(column))
                yield Rows(row, time, watts)
                row += len(time)
        except UNREADABLE as error:
            raise self._explained(error) from None

    def place(self, row: int) -> str:
        """Where a row stands, for messages: `FILE, line 7`."""
        return f"{self.path}, {self._format.unit} {row + self._format.first}"

    def _seconds(self, column: Any, row: int, clock: LocalClock) -> Seconds:
        if column.null_count:
            raise Refusal(f"{self.place(row + int(np.argmax(column.is_null())))}: there is no time.")
        millis = column.cast(pa.timestamp("ms", column.type.tz)).cast(pa.int64()).to_numpy(zero_copy_only=False)
        seconds, fraction = np.divmod(millis, 1000)
        if fraction.any():
            raise Refusal(f"{self.place(row + int(np.argmax(fraction != 0)))}: times must be whole seconds.")
        wrong = (seconds < FIRST) | (seconds >= LAST)
        if wrong.any():
            raise Refusal(f"{self.place(row + int(np.argmax(wrong)))}: times must be in the years 1980 to 2199.")
        if not self._naive:
            return np.asarray(seconds, np.int64)
        try:
            return clock.seconds(np.asarray(seconds, np.int64))
        except Skipped as skipped:
            shown = np.datetime64(int(seconds[skipped.row]), "s")
            place = self.place(row + skipped.row)
            raise Refusal(
                f"{place}: {shown} does not exist in {self.zone.key}; say in which zone with --zone."
            ) from None

    def _explained(self, error: Exception) -> Refusal:
        """The line and the text that could not be read, found by reading the CSV again, slowly."""
        if self._format is FORMATS[".csv"]:
            with suppress(*UNREADABLE), text_of(self.path) as lines:
                reader = csv.reader(lines)
                rows = filter(None, reader)
                header = next(rows)
                wanted = {header.index(column): column for column in ("time", *self._columns.values())}
                for cells in rows:
                    where = f"{self.path}, line {reader.line_num}"
                    if len(cells) != len(header):
                        return Refusal(f"{where}: {len(cells)} values where the header has {len(header)}.")
                    for index, column in wanted.items():
                        if problem := _problem(column, cells[index], self._naive):
                            return Refusal(f"{where}: {column} is {cells[index][:40]!r}; {problem}.")
        return Refusal(f"{self.path}: cannot be read: {_line(error)}")


class Several(Refusal):
    """The file holds several households and none was chosen; `households` names them."""

    def __init__(self, path: Path, households: tuple[str, ...]) -> None:
        self.households = households
        super().__init__(f"{path} holds the households {', '.join(households)}; choose one, as {path}#{households[0]}.")


def _chosen(text: str) -> tuple[Path, str | None]:
    """A file and the household chosen of it; a `#` may also be part of a file's name."""
    name, mark, household = text.rpartition("#")
    return (Path(text), None) if not mark or Path(text).exists() else (Path(name), household)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


def _listed(schema: Any) -> str:
    names = " ".join(", ".join(schema.names).split())
    return f"the columns are {names[:200] or 'none'}"


def _homes(columns: list[str]) -> dict[str, dict[str, str]]:
    """Per household the column of each meter; a file with plain names has the one household ''."""
    plain: dict[str, str] = {meter: meter for meter in METERS if meter in columns}
    if plain:
        return {"": plain}
    homes: dict[str, dict[str, str]] = {}
    for column in columns:
        home, _, meter = column.rpartition("_")
        if home and meter in METERS:
            homes.setdefault(home, {})[meter] = column
    return homes


def _zone(name: str) -> ZoneInfo:
    """The zone that a file says: a place, or an offset such as +05:30."""
    if name[:1] in ("+", "-"):
        hours, _, minutes = name[1:].partition(":")
        return fixed_zone((-60 if name[0] == "-" else 60) * (60 * int(hours) + int(minutes)))
    return zone_of(name)


def _watts(column: Any) -> NDArray[np.int32]:
    """kW as integer watts; null, NaN and infinity are MISSING; beyond int32 the largest of its sign."""
    if not pa.types.is_floating(column.type):
        column = column.cast(pa.float64())
    kilowatts = column.to_numpy(zero_copy_only=False).astype(np.float64)
    known = np.isfinite(kilowatts)
    watts = np.clip(np.rint(np.where(known, kilowatts, 0.0) * 1000), MISSING + 1, -(MISSING + 1))
    return np.where(known, watts, MISSING).astype(np.int32)


def _problem(column: str, cell: str, naive: bool) -> str:
    if column != "time":
        if cell in NULLS:
            return ""
        try:
            float(cell)
        except ValueError:
            return "it must be a number in kW or empty"
        return "" if "_" not in cell else "it must be a number in kW or empty"
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        return "it must be a time such as 2026-05-01T00:00:00+05:30"
    if (moment.utcoffset() is None) != naive:
        return "either all times or none must say their offset from UTC"
    return ""
