"""Plans: read strictly, refused with file, key, value and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from wattloom import faults
from wattloom.errors import Refusal
from wattloom.faults import KINDS
from wattloom.faults.planfile import ALLOWED, Fault, KindName
from wattloom.household import household

BAD = [
    ("speed = 1", ["speed = 1", "overlap, fault"]),
    ('overlap = "shout"', ["overlap", "shout", '"wait" or "drop"']),
    ("fault = 3", ["fault = 3", "[[fault]]"]),
    ('[[fault]]\nkind = "rust"\nrate = 0.1', ["fault[0].kind", "rust", "stuck"]),
    ('[[fault]]\nkind = ["stuck", "rust"]\nrate = 0.1', ["fault[0].kind[1]", "rust", "stuck"]),
    ("[[fault]]\nkind = []\nrate = 0.1", ["fault[0].kind", "[]", "stuck"]),
    ("[[fault]]\nrate = 0.1", ["fault[0].kind is not given", "stuck"]),
    ('[[fault]]\nkind = "stuck"', ["fault[0].per_day, rate, every", "one of the three"]),
    ('[[fault]]\nkind = "stuck"\nrate = 0.1\nevery = 5', ["said twice"]),
    ('[[fault]]\nkind = "stuck"\nrate = 1.5', ["fault[0].rate = 1.5", "at most 1"]),
    ('[[fault]]\nkind = "stuck"\nrate = 0', ["fault[0].rate = 0", "above 0"]),
    ('[[fault]]\nkind = "stuck"\nrate = nan', ["fault[0].rate = nan", "above 0"]),
    ('[[fault]]\nkind = "stuck"\nrate = true', ["fault[0].rate = true", "above 0"]),
    ('[[fault]]\nkind = "stuck"\nper_day = 86401', ["fault[0].per_day = 86401", "at most 86400"]),
    ('[[fault]]\nkind = "stuck"\nevery = 2.5', ["fault[0].every = 2.5", "an integer"]),
    ('[[fault]]\nkind = "stuck"\nevery = 0', ["fault[0].every = 0", "1 to 86400"]),
    ('[[fault]]\nkind = "stuck"\nrate = 0.1\nlength = -4', ["fault[0].length = -4", "1 to 604800"]),
    ('[[fault]]\nkind = "stuck"\nrate = 0.1\nlength = [-4, 5]', ["fault[0].length[0] = -4", "1 to 604800"]),
    ('[[fault]]\nkind = "stuck"\nrate = 0.1\nlength = [6, 5]', ["fault[0].length = [6, 5]", "least first"]),
    ('[[fault]]\nkind = "stuck"\nrate = 0.1\nlength = [1, 2, 3]', ["fault[0].length = [1,2,3]", "[least, most]"]),
    ('[[fault]]\nkind = "spike"\nrate = 0.1\nlength = 3600', ["fault[0].length", "3600", "1 to 60 s"]),
    ('[[fault]]\nkind = "stuck"\nrate = 0.1\nmeters = ["Fridge"]', ["meters[0]", "Fridge", "AC, Geyser, Overall"]),
    ('[[fault]]\nkind = "stuck"\nrate = 0.1\nmeters = []', ["fault[0].meters = []", "AC, Geyser, Overall"]),
    ('[[fault]]\nkind = "gap"\nrate = 0.1\nmeters = ["AC"]', ["fault[0].meters", "none for faults of rows and time"]),
    ('[[fault]]\nkind = "stuck"\nrate = 0.1\nhouseholds = "A"', ["fault[0].households", '"A"', "a list"]),
    ('[[fault]]\nkind = "stuck"\nrate = 0.1\nsize = 1', ["fault[0].size = 1 is unknown", "per_day"]),
    ('[[fault]]\nkind = "large"\nrate = 0.1\nstrength = { factor = [0, 5] }', ["strength.factor = [0, 5]", "1.1 to"]),
    ('[[fault]]\nkind = "large"\nrate = 0.1\nstrength = { factor = [9, 5] }', ["factor = [9,5]", "least, most"]),
    ('[[fault]]\nkind = "large"\nrate = 0.1\nstrength = { gain = 5 }', ["strength.gain", "unknown", "factor"]),
    ('[[fault]]\nkind = "stuck"\nrate = 0.1\nstrength = { gain = 5 }', ["strength.gain", "unknown", "none"]),
    ('[[fault]]\nkind = "large"\nrate = 0.1\nstrength = { factor = "x" }', ["strength.factor", '"x"', "a number"]),
    ('[[fault]]\nkind = "large"\nrate = 0.1\nstrength = 5', ["fault[0].strength = 5", "a table"]),
    ('[[fault]]\nkind = "swap"\nrate = 0.1\nhits = "each"', ["fault[0].hits", "each", '"one"']),
    ('[[fault]]\nkind = "swap"\nrate = 0.1\nhits = "all"', ["fault[0].hits", "all", '"one"']),
    ("[[fault]", ["is not TOML"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), BAD, ids=[text.replace("\n", " ") for text, _ in BAD])
def test_a_bad_plan_is_refused_in_one_line(tmp_path: Path, text: str, said: list[str]) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(Refusal) as refusal:
        faults.load_plan(file)
    message = str(refusal.value)
    assert "\n" not in message
    for part in [str(file), *said]:
        assert part in message


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"none\.toml"):
        faults.load_plan(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(Refusal, match="UTF-8"):
        faults.load_plan(tmp_path / "binary.toml")


@pytest.mark.parametrize("name", ["", "every-0", "every-", "every-1.5", "every-86401", "often", "../none", "none.toml"])
def test_an_unknown_name_is_refused_and_is_never_a_path(name: str) -> None:
    with pytest.raises(Refusal, match="allowed: none, rare, sparse, every-K"):
        faults.plan(name)


def test_a_meter_that_the_source_lacks_is_refused() -> None:
    class Half:
        name, meters = "half", ("AC",)

    for text, said in [
        ('kind = "stuck"\nmeters = ["AC", "Geyser"]', 'meters = "Geyser", which half lacks; allowed: AC'),
        ('kind = "bypass"', 'kind = "bypass" needs Overall; half has AC'),
        ('kind = "swap"', "needs AC and Geyser or AC and Overall or Geyser and Overall; half has AC"),
    ]:
        plan = faults.read_plan(f"[[fault]]\n{text}\nrate = 0.1")
        with pytest.raises(Refusal) as refusal:
            faults.check_plan(plan, Half())  # type: ignore[arg-type]
        assert said in str(refusal.value)
        elsewhere = faults.read_plan(f'[[fault]]\n{text}\nrate = 0.1\nhouseholds = ["A"]')
        faults.check_plan(elsewhere, Half())  # type: ignore[arg-type]
    faults.check_plan(faults.plan("sparse"), Half())  # type: ignore[arg-type]


def test_a_plan_is_for_the_households_it_names() -> None:
    plan = faults.read_plan('[[fault]]\nkind = "missing"\nrate = 0.5\nhouseholds = ["classic-b", "classic-a/3"]')
    start = household("classic-a").calendar.midnight(household("classic-a").calendar.day(1_777_600_000))
    hit = {
        name: faults.labels(household(name), plan, start, start + 100).num_rows > 0
        for name in ("classic-a", "classic-b", "classic-a/3", "classic-b/3")
    }
    assert hit == {"classic-a": False, "classic-b": True, "classic-a/3": True, "classic-b/3": False}


def test_strict_lists_agree_with_the_table() -> None:
    assert KindName.__args__ == tuple(KINDS)  # type: ignore[attr-defined]
    assert set(ALLOWED) == {"overlap", "fault", *Fault.__struct_fields__}
