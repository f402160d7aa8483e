"""Settings: one table, four ways to set them, and one clear line for what cannot be."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from wattloom.errors import Refusal
from wattloom.settings import PREFIX, Settings, read_settings

FIELDS = msgspec.structs.fields(Settings)


def test_defaults() -> None:
    assert read_settings({}, {}) == Settings()
    assert Settings().host == "127.0.0.1"


def test_flags_before_environment_before_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("port = 1\nseed = 1\nworkers = 1\nretry = 500\n")
    environment = {"PORT": "2", "WATTLOOM_SEED": "2", "WATTLOOM_WORKERS": "2"}
    settings = read_settings({"workers": 3, "seed": None}, environment, file)
    assert (settings.retry, settings.port, settings.seed, settings.workers) == (500, 2, 2, 3)
    assert read_settings({}, {"PORT": "2", "WATTLOOM_PORT": "3"}).port == 3
    assert read_settings({}, {PREFIX + "CONFIG": str(file)}).retry == 500


def test_several() -> None:
    assert read_settings({}, {"WATTLOOM_DATA": "a=1.csv,b=2.csv"}).data == ("a=1.csv", "b=2.csv")
    assert read_settings({"data": ["c=3.csv"]}, {"WATTLOOM_DATA": "a=1.csv"}).data == ("c=3.csv",)
    assert read_settings({"data": []}, {"WATTLOOM_DATA": "a=1.csv"}).data == ("a=1.csv",)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_setting_is_described_and_can_be_set_everywhere(field: msgspec.structs.FieldInfo, tmp_path: Path) -> None:
    meta = next(part for part in field.type.__metadata__ if isinstance(part, msgspec.Meta))
    assert meta.description
    assert meta.description.endswith(".")
    value = field.default if field.default not in ("", (), None) else "x"
    text = ",".join(value) if isinstance(value, tuple) else str(value)
    expected = getattr(read_settings({}, {PREFIX + field.name.upper(): text}), field.name)
    file = tmp_path / "settings.toml"
    quoted = f'["{text}"]' if isinstance(field.default, tuple) else f'"{text}"' if isinstance(value, str) else text
    file.write_text(f"{field.name} = {quoted}\n")
    assert getattr(read_settings({}, {}, file), field.name) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot = 1", "Setting prot: Object contains unknown field `prot`"),
        ("port = 99999", "Setting port: Expected `int` <= 65535"),
        ('port = "x"', "Setting port: Expected `int`, got `str`"),
        ("port = ", "not a TOML file"),
    ],
)
def test_a_file_that_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(Refusal) as refused:
        read_settings({}, {}, file)
    assert message in str(refused.value)
    assert "settings.toml" in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="nowhere"):
        read_settings({}, {}, tmp_path / "nowhere.toml")
