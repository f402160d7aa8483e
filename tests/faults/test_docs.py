"""Documentation cannot drift: the catalogue and the built-in plans stand in docs/faults.md, and the example runs."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from wattloom import faults
from wattloom.faults import KINDS
from wattloom.faults.planfile import Fault

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "faults.md").read_text("utf-8")
ROWS = {match[1]: match[0] for match in re.finditer(r"^\| `(\w+)` \|.*$", DOCS, re.MULTILINE)}


def _number(value: float) -> str:
    return f"{value:,}" if abs(value) >= 1000 else f"{value:g}"


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_is_documented_with_its_lengths_and_limits(name: str) -> None:
    kind, row = KINDS[name], ROWS[name]
    for seconds in kind.length:
        assert _number(seconds) in row
    for parameter in kind.parameters:
        assert f"`{parameter.name}`" in row
        if parameter.unit not in ("0 or 1", "s"):
            assert " to ".join(map(_number, parameter.default)) in row
            assert " to ".join(map(_number, parameter.limits)) in row


def test_nothing_is_documented_that_is_not_there() -> None:
    table = DOCS[DOCS.index("## Kinds") : DOCS.index("## Plans")]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(KINDS)


@pytest.mark.parametrize("key", Fault.__struct_fields__)
def test_each_key_of_a_plan_is_documented(key: str) -> None:
    assert re.search(rf"^(# *)?\s*#?\s*{key} = ", DOCS, re.MULTILINE)


def test_the_plan_in_the_documentation_is_one() -> None:
    text = re.search(r"```toml\n(.*?)```", DOCS, re.DOTALL)
    assert text is not None
    assert faults.read_plan(text[1]).fault[0].kind == ("stuck", "noise")


@pytest.mark.parametrize("name", ["none", "sparse", "rare", "every-K"])
def test_each_built_in_plan_is_documented(name: str) -> None:
    assert f"| `{name}` |" in DOCS
    assert faults.plan(name.replace("K", "25")).name == name.replace("K", "25")


def test_the_toy_detector_is_scored_and_beats_chance(capsys: pytest.CaptureFixture[str]) -> None:
    example = ROOT / "examples" / "toy_detector.py"
    assert len(example.read_text("utf-8").splitlines()) <= 22
    runpy.run_path(str(example))
    scores = {
        line.split()[0]: [float(cell) for cell in line.split()[1:]] for line in capsys.readouterr().out.splitlines()[1:]
    }
    assert set(scores) == {"AC", "Geyser", "Overall"}
    for precision, recall in scores.values():
        assert precision == 1.0
        assert 0.6 < recall <= 1.0
