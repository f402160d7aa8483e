"""`wattloom check`: exit codes, the file of flags, the picture, and nothing half-written."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wattloom.cli import main
from wattloom.household import household

HOME = household("A")
START = HOME.calendar.midnight(date(2026, 5, 1))


def recording(path: Path, spoil: bool) -> str:
    rows = HOME.truth(START, START + 3600)
    watts = rows.watts / 1000
    if spoil:
        watts[0, 900:1000] = np.nan
        watts[2, 2000] = -0.3
    time = pd.to_datetime(rows.time, unit="s", utc=True).tz_convert("Asia/Kolkata")
    columns = dict(zip(("AC", "Geyser", "Overall"), watts, strict=True))
    pd.DataFrame({"time": [t.isoformat() for t in time], **columns}).to_csv(path, index=False)
    return str(path)


def test_the_codes_and_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clean, bad = recording(tmp_path / "clean.csv", False), recording(tmp_path / "bad.csv", True)
    out, picture = tmp_path / "flags.csv", tmp_path / "picture.svg"
    assert main(["check", clean, "--baseline", clean, "--out", str(out)]) == 0
    assert out.read_text() == "time,meter,status,reasons\n"
    assert main(["check", bad, "--baseline", clean, "--out", str(out)]) == 2
    assert "exists" in capsys.readouterr().err
    again = ["--out", str(out), "--force", "--plot", str(picture)]
    assert main(["check", bad, "--baseline", clean, "--interval", "60", *again]) == 1
    shown = capsys.readouterr().out
    assert "missing" in shown
    assert "a row without a value" in shown
    flags = pd.read_csv(out)
    assert flags["time"].tolist() == [f"2026-05-01T00:{m}:00+05:30" for m in (15, 16, 33)]
    assert flags["meter"].tolist() == ["AC", "AC", "Overall"]
    assert flags["status"].tolist() == ["Critical Red", "Critical Red", "Red"]
    assert flags["reasons"].tolist() == ["missing", "missing", "negative"]
    assert "<svg" in picture.read_text()[:500]


def test_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clean = recording(tmp_path / "clean.csv", False)
    assert main(["check", recording(tmp_path / "bad.csv", True), "--baseline", clean, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["windows"] == 240
    assert found["counts"]["negative"] == {"AC": 0, "Geyser": 0, "Overall": 1}


def test_nothing_is_half_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clean = Path(recording(tmp_path / "clean.csv", False))
    broken = tmp_path / "broken.csv"
    broken.write_text(clean.read_text().replace("T00:50:00+05:30,", "T00:50:00+05:30,no", 1))
    before = sorted(tmp_path.iterdir())
    out = ["--out", str(tmp_path / "flags.csv"), "--plot", str(tmp_path / "p.png")]
    assert main(["check", str(broken), "--baseline", str(clean), *out]) == 2
    assert "line 3002: AC is 'no" in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before
    assert main(["check", str(clean), "--plot", str(tmp_path / "p.gif")]) == 2
    assert "p.gif" in capsys.readouterr().err
