"""docs/households.md: what it shows works, and it leaves nothing out."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from wattloom.appliances import KINDS
from wattloom.appliances.programme import Phase
from wattloom.household import Household
from wattloom.people import ROLES
from wattloom.place import places
from wattloom.profile import Profile, parse, text

PAGE = (Path(__file__).parents[1] / "docs" / "households.md").read_text("utf-8")


@pytest.mark.parametrize("kind", [*KINDS, *ROLES])
def test_every_kind_and_setting_is_documented(kind: str) -> None:
    table: dict[str, Any] = {**KINDS, **ROLES}
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{kind}`"))
    common = ("name", "present")
    missing = [f.name for f in msgspec.structs.fields(table[kind]) if f.name not in common and f"`{f.name}`" not in row]
    assert not missing


@pytest.mark.parametrize("struct", [Profile, Phase])
def test_settings_of_profiles_and_phases(struct: type[msgspec.Struct]) -> None:
    assert all(f"`{f.name}`" in PAGE or f"[[{f.name}]]" in PAGE for f in msgspec.structs.fields(struct))


def test_every_place_is_named() -> None:
    assert all(f"`{place}`" in PAGE for place in places())


def test_the_fourth_household_works() -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE, re.S)
    assert example
    home = Household(parse(example[1], "d.toml"))
    watts = home.watts(date(2026, 11, 3))
    assert watts[1].max() > 1500
    assert watts[0].max() == 0


def test_the_fan_for_c_works() -> None:
    fan = re.search(r"<<'EOF'\n(.*?)EOF", PAGE, re.S)
    assert fan
    grown = parse(text("C").replace('name = "C"', 'name = "my-c"') + fan[1], "my-c.toml")
    plain = parse(text("C").replace('name = "C"', 'name = "my-c"'), "my-c.toml")
    with_fan, without = (Household(profile).watts(date(2026, 5, 6)).sum(axis=1) for profile in (grown, plain))
    assert (with_fan[:2] == without[:2]).all()
    assert with_fan[2] > without[2]
