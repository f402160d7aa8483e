"""Stamps: arrays of POSIX seconds as local text and back, daylight saving included."""

from __future__ import annotations

import os
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from struct import pack
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from wattloom.errors import Refusal
from wattloom.readings import Seconds

#: Times that files may hold; before 1980 some zones' offsets were no whole minutes.
FIRST: Final = int(datetime(1980, 1, 1, tzinfo=UTC).timestamp())
LAST: Final = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp())

#: Local days that can be asked for, whatever the zone.
FIRST_DAY: Final = date(1980, 1, 2)
LAST_DAY: Final = date(2199, 12, 30)

_EPOCH: Final = date(1970, 1, 1)


def days_from(start: date, days: int) -> list[date]:
    """`days` local days from `start`.

    >>> days_from(date(2026, 5, 1), 0)
    Traceback (most recent call last):
    wattloom.errors.Refusal: 0 days are asked for; there must be 1 or more.
    """
    if days < 1:
        raise Refusal(f"{days} days are asked for; there must be 1 or more.")
    if not FIRST_DAY <= start <= LAST_DAY or days > (LAST_DAY - start).days + 1:
        raise Refusal(f"{days} days from {start} are asked for; days must be from {FIRST_DAY} to {LAST_DAY}.")
    return [start + timedelta(number) for number in range(days)]


def local_text(times: Seconds, zone: ZoneInfo) -> NDArray[np.bytes_]:
    """ISO 8601 with the local offset, 25 bytes each.

    >>> local_text(np.array([1777573800]), ZoneInfo("Asia/Kolkata"))
    array([b'2026-05-01T00:00:00+05:30'], dtype='|S25')
    """
    text = np.empty(len(times), dtype=[("date", "S11"), ("clock", "S8"), ("offset", "S6")])
    if len(times):
        starts, offsets = _pieces(zone, int(times.min()), int(times.max()) + 1)
        piece = np.searchsorted(starts, times, side="right") - 1
        local = times + offsets[piece]
        days, clock = np.divmod(local, 86_400)
        first = int(days.min())
        dates = [f"{_EPOCH + timedelta(day)}T" for day in range(first, int(days.max()) + 1)]
        text["date"] = np.array(dates, "S11")[days - first]
        text["clock"] = _clocks().take(clock).view("S8")
        text["offset"] = np.array([_offset_text(int(offset)) for offset in offsets], "S6")[piece]
    return text.view("S25")


class LocalClock:
    """Turns what a wall clock shows into POSIX seconds; rows come in the order of the file.

    Where the clock is put back an hour is shown twice: it is the first one until the clock is seen to step back.

    >>> berlin = LocalClock(ZoneInfo("Europe/Berlin"))
    >>> shown = [f"2026-10-25T{clock}" for clock in ("01:30", "02:00", "02:30", "02:00", "02:30", "03:00")]
    >>> utc = berlin.seconds(np.array(shown, "datetime64[s]").astype(np.int64))
    >>> (np.diff(utc) // 60).tolist()
    [30, 30, 30, 30, 30]
    """

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._last = 0
        self._last_twice = False
        self._second_pass = False

    def seconds(self, shown: Seconds) -> Seconds:
        """POSIX seconds of what the clock showed (seconds since 1970-01-01T00:00 on that clock).

        Raises `Skipped` for a time that the clock never showed because it was put forward.
        """
        if not len(shown):
            return shown
        starts, offsets = _pieces(self._zone, int(shown.min()) - 86_400, int(shown.max()) + 86_400)
        ends = np.append(starts[1:], np.int64(2**62))
        first = np.searchsorted(ends + offsets, shown, side="right")
        last = np.searchsorted(starts + offsets, shown, side="right") - 1
        if (skipped := np.flatnonzero(last < first)).size:
            raise Skipped(int(skipped[0]))
        twice = last > first
        for row in np.flatnonzero(twice):
            before, again = (int(shown[row - 1]), twice[row - 1]) if row else (self._last, self._last_twice)
            again = again and int(shown[row]) < before + 86_400
            self._second_pass = bool(again) and (self._second_pass or int(shown[row]) <= before - 900)
            if self._second_pass:
                first[row] = last[row]
        self._last_twice = bool(twice[-1])
        self._last = int(shown[-1])
        return shown - offsets[first]


class Skipped(ValueError):
    """A row, given by its number, has a time that its clock never showed."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


def fixed_zone(offset: int) -> ZoneInfo:
    """A zone that is always `offset` seconds ahead of UTC, for files that give an offset and no place.

    >>> datetime(2026, 5, 1, tzinfo=fixed_zone(19_800)).isoformat()
    '2026-05-01T00:00:00+05:30'
    """
    name = _offset_text(offset)
    abbreviation = name.encode() + b"\0"
    header = b"TZif\0" + bytes(15) + pack(">6l", 0, 0, 0, 0, 1, len(abbreviation))
    return ZoneInfo.from_file(BytesIO(header + pack(">lbb", offset, 0, 0) + abbreviation), key=name)


def server_zone() -> ZoneInfo:
    """The zone of this machine: `TZ`, else what /etc/localtime points at, else UTC."""
    names = [os.environ.get("TZ", "").removeprefix(":")]
    link = Path("/etc/localtime")
    names += str(link.resolve()).partition("zoneinfo/")[2:] if link.is_symlink() else []
    for name in filter(None, names):
        try:
            return ZoneInfo(name)
        except (ValueError, OSError):
            continue
    return ZoneInfo("UTC")


@cache
def _clocks() -> NDArray[np.uint64]:
    """00:00:00 to 23:59:59, each as a word of eight bytes."""
    digits = np.full((86_400, 8), ord(":"), np.uint8)
    second = np.arange(86_400)
    for place, number in ((0, second // 3600), (3, second // 60 % 60), (6, second % 60)):
        digits[:, place], digits[:, place + 1] = ord("0") + number // 10, ord("0") + number % 10
    return digits.view(np.uint64)[:, 0]


def _offset_text(offset: int) -> str:
    hours, minutes = divmod(abs(offset) // 60, 60)
    return f"{'-' if offset < 0 else '+'}{hours:02d}:{minutes:02d}"


def _offset(zone: ZoneInfo, second: int) -> int:
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


@lru_cache(maxsize=64)
def _pieces(zone: ZoneInfo, start: int, end: int) -> tuple[Seconds, Seconds]:
    """First seconds and UTC offsets of the stretches of [start, end) between changes of the clock."""
    starts, offsets = [start], [_offset(zone, start)]
    for second in range(start + 21_600, end + 21_600, 21_600):
        if (offset := _offset(zone, second)) != offsets[-1]:
            window, before = range(second - 21_600, second + 1), offsets[-1]
            changed = bisect_left(window, True, key=lambda s, before=before: _offset(zone, s) != before)  # type: ignore[misc]
            starts.append(window[changed])
            offsets.append(offset)
    return np.array(starts, np.int64), np.array(offsets, np.int64)
