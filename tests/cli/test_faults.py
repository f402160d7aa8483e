"""`wattloom faults`: every kind is listed and shown."""

from __future__ import annotations

import pytest

from wattloom.cli import main
from wattloom.faults import KINDS


def test_every_kind_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faults"]) == 0
    listed = capsys.readouterr().out
    assert main(["faults", "list"]) == 0
    assert capsys.readouterr().out == listed
    assert [line.split()[0] for line in listed.splitlines()] == list(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_shown_with_its_parameters_and_a_drawing(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faults", "show", name]) == 0
    shown = capsys.readouterr().out
    assert KINDS[name].doc in shown
    for parameter in KINDS[name].parameters:
        assert parameter.doc in shown
    lines = shown.splitlines()
    if KINDS[name].of_rows:
        assert "arrives" in shown
    else:
        truth, reported = (line.split(maxsplit=1)[1] for line in lines[-2:])
        assert len(truth) == len(reported)
        assert truth != reported or name in ("drift", "noise")


def test_an_unknown_kind_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faults", "show", "rust"]) == 2
    assert "'rust'; allowed: negative, large" in capsys.readouterr().err
