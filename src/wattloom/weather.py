"""Weather: outdoor temperature and daylight of a place at a moment, all keyed.

Temperature is the climate of the month (linear between mid-months), plus a stray of the day that persists (a moving
average of keyed normals over nine days, so that no day needs another to be simulated first), plus a diurnal curve: a
cosine from the minimum at dawn (06:00 solar) to the maximum at 14:30 and back. Solar elevation after Cooper (1969).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from math import asin, cos, degrees, pi, radians, sin
from typing import Final

from wattloom.noise import Draws, key
from wattloom.place import Place

_WEIGHTS: Final = tuple(0.75**lag for lag in range(9))
_NORM: Final = sum(weight * weight for weight in _WEIGHTS) ** 0.5
_DAWN, _PEAK = 6.0, 14.5


@lru_cache(maxsize=65_536)
def _shock(seed: int, place: str, day: int, what: str) -> float:
    return Draws(key(seed, place, day, what)).normal()


@lru_cache(maxsize=65_536)
def stray(seed: int, place: str, day: int, what: str = "weather") -> float:
    """How far a day is off its climate, in standard deviations: a persistent series of unit variance."""
    return float(sum(w * _shock(seed, place, day - lag, what) for lag, w in enumerate(_WEIGHTS)) / _NORM)


def _between_months(values: tuple[float, ...], day: date) -> float:
    at = day.month - 1 + (day.day - 15) / 30.4
    low = int(at // 1)
    return values[low % 12] + (at - low) * (values[(low + 1) % 12] - values[low % 12])


@lru_cache(maxsize=65_536)
def extremes(seed: int, place: Place, day: date) -> tuple[float, float]:
    """Lowest and highest outdoor temperature of a day, degrees C; cloud narrows the range of a day."""
    low, high = _between_months(place.low, day), _between_months(place.high, day)
    off = place.stray * stray(seed, place.name, day.toordinal())
    narrow = 0.12 * (high - low) * stray(seed, place.name, day.toordinal(), "cloud")
    return low + off + narrow, max(low + off + narrow + 1.0, high + off - narrow)


def temperature(seed: int, place: Place, day: date, clock: float) -> float:
    """Outdoor temperature, degrees C, at `clock` seconds after the local midnight of `day`.

    >>> from wattloom.place import place
    >>> chennai, may = place("chennai"), date(2026, 5, 10)
    >>> temperature(0, chennai, may, 14.5 * 3600) > 30 > temperature(0, chennai, may, 6 * 3600)
    True
    """
    days, clock = divmod(clock, 86_400)
    day = day + timedelta(days)
    hour = clock / 3600
    if hour < _DAWN:
        (_, start), (end, _) = extremes(seed, place, day - timedelta(1)), extremes(seed, place, day)
        passed = (hour + 24 - _PEAK) / (24 - _PEAK + _DAWN)
    elif hour < _PEAK:
        start, end = extremes(seed, place, day)
        passed = (hour - _DAWN) / (_PEAK - _DAWN)
    else:
        (_, start), (end, _) = extremes(seed, place, day), extremes(seed, place, day + timedelta(1))
        passed = (hour - _PEAK) / (24 - _PEAK + _DAWN)
    return start + (end - start) * (1 - cos(pi * passed)) / 2


def elevation(place: Place, second: float) -> float:
    """Elevation of the sun over the horizon, degrees, at a POSIX second (within about a degree)."""
    days = second / 86_400
    declination = radians(23.45) * sin(2 * pi * (days - 81.0) / 365.2425)
    hour_angle = 2 * pi * (days % 1) + radians(place.longitude) - pi
    latitude = radians(place.latitude)
    return degrees(asin(sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(hour_angle)))
