"""Plots: a picture of any statistics, whole or not at all."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from wattloom.errors import Refusal
from wattloom.household import household
from wattloom.plots import plot
from wattloom.statistics import QuickStats, history_of, quick_stats

matplotlib = pytest.importorskip("matplotlib")
DAY = date(2026, 5, 1)


def drawn(name: str, path: Path, interval: int = 300, days: Any = 28) -> QuickStats:
    home = household(name)
    stats = quick_stats(home, interval, DAY, days)
    plot(stats, history_of(home, stats), path)
    return stats


@pytest.mark.parametrize("name", ["A", "B", "classic-a", "classic-b"])
def test_svg_shows_what_the_statistics_say(name: str, tmp_path: Path) -> None:
    stats = drawn(name, tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text()
    ElementTree.fromstring(text)
    for meter, of in stats.meters.items():
        assert f"<!-- {meter} -->" in text
        assert f"critical {of.critical / 1000:.3f}" in text
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]


def test_png_is_one_and_the_same_each_time(tmp_path: Path) -> None:
    for name in ("a.png", "b.PNG"):
        drawn("classic-b", tmp_path / name)
    one, other = ((tmp_path / name).read_bytes() for name in ("a.png", "b.PNG"))
    assert one.startswith(b"\x89PNG")
    assert one == other


def test_meters_without_history_are_drawn_as_such(tmp_path: Path) -> None:
    home = household("classic-b")
    stats = quick_stats(home, 3600, DAY, 1)
    plot(stats, np.zeros((3, 24), dtype=np.int32), tmp_path / "a.svg")
    assert (tmp_path / "a.svg").stat().st_size > 1000


def test_other_suffixes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"end in \.png or \.svg"):
        drawn("classic-b", tmp_path / "a.pdf")


def test_without_matplotlib_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.split(".")[0] == "matplotlib"] or ["matplotlib"]:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(Refusal, match=r"wattloom\[plot\]"):
        drawn("classic-b", tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        drawn("classic-b", tmp_path / "none" / "a.png")
