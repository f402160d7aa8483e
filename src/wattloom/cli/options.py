"""What several verbs take: names, days, plans and NAME=FILE, read with one clear line for what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from wattloom.errors import Refusal

if TYPE_CHECKING:
    from wattloom.faults import Plan
    from wattloom.houses import Houses
    from wattloom.source import Source


def names_of(text: str) -> list[str]:
    """Names with commas between them.

    >>> names_of("A, B,A/17")
    ['A', 'B', 'A/17']
    """
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise Refusal(f"--households is {text!r}; allowed are names with commas between them, as A,B,A/17.")
    return names


def houses_with(profiles: Iterable[Path] | None, seed: int = 0) -> Houses:
    """The shipped households and those of further profiles."""
    from wattloom.houses import Houses
    from wattloom.profile import load

    return Houses([load(path) for path in profiles or ()], seed=seed)


def source_of(houses: Houses, name: str) -> Source:
    """A household by its name; the refusal says which there are."""
    from wattloom.houses import UnknownHouse

    try:
        return houses.get(name)
    except UnknownHouse:
        known = ", ".join(houses.list())
        raise Refusal(
            f"Unrecognized house {name!r}; there are {known}, each with numbered homes such as A/17."
        ) from None


def local_day(text: str) -> date:
    """A day as 2026-05-01.

    >>> local_day("May 1st")
    Traceback (most recent call last):
    wattloom.errors.Refusal: --start is 'May 1st'; it must be a day as 2026-05-01.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(f"--start is {text!r}; it must be a day as 2026-05-01.") from None


def fault_plan(text: str) -> Plan:
    """A built-in plan by its name, or a file by its path (it ends in .toml or has a folder in front)."""
    from wattloom.faults import load_plan, plan

    return load_plan(text) if text.endswith(".toml") or "/" in text else plan(text)


def named_file(text: str) -> tuple[str | None, str]:
    """`NAME=FILE`, or `FILE` alone, which is named by its stem.

    >>> named_file("home=data/home.csv"), named_file("home.csv")
    (('home', 'data/home.csv'), (None, 'home.csv'))
    """
    name, equals, file = text.partition("=")
    if not equals or Path(text.partition("#")[0]).exists():
        return None, text
    if not name or not file:
        raise Refusal(f"{text!r} must be NAME=FILE or FILE.")
    return name, file
