"""Ranges: a profile's number may be a pair, from which each household draws its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

import msgspec

from wattloom.noise import Draws, key

#: A wall-clock time in a profile, written "HH:MM" (up to 36:00, the next noon), held in seconds after midnight.
Clock = Annotated[float, msgspec.Meta(ge=0, le=36 * 3600, title="clock")]
Watts = Annotated[float, msgspec.Meta(ge=0, le=100_000, description="W at nominal voltage")]
Share = Annotated[float, msgspec.Meta(ge=0, le=1, description="a share or probability")]
Minutes = Annotated[float, msgspec.Meta(gt=0, le=1440, description="minutes")]
Rate = Annotated[float, msgspec.Meta(ge=0, le=200, description="times a day")]

_CLOCK: Final = re.compile(r"(\d\d):([0-5]\d)")


def is_number(annotation: Any) -> bool:
    """Whether a field holds one number, so that a pair in its place is a range."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation in (float, int)


def _seconds(value: Any) -> Any:
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    return int(match[1]) * 3600.0 + int(match[2]) * 60.0 if match else value


def settle(
    kind: type[msgspec.Struct], raw: dict[str, Any], pick: Callable[[str, float, float], float]
) -> dict[str, Any]:
    """`raw` with each range replaced by what `pick(field, low, high)` says and each "HH:MM" by seconds.

    >>> from wattloom.appliances.standby import Standby
    >>> settle(Standby, {"kind": "standby", "watts": [20, 60]}, lambda field, low, high: high)
    {'kind': 'standby', 'watts': 60}
    """
    hints = get_type_hints(kind, include_extras=True)
    settled = dict(raw)
    for field, value in raw.items():
        if field in hints and is_number(hints[field]):
            if isinstance(value, list) and len(value) == 2:
                low, high = (_seconds(end) for end in value)
                numbers = all(isinstance(end, int | float) and not isinstance(end, bool) for end in (low, high))
                settled[field] = pick(field, low, high) if numbers and low <= high else value
            else:
                settled[field] = _seconds(value)
    return settled


#: Homes differ as a whole: one that is busy is busy at everything, a large one has large things, a restless one
#: switches often. A field's trait; fields of appliances only, and all others are drawn on their own.
_TRAITS: Final = {
    "busy": ("per_day", "per_week", "habit", "breakfast", "minutes", "seconds", "lamps", "linger"),
    "large": ("watts", "duty"),
    "restless": ("swing", "levels", "jitter"),
    "calm": ("dwell", "period"),
}
_TRAIT_OF: Final = {field: trait for trait, fields in _TRAITS.items() for field in fields}
_COMMON = 0.6  # weight of the home's trait against what is the appliance's own


def standing(trait: str, own: float, *home: str | int) -> float:
    """Where a home stands in a range, uniform in (0, 1) over homes: its trait, and the thing's `own` number in (0, 1).

    The sum of two uniforms has a trapezoid's distribution; its distribution function makes it uniform again.
    """
    rest = 1 - _COMMON
    calm = trait == "calm"  # the opposite of restless
    common = Draws(key(*home, "trait", "restless" if calm else trait)).unit()
    total = _COMMON * (1 - common if calm else common) + rest * own
    if total < rest:
        return total * total / (2 * _COMMON * rest)
    if total <= _COMMON:
        return (total - rest / 2) / _COMMON
    return 1 - (1 - total) ** 2 / (2 * _COMMON * rest)


def draw(kind: type[msgspec.Struct], raw: dict[str, Any], tag: str, name: str, *home: str | int) -> dict[str, Any]:
    """`raw` settled for one household: each range is drawn by its own name, so that no field moves another.

    `tag` is "role" for people and "kind" for appliances, `name` theirs, `home` the seed and the household.
    """
    hints = get_type_hints(kind, include_extras=True)

    def pick(field: str, low: float, high: float) -> float:
        place = Draws(key(*home, tag, name, field)).unit()
        if tag == "kind" and field in _TRAIT_OF:
            place = standing(_TRAIT_OF[field], place, *home)
        annotation = hints[field]
        whole = annotation is int or (get_origin(annotation) is Annotated and get_args(annotation)[0] is int)
        return int(low) + int((int(high) - int(low) + 1) * place) if whole else low + (high - low) * place

    return settle(kind, raw, pick)
