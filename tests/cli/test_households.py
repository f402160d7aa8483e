"""`wattloom households`: what there is, one of it, and one's own profile."""

from importlib import resources
from pathlib import Path

import pytest

from wattloom.cli import main
from wattloom.houses import Houses


def test_the_list_has_every_household_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["households"]) == 0
    alone = capsys.readouterr().out
    assert main(["households", "list"]) == 0
    assert capsys.readouterr().out == alone
    lines = alone.splitlines()
    assert [line.split()[0] for line in lines] == Houses().list()
    assert all(len(line) > 40 for line in lines)


def test_show_says_where_and_how_much(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["households", "show", "A/17"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("A/17: ")
    assert "Asia/Kolkata" in shown
    assert all(f"{meter} " in shown for meter in ("AC", "Geyser", "Overall"))


def test_a_sound_profile_is_called_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shipped = resources.files("wattloom.profiles").joinpath("classic-a.toml").read_text()
    mine = tmp_path / "mine.toml"
    mine.write_text(shipped.replace('name = "classic-a"', 'name = "mine"'))
    assert main(["households", "check", str(mine)]) == 0
    assert f"{mine} is sound: household mine" in capsys.readouterr().out
    assert main(["households", "list", "--profile", str(mine)]) == 0
    assert "\nmine " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "name"), ("name = 3", "name"), ("not toml", "toml"), ('name = "x"\ncolour = "red"', "colour")],
)
def test_an_unsound_profile_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(text)
    assert main(["households", "check", str(mine)]) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert str(mine) in shown.err
    assert shown.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [["show", "Z"], ["show"], ["check", "no.toml"], ["sell", "A"]])
def test_bad_input_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main(["households", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1
