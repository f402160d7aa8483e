"""Profiles: what ships is sound, what is wrong is refused with file, key, value and what is allowed."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wattloom.errors import Refusal
from wattloom.household import Household, household
from wattloom.profile import load, parse, profile, shipped

GOOD = """
name = "mine"
title = "My home"
description = "One person and a fridge."

[[people]]
role = "resident"

[[appliances]]
kind = "fridge"
watts = [80, 120]

[[appliances]]
kind = "geyser"
watts = 2000
"""
ROSTER = 'role = "shift_worker"\nroster = ["day", "night"]\n'


@pytest.mark.parametrize("name", shipped())
def test_what_ships_loads_and_runs(name: str) -> None:
    assert profile(name).name == name
    assert household(f"{name}/3").watts(date(2026, 5, 2)).shape == (3, 86_400)


@pytest.mark.parametrize(
    ("change", "to", "words"),
    [
        ("watts = 2000", "watts = -5", ["appliances[1].watts = -5", ">= 0"]),
        ("watts = 2000", "watts = 20000", ["appliances[1].watts = 20000", "at most 12000", "supply"]),
        ("watts = 2000", 'watts = "much"', ["appliances[1].watts = 'much'", "Expected `float`"]),
        ("watts = 2000", "wats = 2000", ["appliances[1]", "`wats`"]),
        ("watts = 2000", "", ["appliances[1]", "watts"]),
        ("watts = [80, 120]", "watts = [120, 80]", ["appliances[0].watts = [120, 80]", "low <= high"]),
        ("watts = [80, 120]", "watts = [80, 100, 120]", ["appliances[0].watts", "Expected `float`"]),
        ('kind = "geyser"', 'kind = "gyser"', ["appliances[1].kind = 'gyser'", "allowed: air_conditioner, geyser"]),
        ('kind = "geyser"', 'kind = "fridge"', ["'fridge' stands there twice", "a name of its own"]),
        ('role = "resident"', 'role = "ghost"', ["people[0].role = 'ghost'", "allowed: resident"]),
        ('role = "resident"', 'role = "resident"\nwake = "7 am"', ["people[0].wake = '7 am'"]),
        (
            'role = "resident"',
            ROSTER + "hours = 13\nday_start = '07:00'\nnight_start = '13:00'",
            ["people[0]", "overlap"],
        ),
        ('role = "resident"', 'role = "shift_worker"\nroster = ["day", "dusk"]', ["people[0].roster[1]", "dusk"]),
        ('role = "resident"', 'role = "shift_worker"', ["people[0]", "roster"]),
        ('name = "mine"', 'name = "mine"\nplace = "atlantis"', ["place = 'atlantis'", "chennai"]),
        ('name = "mine"', 'name = "my home"', ["name = 'my home'"]),
        ('name = "mine"', 'name = "mine"\nsupply = 0', ["supply = 0", "> 0"]),
        ('kind = "geyser"', 'kind = "air_conditioner"\nsetpoint = 31.9', ["16 to", "berlin"]),
        ('kind = "geyser"', 'kind = "schedule"\nhours = [[8, 7]]', ["appliances[1]", "start < end"]),
        ('kind = "geyser"', 'kind = "schedule"\nhours = [[7, 9], [8, 10]]', ["appliances[1]", "overlap"]),
        ('title = "My home"', "title = ", ["not valid TOML"]),
        ('title = "My home"', "", ["title"]),
    ],
)
def test_refusals_name_file_key_value_and_what_is_allowed(change: str, to: str, words: list[str]) -> None:
    text = GOOD.replace(change, to)
    if "berlin" in words:
        text = text.replace('name = "mine"', 'name = "mine"\nplace = "berlin"')
    with pytest.raises(Refusal) as refusal:
        parse(text, "mine.toml")
    message = str(refusal.value)
    assert message.startswith("mine.toml: ")
    assert "\n" not in message
    for word in words:
        assert word in message


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="cannot be read"):
        load(tmp_path / "nowhere.toml")
    (tmp_path / "latin.toml").write_bytes(b"name = \xff")
    with pytest.raises(Refusal, match="UTF-8"):
        load(tmp_path / "latin.toml")


def test_a_range_is_drawn_by_each_household() -> None:
    ratings = {Household(parse(GOOD, "mine.toml"), number).appliances[0].peak for number in range(5)}
    assert len(ratings) == 5


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-10, 10**6), st.floats(allow_nan=True), st.text(max_size=8),
    st.lists(st.integers(-5, 5), max_size=3), st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)  # fmt: skip


@given(
    part=st.sampled_from(["top", "people", "appliances"]),
    key=st.one_of(
        st.sampled_from(
            ["name", "watts", "kind", "role", "place", "supply", "people", "appliances", "present", "wake"]
        ),
        st.text(max_size=6),
    ),
    value=VALUES,
)
@example(part="people", key="\x1e", value=[0, -1])
@settings(max_examples=300, deadline=None)
def test_nothing_but_a_refusal_comes_out(part: str, key: str, value: object) -> None:
    """Whatever stands in a profile: it loads and renders, or is refused in one line."""
    raw = tomllib.loads(GOOD)
    target = raw if part == "top" else raw[part][0]
    target[key] = value
    try:
        text = _toml(raw)
        tomllib.loads(text)
    except (ValueError, TypeError):
        return
    try:
        found = parse(text, "fuzzed.toml")
    except Refusal as refusal:
        lines = str(refusal).splitlines()
    else:
        lines = ["it was taken"]
        watts = Household(found).truth(1_777_573_800, 1_777_573_860).watts
        assert watts.shape == (3, 60)
    assert len(lines) == 1


def _toml(raw: dict[str, object]) -> str:
    def show(value: object) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, dict):
            return "{" + ", ".join(f"{_text(key)} = {show(item)}" for key, item in value.items()) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(show(item) for item in value) + "]"
        if value is None:
            raise TypeError
        return _text(value) if isinstance(value, str) else repr(value)

    return "\n".join(f"{_text(key)} = {show(value)}" for key, value in raw.items())


def _text(value: str) -> str:
    return '"' + "".join(c if 31 < ord(c) < 127 and c not in '"\\' else f"\\U{ord(c):08x}" for c in value) + '"'
