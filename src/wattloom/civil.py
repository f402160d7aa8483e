"""Civil time: a household's local days as stretches of POSIX seconds, daylight saving included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from wattloom.errors import Refusal


def zone_of(name: str) -> ZoneInfo:
    """The time zone of an IANA name, from the pinned tzdata package where the system has none.

    >>> zone_of("Asia/Kolkata")
    zoneinfo.ZoneInfo(key='Asia/Kolkata')
    """
    try:
        return ZoneInfo(name)
    except Exception as error:
        raise Refusal(f"Unknown time zone {name!r}; allowed are IANA names such as 'Asia/Kolkata'.") from error


@dataclass(frozen=True, slots=True)
class Calendar:
    """The local days of one time zone; every time is a POSIX second (UTC), every day a `datetime.date`.

    >>> kolkata = Calendar(zone_of("Asia/Kolkata"))
    >>> kolkata.iso(kolkata.midnight(date(2026, 5, 1)))
    '2026-05-01T00:00:00+05:30'
    >>> paris = Calendar(zone_of("Europe/Paris"))
    >>> (paris.midnight(date(2026, 3, 30)) - paris.midnight(date(2026, 3, 29))) // 3600
    23
    """

    zone: ZoneInfo

    def midnight(self, day: date) -> int:
        """The POSIX second at which the local day starts."""
        return _midnight(self.zone, day)

    def day(self, second: float) -> date:
        """The local day that a POSIX second belongs to."""
        return datetime.fromtimestamp(second, self.zone).date()

    def index(self, second: int) -> int:
        """Seconds elapsed since the local midnight before `second`."""
        return second - self.midnight(self.day(second))

    def at(self, day: date, clock: float) -> int:
        """The POSIX second at which the wall clock shows `clock` seconds after midnight of `day` (may exceed a day)."""
        days, rest = divmod(round(clock), 86_400)
        return int(_midnight(self.zone, day + timedelta(days), rest))

    def iso(self, second: int) -> str:
        """ISO 8601 with the local offset: `2026-05-01T00:00:00+05:30`."""
        return datetime.fromtimestamp(second, self.zone).isoformat(timespec="seconds")

    def anchor(self) -> int:
        """2000-01-01T00:00 in the zone's standard time, from which live windows are counted."""
        january, july = (datetime(2000, month, 1, tzinfo=self.zone) for month in (1, 7))
        january_offset, july_offset = january.utcoffset(), july.utcoffset()
        assert january_offset is not None
        assert july_offset is not None
        return int(datetime(2000, 1, 1, tzinfo=UTC).timestamp() - min(january_offset, july_offset).total_seconds())


@lru_cache(maxsize=16_384)
def _midnight(zone: ZoneInfo, day: date, clock: int = 0) -> int:
    wall = time(clock // 3600, clock // 60 % 60, clock % 60)
    return int(datetime.combine(day, wall, zone).timestamp())
