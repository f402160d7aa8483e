"""The house: every module lives in a storey, and a storey uses only those that the table allows it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src"

#: What lives where: modules and packages of `wattloom`. A new one is added here.
STOREYS: dict[str, str] = {
    "ground": "errors readings civil source memo clock stamps staging settings kernel noise",
    "world": "ranges loads mains place places weather day people appliances profile profiles household houses",
    "files": "tablefile rowfile recording arrivals",
    "faults": "faults",
    "views": "quality windows tally histogram hours distributions mixture fitting critical meterstats statistics "
    "status scoring switches",
    "out": "sinks datasets",
    "flow": "events streams switchlog inspection report checking",
    "edges": "plots picture web cli __init__",
}
#: Which other storeys each may use. The world knows nobody; who looks at it sees a Source.
USES = {
    "ground": (),
    "world": ("ground",),
    "files": ("ground",),
    "faults": ("ground", "files"),
    "views": ("ground", "files", "faults"),
    "out": ("ground", "files", "faults"),
    "flow": ("ground", "files", "faults", "views"),
    "edges": ("ground", "world", "files", "faults", "views", "out", "flow"),
}
STOREY_OF = {name: storey for storey, names in STOREYS.items() for name in names.split()}


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    paths = sorted(SRC.glob("wattloom/**/*.py"))
    return {".".join(path.relative_to(SRC).with_suffix("").parts): path for path in paths}


def part(module: str) -> str:
    """The module or package directly in wattloom that a dotted name belongs to."""
    return [*module.split("."), "__init__"][1]


def imports(tree: ast.AST, known: dict[str, Path]) -> Iterator[str]:
    """What a piece of code imports from wattloom, wherever in it; `if TYPE_CHECKING` included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "wattloom")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            if (node.module or "").split(".")[0] == "wattloom":
                for alias in node.names:
                    full = f"{node.module}.{alias.name}"
                    yield full if full in known or f"{full}.__init__" in known else str(node.module)


@pytest.mark.parametrize("module", modules())
def test_imports_run_only_downwards(module: str) -> None:
    known = modules()
    here = part(module)
    assert here in STOREY_OF, f"{here}: say in STOREYS where it lives"
    allowed = {STOREY_OF[here], *USES[STOREY_OF[here]]}
    for found in imports(ast.parse(known[module].read_text("utf-8")), known):
        there = part(found)
        assert STOREY_OF.get(there) in allowed, f"{module} imports {found}, from a storey it may not use"


def test_no_two_modules_need_each_other_to_start() -> None:
    """No cycles among the imports that run when a module is loaded."""
    known = modules()
    needs: dict[str, set[str]] = {}
    for module, path in known.items():
        top = [
            node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        found = {name for node in top for name in imports(node, known)}
        needs[module] = {name if name in known else f"{name}.__init__" for name in found} - {"wattloom.__init__"}
    while ready := [module for module, rest in needs.items() if not rest & needs.keys()]:
        for module in ready:
            del needs[module]
    assert not needs, f"these need each other: {sorted(needs)}"


def test_the_table_has_no_empty_rooms() -> None:
    there = {part(module) for module in modules()}
    assert not STOREY_OF.keys() - there
    assert set(STOREYS) == set(USES)
