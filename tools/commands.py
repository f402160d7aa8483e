"""Writes docs/commands.md from the commands themselves: `.venv/bin/python tools/commands.py`."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, cast

import typer.main

from wattloom.cli import VERBS, application

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"
HEAD = """# The command line

Every command has `--help`. Wrong input is one line on standard error, exit code 2, and nothing half-written; long work
shows its progress on a terminal and nothing in a pipe.

<!-- Written by tools/commands.py from the commands themselves; a test compares. -->
"""


def reference() -> str:
    """The page."""
    root = cast(Any, typer.main.get_command(application()))
    return HEAD + "".join(_section(f"wattloom {verb}", root.commands[verb], "##") for verb in VERBS)


def _section(name: str, command: Any, level: str) -> str:
    words, _, example = inspect.cleandoc(command.help).partition("Example: ")
    arguments = [option for option in command.params if not _flag(option)]
    usage = " ".join([name, *(_name(option) for option in arguments)])
    text = f"\n{level} `{usage}`\n\n{words.strip()}\n\n```sh\n{' '.join(example.split())}\n```\n"
    rows = [(_name(option), option.help) for option in arguments]
    rows += [(_flag(option), _meaning(option)) for option in command.params if _flag(option)]
    if rows:
        text += "\n| | |\n| --- | --- |\n" + "".join(f"| `{what}` | {meaning} |\n" for what, meaning in rows)
    for verb, inner in getattr(command, "commands", {}).items():
        text += _section(f"{name} {verb}", inner, f"{level}#")
    return text


def _name(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())


def _flag(option: Any) -> str:
    return next((text for text in option.opts if text.startswith("--")), "")


def _meaning(option: Any) -> str:
    default = option.default
    shown = isinstance(default, str | int | Path) and not isinstance(default, bool) and "[default" not in option.help
    return str(option.help) + (f" [default: {default}]" if shown else "") + (" [required]" if option.required else "")


if __name__ == "__main__":
    PAGE.write_text(reference(), "utf-8")
