"""Houses: names, one object a household, the user's own profiles and recordings beside those that ship."""

from __future__ import annotations

import pytest

from wattloom.errors import Refusal
from wattloom.household import UnknownHouse
from wattloom.houses import Houses
from wattloom.profile import parse, shipped, text

OWN = parse(text("classic-a").replace('name = "classic-a"', 'name = "mine"'), "mine.toml")


def test_what_ships_is_listed_and_kept() -> None:
    houses = Houses()
    assert houses.list() == shipped()
    assert houses.get("A/17") is houses.get("A/17")
    assert houses.get("A/0") is houses.get("A")
    assert houses.get("A").seed == 0
    assert Houses(seed=5).get("A").seed == 5


def test_own_profiles_have_numbered_homes() -> None:
    houses = Houses(profiles=[OWN])
    assert houses.list()[-1] == "mine"
    assert houses.get("mine/3").name == "mine/3"


def test_a_name_is_taken_once() -> None:
    with pytest.raises(Refusal, match="There is a household 'mine' already"):
        Houses(profiles=[OWN, OWN])
    with pytest.raises(Refusal, match="'A' already"):
        Houses(profiles=[parse(text("A"), "A.toml")])


@pytest.mark.parametrize("name", ["", "Z", "A//1", "A/x", "mine", "%", "A/1 ", "ａ"])
def test_unknown(name: str) -> None:
    with pytest.raises(UnknownHouse):
        Houses().get(name)


def test_many_households_do_not_pile_up() -> None:
    houses = Houses()
    for number in range(300):
        houses.get(f"A/{number}")
    assert len(houses._made) <= 64
