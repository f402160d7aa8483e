"""The command as a whole: help with an example for every verb, at once; one line for what is wrong."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import typer.main

from wattloom.cli import VERBS, application, main

WATTLOOM = str(Path(sys.executable).with_name("wattloom"))
#: What must not be loaded before a verb needs it.
HEAVY = ("pyarrow", "scipy", "quart", "uvicorn", "pandas", "rich")


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every verb and verb of a verb."""
    for name, found in (command or cast(Any, typer.main.get_command(application()))).commands.items():
        yield (*path, name), found
        if hasattr(found, "commands"):
            yield from commands(found, (*path, name))


def test_every_verb_is_mounted_and_no_other() -> None:
    root = typer.main.get_command(application())
    assert root.list_commands(typer.Context(root)) == list(VERBS)  # type: ignore[attr-defined]
    assert {path[0] for path, _ in commands()} == set(VERBS)


@pytest.mark.parametrize("path", [path for path, _ in commands()], ids=" ".join)
def test_every_command_has_help_with_an_example(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*path, "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"Example: wattloom {path[0]}" in shown


@pytest.mark.parametrize(
    ("path", "command"), list(commands()), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_option_says_what_it_is(path: tuple[str, ...], command: Any) -> None:
    silent = [option.name for option in command.params if not getattr(option, "help", None)]
    assert not silent, f"{' '.join(path)}: {silent}"


def test_help_loads_nothing_heavy() -> None:
    program = (
        f"import sys; from wattloom.cli import main; main(['--help']); print([m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"


def test_alone_it_shows_its_help() -> None:
    done = subprocess.run([WATTLOOM], capture_output=True, text=True, check=True, timeout=60)
    assert all(verb in done.stdout for verb in VERBS)


def test_an_unknown_verb_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["genarate"]) == 2
    assert capsys.readouterr().err == "wattloom: No such command 'genarate'. Did you mean 'generate'?\n"


def test_a_reader_that_goes_away_is_no_error() -> None:
    pipeline = f"{WATTLOOM} households show A | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", pipeline], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode in (0, 1)
    assert done.stderr == ""


def test_a_full_disk_behind_standard_output_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([WATTLOOM, "households"], stdout=full, stderr=-1, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr == "wattloom: [Errno 28] No space left on device\n"
