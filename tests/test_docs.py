"""Documentation cannot drift: what is not documented, or documented and not there, fails here."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import typer.main

import wattloom
from wattloom.cli import VERBS, application
from wattloom.faults import KINDS
from wattloom.faults import SCHEMA as LABELS
from wattloom.sinks import FORMATS as WRITTEN
from wattloom.tablefile import FORMATS as READ

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, found in (command or cast(Any, typer.main.get_command(application()))).commands.items():
        yield (*path, name), found
        if hasattr(found, "commands"):
            yield from commands(found, (*path, name))


def flags(command: Any) -> set[str]:
    return {flag for option in command.params for flag in option.opts if flag.startswith("--")} - {"--help"}


def test_the_commands_page_is_what_the_commands_say() -> None:
    program = [sys.executable, "-c", "import commands; print(commands.reference(), end='')"]
    done = subprocess.run(program, cwd=ROOT / "tools", capture_output=True, text=True, check=True, timeout=60)
    assert page("docs/commands.md") == done.stdout, "run .venv/bin/python tools/commands.py"
    for path, command in commands():
        assert f"`wattloom {' '.join(path)}" in done.stdout
        assert all(f"`{flag}`" in done.stdout for flag in flags(command))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_fault_is_documented(kind: str) -> None:
    assert any(f"`{kind}`" in path.read_text("utf-8") for path in PAGES)


def test_labels_and_formats_are_documented() -> None:
    text = page("docs/datasets.md")
    for name in (*LABELS.names, *(f"labels.{form}" for form in WRITTEN)):
        assert f"`{name}`" in text, name
    assert all(ending.removeprefix(".").lower() in text.lower() for ending in READ)


def test_the_python_interface_is_documented() -> None:
    for name in wattloom.__all__:
        assert getattr(wattloom, name).__doc__, name
    text = "".join(path.read_text("utf-8") for path in PAGES)
    for name in ("household", "truth", "dataset", "quick_stats", "read_recording"):
        assert name in wattloom.__all__
        assert re.search(rf"`?(wl\.)?{name}\b", text), name


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", path.read_text("utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_in_the_pages_are_commands(path: Path) -> None:
    """Whatever stands as `wattloom VERB` in code exists, and so do its options."""
    known = {" ".join(found): flags(command) for found, command in commands()}
    for block in re.findall(r"```sh\n(.*?)```|`(wattloom [^`]*)`", path.read_text("utf-8"), flags=re.DOTALL):
        for line in "".join(block).splitlines():
            if match := re.match(r"(?:\.venv/bin/)?wattloom ([a-z]+)(.*)", line.split("#")[0]):
                assert match[1] in VERBS, line
                used = set(re.findall(r"(--[a-z-]+)", match[2])) - {"--help"}
                there = set().union(*(flags for name, flags in known.items() if name.split()[0] == match[1]))
                assert used <= there, line


def test_the_readme_is_true_to_its_python() -> None:
    code = re.search(r"```python\n(.*?)```", page("README.md"), flags=re.DOTALL)
    assert code is not None
    lines = [line for line in code[1].splitlines() if ".plot()" not in line]
    exec("\n".join(lines), {})


def test_the_readme_names_the_verbs_of_the_makefile() -> None:
    made = set(re.findall(r"^([a-z]+):", page("Makefile"), flags=re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", page("README.md"), flags=re.MULTILINE))
    assert {"serve", "test", "bench"} <= named <= made
