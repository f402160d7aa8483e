"""Fault plans, read from TOML: which kinds occur how often, how long, how strong, on which meters and households."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec

from wattloom.errors import Refusal
from wattloom.faults.kinds import KINDS, NAMES, WEEK, Kind
from wattloom.readings import METERS
from wattloom.source import Source

KindName = Literal[
    "negative", "large", "missing", "spike", "stuck", "drift", "noise", "unit", "reversed", "swap", "bypass", "gap",
    "duplicate", "out_of_order", "clock",
]  # fmt: skip
Meter = Literal["AC", "Geyser", "Overall"]
Length = Annotated[int, msgspec.Meta(ge=1, le=WEEK)]

#: What each key of an entry may hold, for refusals and for the documentation.
ALLOWED: Final = {
    "overlap": '"wait" or "drop"',
    "fault": "tables [[fault]]",
    "kind": "one or a list of " + ", ".join(NAMES),
    "per_day": "episodes per household-day, above 0 and at most 86400",
    "rate": "the share of readings at which an episode starts, above 0 and at most 1",
    "every": "an episode every K readings from local midnight, K an integer of 1 to 86400",
    "length": f"seconds or [least, most], integers of 1 to {WEEK}",
    "hits": '"one" (of the meters, drawn for each episode) or "each" (all of them at once)',
    "meters": "a list of " + ", ".join(METERS),
    "households": 'a list of names or patterns such as "A", "B/*"',
    "strength": "a table of a kind's parameters, each a number or [least, most]: "
    + "; ".join(
        f"{kind.name}.{parameter.name} of {parameter.limits[0]:g} to {parameter.limits[1]:g}"
        for kind in KINDS.values()
        for parameter in kind.parameters
    ),
}


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An entry of a plan: one stream of episodes, each of a kind drawn from `kind`.

    Exactly one of `per_day`, `rate` and `every` is given; `ALLOWED` says what each key may hold.

    >>> Fault(kind="stuck", per_day=2, length=600).lengths(KINDS["stuck"])
    (600, 600)
    """

    kind: KindName | tuple[KindName, ...]
    per_day: Annotated[float, msgspec.Meta(gt=0, le=86_400)] | None = None
    rate: Annotated[float, msgspec.Meta(gt=0, le=1)] | None = None
    every: Annotated[int, msgspec.Meta(ge=1, le=86_400)] | None = None
    length: Length | tuple[Length, ...] | None = None
    hits: Literal["one", "each"] = "one"
    meters: tuple[Meter, ...] | None = None
    households: tuple[str, ...] = ("*",)
    strength: Any = ()
    """A table of ranges; held as pairs (name, (least, most))."""

    def __post_init__(self) -> None:
        settle = msgspec.structs.force_setattr
        if isinstance(self.kind, str):
            settle(self, "kind", (self.kind,))
        if isinstance(self.length, int):
            settle(self, "length", (self.length, self.length))
        if not isinstance(self.strength, dict | tuple):
            raise ValueError(f"strength = {_shown(self.strength)}; allowed: {ALLOWED['strength']}")
        settle(self, "strength", tuple(sorted(_range(*pair) for pair in dict(self.strength).items())))
        _check(self)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The rows of the catalogue that it draws from."""
        return tuple(KINDS[name] for name in self.kind)

    def lengths(self, kind: Kind) -> tuple[int, int]:
        """Least and most seconds that its episodes of a kind last."""
        return (self.length[0], self.length[1]) if isinstance(self.length, tuple) else kind.length

    def strengths(self, kind: Kind) -> dict[str, tuple[float, float]]:
        """Least and greatest value of each parameter of a kind."""
        given = dict(self.strength)
        return {parameter.name: given.get(parameter.name, parameter.default) for parameter in kind.parameters}

    def concerns(self, household: str) -> bool:
        """Whether it is for that household; `A` and `A/0` are the same one.

        >>> [Fault(kind="gap", rate=0.1, households=("B/*",)).concerns(name) for name in ("A", "B", "B/7")]
        [False, True, True]
        """
        names = {household, household.removesuffix("/0"), household if "/" in household else f"{household}/0"}
        return any(fnmatchcase(name, pattern) for name in names for pattern in self.households)


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A fault plan: entries, and what becomes of a fault that comes while another has its meter."""

    name: str = "plan"
    overlap: Literal["wait", "drop"] = "wait"
    fault: tuple[Fault, ...] = ()


class _File(msgspec.Struct, forbid_unknown_fields=True):
    overlap: Literal["wait", "drop"] = "wait"
    fault: tuple[Fault, ...] = ()


def plan(name: str | Plan) -> Plan:
    """A built-in plan by name: `none`, `sparse`, `rare`, or `every-K`; a plan stays as it is.

    `every-K` hits each meter at the seconds 0, K, 2K, ... after each local midnight (readings, where a recording's
    step is longer) with one of negative, large, missing. A path is never taken: see `load_plan`.

    >>> plan("every-25").fault[0].every
    25
    """
    return name if isinstance(name, Plan) else _built_in(name)


def load_plan(path: str | Path) -> Plan:
    """A plan from a TOML file; raises `Refusal` with file, key, value and what is allowed."""
    path = Path(path)
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise Refusal(f"{path}: {error.strerror or error}; a fault plan is a TOML file.") from error
    except UnicodeDecodeError as error:
        raise Refusal(f"{path} is not UTF-8 text; a fault plan is a TOML file.") from error
    return read_plan(text, path.stem, str(path))


def read_plan(text: str, name: str = "plan", file: str = "plan") -> Plan:
    """A plan from TOML text.

    >>> read_plan("[[fault]]\\nkind = 'stuck'\\nrate = 1.5")
    Traceback (most recent call last):
    wattloom.errors.Refusal: plan: fault[0].rate = 1.5; allowed: the share of readings at which an episode starts, above 0 and at most 1.
    """  # noqa: E501
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refusal(f"{file} is not TOML: {error}.") from error
    try:
        parts = msgspec.convert(raw, _File)
    except msgspec.ValidationError as error:
        raise Refusal(f"{file}: {_explained(str(error), raw)}.") from error
    return Plan(name=name, overlap=parts.overlap, fault=parts.fault)


def check_plan(plan: Plan, source: Source) -> None:
    """Refuses a plan that names meters which the source lacks or kinds that cannot hit any of its meters."""
    has = ", ".join(source.meters)
    for number, entry in enumerate(plan.fault):
        if entry.concerns(source.name):
            where = f"Plan {plan.name}: fault[{number}]"
            for meter in entry.meters or ():
                if meter not in source.meters:
                    raise Refusal(f'{where}.meters = "{meter}", which {source.name} lacks; allowed: {has}.')
            if not any(targets(entry, kind, source.meters) for kind in entry.kinds):
                wanted = " or ".join(sorted({" and ".join(target) for kind in entry.kinds for target in kind.targets}))
                raise Refusal(f'{where}.kind = "{entry.kind[0]}" needs {wanted}; {source.name} has {has}.')


def targets(entry: Fault, kind: Kind, meters: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The sets of meters, out of those of a source, that an entry's episodes of a kind can hit."""
    if kind.of_rows:
        return list(kind.targets)
    wanted = [meter for meter in meters if entry.meters is None or meter in entry.meters]
    return [target for target in kind.targets if set(target) <= set(wanted)]


@lru_cache(maxsize=256)
def _built_in(name: str) -> Plan:
    if (every := re.fullmatch(r"every-([1-9]\d{0,4})", name)) and int(every[1]) <= 86_400:
        hit: tuple[KindName, ...] = ("negative", "large", "missing")
        return Plan(name=name, fault=(Fault(kind=hit, every=int(every[1]), hits="each"),))
    files = resources.files("wattloom.faults").joinpath("plans")
    shipped = sorted(entry.name.removesuffix(".toml") for entry in files.iterdir() if entry.name.endswith(".toml"))
    if name not in shipped:
        raise Refusal(f"Unknown fault plan {name!r}; allowed: {', '.join(shipped)}, every-K with K of 1 to 86400.")
    return read_plan(files.joinpath(f"{name}.toml").read_text("utf-8"), name, name)


def _range(name: str, value: Any) -> tuple[str, tuple[float, float]]:
    ends = value if isinstance(value, list | tuple) else (value, value)
    numbers = len(ends) == 2 and all(isinstance(end, int | float) and not isinstance(end, bool) for end in ends)
    if not numbers or not ends[0] <= ends[1]:
        raise ValueError(f"strength.{name} = {_shown(value)}; allowed: a number or [least, most]")
    return name, (ends[0], ends[1])


def _check(entry: Fault) -> None:
    """What the types do not say."""
    kinds = entry.kinds
    if not kinds:
        raise ValueError(f"kind = []; allowed: {ALLOWED['kind']}")
    if sum(how is not None for how in (entry.per_day, entry.rate, entry.every)) != 1:
        raise ValueError("per_day, rate, every: how often is not said or said twice; allowed: one of the three")
    if isinstance(entry.length, tuple) and len(entry.length) != 2:
        raise ValueError(f"length = {_shown(entry.length)}; allowed: {ALLOWED['length']}")
    for kind in kinds:
        low, high = entry.lengths(kind)
        if not 1 <= low <= high <= kind.longest:
            raise ValueError(f"length = [{low}, {high}]; allowed for {kind.name}: 1 to {kind.longest} s, least first")
        if entry.hits == "each" and kind.targets != tuple((meter,) for meter in METERS):
            raise ValueError(f'hits = "each"; allowed for {kind.name}: "one", since it hits certain meters')
    if entry.meters is not None and (not entry.meters or all(kind.of_rows for kind in kinds)):
        raise ValueError(
            f"meters = {_shown(entry.meters)}; allowed: {ALLOWED['meters']}; none for faults of rows and time"
        )
    for name, (low, high) in entry.strength:
        limits = [parameter.limits for kind in kinds if (parameter := kind.parameter(name))]
        if not limits:
            known = sorted({parameter.name for kind in kinds for parameter in kind.parameters})
            raise ValueError(
                f"strength.{name} is unknown; allowed for {', '.join(entry.kind)}: {', '.join(known) or 'none'}"
            )
        least, most = max(limit[0] for limit in limits), min(limit[1] for limit in limits)
        if not least <= low <= high <= most:
            raise ValueError(f"strength.{name} = [{low:g}, {high:g}]; allowed: {least:g} to {most:g}")


def _explained(message: str, raw: Mapping[str, Any]) -> str:
    """msgspec's complaint as: key = value; allowed: what."""
    complaint, _, path = message.partition(" - at `$")
    keys = re.findall(r"\w+|\[\d+\]", path)
    value: Any = raw
    for key in keys:
        value = value[int(key[1:-1])] if key.startswith("[") else value[key]
    where = ".".join(keys).replace(".[", "[")
    dotted = f"{where}." if where else ""
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", complaint):
        known = Fault.__struct_fields__ if keys else _File.__struct_fields__
        return f"{dotted}{unknown[1]} = {_shown(value[unknown[1]])} is unknown; allowed: {', '.join(known)}"
    if complaint == "Object missing required field `kind`":
        return f"{dotted}kind is not given; allowed: {ALLOWED['kind']}"
    if "; allowed" in complaint:  # our own, from _check
        return dotted + complaint
    name = next(key for key in reversed(keys) if key in ALLOWED)
    return f"{where} = {_shown(value)}; allowed: {ALLOWED[name]}"


def _shown(value: Any) -> str:
    return str(value) if isinstance(value, float) else msgspec.json.encode(value).decode()
