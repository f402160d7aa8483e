"""`wattloom stats`: a table, JSON that is the server's, a picture, and one line for what cannot be."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from wattloom.cli import BAD_INPUT, OK, main
from wattloom.household import household
from wattloom.statistics import quick_stats

HOUSE = ["stats", "--household", "classic-a", "--interval", "60", "--before", "2026-05-01"]


def test_table_names_meters_and_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(HOUSE) == OK
    out = capsys.readouterr().out
    for word in ("AC", "Geyser", "Overall", "median", "critical value", "1.501", "3.001", "mixture of 4", "50.0%"):
        assert word in out
    assert "Too little history" not in out


def test_too_little_history_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*HOUSE, "--days", "1"]) == OK
    assert "Too little history" in capsys.readouterr().out


def test_json_is_what_the_server_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*HOUSE, "--json"]) == OK
    answer = json.loads(capsys.readouterr().out)
    assert answer == json.loads(json.dumps(quick_stats(household("classic-a"), 60, date(2026, 5, 1)).json()))


def test_another_seed_is_another_home(capsys: pytest.CaptureFixture[str]) -> None:
    answers = []
    for seed in ("0", "1"):
        assert main([*HOUSE, "--json", "--days", "2", "--seed", seed]) == OK
        answers.append(capsys.readouterr().out)
    assert answers[0] != answers[1]


def test_a_recording_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "home.csv"
    rows = [
        f"2026-05-01T{minute // 60:02}:{minute % 60:02}:00+05:30,{0.2 + minute % 5 / 10:.1f}" for minute in range(900)
    ]
    file.write_text("\n".join(["time,Overall", *rows]))
    assert main(["stats", "--data", f"mine={file}", "--interval", "60", "--json"]) == OK
    answer = json.loads(capsys.readouterr().out)
    assert (answer["household"], answer["median"]) == ("mine", {"Overall": 0.4})


def test_picture_beside_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    assert main([*HOUSE, "--plot", str(tmp_path / "a.svg")]) == OK
    assert "median" in capsys.readouterr().out
    assert (tmp_path / "a.svg").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["stats"], "--household"),
        (["stats", "--household", "Z"], "Unrecognized house"),
        (["stats", "--household", "A", "--data", "a.csv"], "exclude"),
        (["stats", "--household", "A", "--interval", "0"], "> 0"),
        (["stats", "--household", "A", "--interval", "2.5"], "interval"),
        (["stats", "--household", "A", "--days", "0"], "1 to 3660"),
        (["stats", "--household", "A", "--before", "May"], "2026-05-01"),
        (["stats", "--household", "A", "--plot", "a.pdf"], ".svg"),
        (["stats", "--data", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == BAD_INPUT
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err
    assert captured.err.count("\n") == 1
