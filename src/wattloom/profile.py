"""Profiles: place, people and appliances of a kind of household, read from TOML and refused at the door if wrong."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec

from wattloom import place as places
from wattloom.appliances import KINDS
from wattloom.appliances.air_conditioner import AirConditioner
from wattloom.appliances.appliance import Appliance
from wattloom.errors import Refusal
from wattloom.people import ROLES
from wattloom.place import Place
from wattloom.ranges import settle

_PATH: Final = re.compile(r"\$\.?([\w.\[\]-]*)")
_NAME: Final = r"^[A-Za-z][A-Za-z0-9_-]{0,39}$"


class Profile(msgspec.Struct, forbid_unknown_fields=True, frozen=True, dict=True):
    """A kind of household; numbers of people and appliances may be ranges [low, high] from which each home draws."""

    name: Annotated[str, msgspec.Meta(pattern=_NAME, description="letters, digits, - and _, at most 40")]
    title: str
    description: str
    appliances: Annotated[list[dict[str, Any]], msgspec.Meta(min_length=1)]
    people: list[dict[str, Any]] = []
    place: str = "chennai"
    supply: Annotated[float, msgspec.Meta(gt=0, le=1000, description="kW, the most one appliance may draw")] = 12.0
    trips: Annotated[float, msgspec.Meta(ge=0, le=6, description="journeys in six weeks")] = 0.0
    steady: bool = False

    @property
    def site(self) -> Place:
        """The place it stands in."""
        return places.place(self.place)

    def largest(self) -> list[Appliance]:
        """Its appliances with every range at its upper end."""
        return [
            msgspec.convert(settle(KINDS[raw["kind"]], raw, lambda *field: field[2]), KINDS[raw["kind"]])
            for raw in self.appliances
        ]


def shipped() -> list[str]:
    """Names of the profiles that come with the package.

    >>> shipped()
    ['A', 'B', 'C', 'classic-a', 'classic-b', 'classic-c']
    """
    entries = resources.files("wattloom.profiles").iterdir()
    return sorted(entry.name.removesuffix(".toml") for entry in entries if entry.name.endswith(".toml"))


def text(name: str) -> str:
    """The TOML of a profile that comes with the package."""
    if name not in shipped():
        raise Refusal(f"Unknown profile {name!r}; allowed: {', '.join(shipped())}.")
    return resources.files("wattloom.profiles").joinpath(f"{name}.toml").read_text("utf-8")


@lru_cache(maxsize=64)
def profile(name: str) -> Profile:
    """A profile that comes with the package."""
    return parse(text(name), f"{name}.toml")


def load(path: Path | str) -> Profile:
    """A profile from somebody's own file; a Refusal names file, key, value and what is allowed."""
    path = Path(path)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise Refusal(f"{path}: cannot be read: {reason}.") from error
    return parse(text, str(path))


def parse(text: str, file: str) -> Profile:
    """A profile from TOML text; `file` names it in refusals."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refusal(f"{file}: not valid TOML: {error}.") from error
    found: Profile = _convert(raw, Profile, file, "")
    if found.place not in places.places():
        raise Refusal(f"{file}: place = {found.place!r}: unknown; allowed: {', '.join(places.places())}.")
    for i, person in enumerate(found.people):
        _check(person, "role", ROLES, file, f"people[{i}]")
    for i, appliance in enumerate(found.appliances):
        for settled in _check(appliance, "kind", KINDS, file, f"appliances[{i}]"):
            _fits(settled, found, file, f"appliances[{i}]")
    for part, tag in (("people", "role"), ("appliances", "kind")):
        _unique([entry.get("name") or entry[tag] for entry in getattr(found, part)], file, part)
    return found


def _convert(raw: Any, kind: Any, file: str, where: str) -> Any:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        match = _PATH.search(path)
        key = ".".join(part for part in (where, match[1] if match else "") if part)
        value = _lookup(raw, match[1] if match else "")
        shown = f" = {value!r:.60}" if value is not raw else ""
        raise Refusal(f"{file}: {key or 'the file'}{shown}: {message}.") from error


def _lookup(raw: Any, path: str) -> Any:
    for part in re.findall(r"\w+", path):
        try:
            raw = raw[int(part)] if isinstance(raw, list | tuple) else raw[part]
        except (KeyError, IndexError, TypeError, ValueError):
            return raw
    return raw


def _check(raw: dict[str, Any], tag: str, table: dict[str, Any], file: str, where: str) -> list[Any]:
    """A person or appliance with its ranges at either end: both must be possible."""
    kind = raw.get(tag)
    if not isinstance(kind, str) or kind not in table:
        raise Refusal(f"{file}: {where}.{tag} = {kind!r}: unknown; allowed: {', '.join(table)}.")
    for field, value in raw.items():
        pair = isinstance(value, list) and len(value) == 2 and all(isinstance(end, int | float) for end in value)
        if pair and value[0] > value[1]:
            raise Refusal(f"{file}: {where}.{field} = {value}: a range must be [low, high] with low <= high.")
    lowest = settle(table[kind], raw, lambda *field: field[1])
    highest = settle(table[kind], raw, lambda *field: field[2])
    return [_convert(end, table[kind], file, where) for end in (lowest, highest)]


def _fits(appliance: Appliance, found: Profile, file: str, where: str) -> None:
    """An appliance must fit the supply and the climate of its profile."""
    watts = getattr(appliance, "watts", 0.0)
    if watts > 1000 * found.supply:
        raise Refusal(
            f"{file}: {where}.watts = {watts:g}: more than the supply; allowed: at most {1000 * found.supply:g} "
            f"(supply = {found.supply:g} kW)."
        )
    if isinstance(appliance, AirConditioner):
        warmest = max(found.site.high)
        if appliance.setpoint > warmest:
            raise Refusal(
                f"{file}: {where}.setpoint = {appliance.setpoint:g}: it is never that warm in {found.place}; "
                f"allowed: 16 to {warmest:g} degrees C."
            )


def _unique(names: list[str], file: str, part: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise Refusal(f"{file}: {part}: {name!r} stands there twice; give each a name of its own.")
