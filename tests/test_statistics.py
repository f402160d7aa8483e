"""Quick statistics: the textbook households by hand, the contract's keys, poor history, recordings."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wattloom.civil import Calendar, zone_of
from wattloom.errors import Refusal
from wattloom.household import household
from wattloom.readings import METERS, MISSING, Readings
from wattloom.recording import Recording, read_recording
from wattloom.statistics import FIGURES, history_of, quick_stats

DAY = date(2026, 5, 1)
CONTRACT = ["25p", "median", "75p", "rt_critical_value_0.01", "best_distribution"]
MEASURED = Path(__file__).parents[1] / ".." / "shared" / "data" / "measured_home_france_1min.csv.gz"


def figures_of(name: str, interval: int = 5, **options: Any) -> dict[str, Any]:
    stats = quick_stats(household(name), interval, DAY, **options)
    figures: dict[str, Any] = json.loads(json.dumps(stats.json(), allow_nan=False))
    return figures


def recording(watts: Any, step: int = 60, meters: Any = METERS) -> Recording:
    """A recording of (3, rows) or (rows,) watts from a midnight on."""
    calendar = Calendar(zone_of("Asia/Kolkata"))
    watts = np.broadcast_to(np.asarray(watts, dtype=np.int32), (3, np.shape(watts)[-1])).copy()
    watts[[meter not in meters for meter in METERS]] = MISSING
    arrival = calendar.midnight(DAY) + step * np.arange(watts.shape[1], dtype=np.int64)
    rows = Readings(arrival, arrival, watts)
    return Recording("mine", calendar, step, meters, rows, rows)


#: Values, kW: on one half of the time, a sixth, a third; nothing. Boundaries fall on whole windows at these intervals.
@pytest.mark.parametrize("interval", [1, 5, 60, 3600])
@pytest.mark.parametrize(
    ("name", "ac", "geyser"),
    [
        ("classic-a", (0, 0.75, 1.5, 1.501), (0, 0, 0, 3.001)),
        ("classic-b", (0, 0, 2.0, 2.001), (0, 0, 0, 3.001)),
        ("classic-c", (0, 0.75, 1.5, 1.501), (0, 0, 0, 3.001)),
    ],
)
def test_classic_households_by_hand(name: str, interval: int, ac: tuple[float, ...], geyser: tuple[float, ...]) -> None:
    days = 3 if interval == 1 else 28
    figures = figures_of(name, interval, days=days)
    assert tuple(figures[figure]["AC"] for figure in CONTRACT[:4]) == ac
    assert tuple(figures[figure]["Geyser"] for figure in CONTRACT[:4]) == geyser
    on = {"classic-a": (0.5, 1 / 6), "classic-b": (1 / 3, None), "classic-c": (0.5, 1 / 6)}[name]
    for meter, share, power in (("AC", on[0], ac[3] - 0.001), ("Geyser", on[1], 3.0)):
        atoms = {atom["value"]: atom["share"] for atom in figures["atoms"][meter]}
        if share is None:
            assert atoms == {0.0: 1.0}
            assert figures["on_state"][meter] is None
            assert figures["critical_value"][meter]["of"] == "rated"
        else:
            assert atoms == {0.0: pytest.approx(1 - share, abs=1e-6), round(power, 3): pytest.approx(share, abs=1e-6)}
            assert figures["on_state"][meter]["median"] == round(power, 3)


def test_overall_of_a_classic_is_a_mixture_of_its_four_states() -> None:
    found = figures_of("classic-a")["distribution"]["Overall"]
    assert found["name"] == "mixture"
    assert [round(part["loc"], 2) for part in found["components"]] == [1.05, 2.55, 4.05, 5.55]
    assert [round(part["weight"] * 24, 1) for part in found["components"]] == [11.0, 9.0, 1.0, 3.0]


@pytest.mark.parametrize("name", ["classic-a", "classic-b", "classic-c"])
def test_overall_of_the_classics_exceeds_on_new_days_as_announced(name: str) -> None:
    home = household(name)
    stats: Any = quick_stats(home, 5, DAY)
    later = quick_stats(home, 5, DAY + timedelta(60), days=60)
    unseen = history_of(home, later)[2]
    share = float((unseen >= stats.meters["Overall"].critical).mean())
    assert abs(share - 0.01) <= 0.001
    low, high = stats.meters["Overall"].every.critical.interval
    assert low <= 0.01 <= high


def test_keys_of_the_contract_come_first_and_every_figure_has_every_meter() -> None:
    figures = figures_of("A", 60)
    assert list(figures)[:5] == CONTRACT
    for figure in FIGURES:
        assert list(figures[figure]) == list(METERS)
    assert figures["reliable"] is True
    assert (figures["first"], figures["before"], figures["days"]) == ("2026-04-03", "2026-05-01", 28)
    assert 0 < figures["25p"]["Overall"] < figures["median"]["Overall"] < figures["rt_critical_value_0.01"]["Overall"]


def test_statistics_are_those_of_the_history() -> None:
    home = household("A")
    stats: Any = quick_stats(home, 60, DAY)
    watts = history_of(home, stats)
    assert watts.shape == (3, 28 * 1440)
    overall = stats.meters["Overall"]
    assert [overall.every.p25, overall.every.median, overall.every.p75] == np.quantile(
        watts[2], [0.25, 0.5, 0.75]
    ).tolist()
    assert (watts[2] >= overall.critical).mean() <= 0.01 < (watts[2] >= overall.critical - 1).mean()


def test_one_day_says_that_it_is_not_reliable() -> None:
    figures = figures_of("A", 5, days=1)
    assert (figures["days"], figures["reliable"]) == (1, False)
    assert figures["usual"] == dict.fromkeys(METERS)
    assert figures["critical_value"]["Overall"]["interval_95"] is None
    assert figures["best_distribution"]["Overall"]


def test_few_windows_are_not_reliable() -> None:
    assert not quick_stats(household("A"), 86_400, DAY).reliable


@pytest.mark.parametrize(("interval", "days"), [(0, 28), (-1, 28), (86_401, 28), (5, 0), (5, 100_000)])
def test_what_cannot_be_is_refused(interval: int, days: Any) -> None:
    with pytest.raises(Refusal):
        quick_stats(household("A"), interval, DAY, days)


def test_history_before_the_calendar_is_refused() -> None:
    with pytest.raises(Refusal, match="history"):
        quick_stats(household("A"), 5, date(1, 1, 5))


def test_asking_again_gives_the_same_object_also_from_many_threads() -> None:
    home = household("classic-b")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: quick_stats(home, 300, DAY), range(12)))
    assert all(answer is answers[0] for answer in answers)
    assert quick_stats(home, 300, DAY - timedelta(1)) is not answers[0]
    assert quick_stats(household("classic-b"), 300, DAY).json() == answers[0].json()


def test_default_is_the_28_days_before_today() -> None:
    home = household("classic-b")
    before = home.calendar.day(time.time())
    stats = quick_stats(home, 3600)
    assert stats.before in (before, before + timedelta(1))  # midnight may pass
    assert (stats.before - stats.first).days == 28


HISTORIES = {
    "nulls": np.where(np.arange(3 * 1440) % 3 == 0, MISSING, np.arange(3 * 1440) % 900),
    "all null": np.full(1440, MISSING),
    "all zero": np.zeros(2880),
    "all one value": np.full(2880, 640),
    "two values": np.where(np.arange(2880) % 2 == 0, 0, 640),
    "negative values": np.where(np.arange(2880) % 7 == 0, -300, 300 + np.arange(2880) % 50),
    "two rows": np.array([200, 300]),
}


@pytest.mark.parametrize("history", HISTORIES)
@pytest.mark.parametrize("interval", [60, 900, 86_400])
@pytest.mark.parametrize("meters", [METERS, ("Overall",), ("AC", "Geyser")])
def test_every_history_of_a_recording_has_an_answer(history: Any, interval: int, meters: Any) -> None:
    figures = json.loads(
        json.dumps(quick_stats(recording(HISTORIES[history], meters=meters), interval).json(), allow_nan=False)
    )
    assert list(figures["25p"]) == list(meters)
    assert figures["reliable"] is False


def median_of(source: Recording, **options: Any) -> float | None:
    overall = quick_stats(source, 60, **options).meters["Overall"].every
    return overall.median if overall else None


def test_negative_and_missing_rows_of_a_recording_are_left_out() -> None:
    watts = np.array([100, -100, MISSING, 300] * 360)
    stats: Any = quick_stats(recording(watts, meters=("Overall",)), 240)
    assert stats.meters["Overall"].every.median == 200


def test_a_recording_is_held_against_its_baseline() -> None:
    mine, clean = recording(np.full(1440, 900)), recording(np.arange(2880) % 480)
    assert median_of(mine) == 900
    assert median_of(mine, baseline=clean) == 239.5
    assert median_of(mine.against(clean)) == 239.5


def test_an_interval_between_the_rows_of_a_recording_is_refused() -> None:
    with pytest.raises(Refusal, match="multiple of the recording's step of 60 seconds, not 90"):
        quick_stats(recording(np.arange(1440)), 90)


def test_the_measured_home() -> None:
    if not MEASURED.exists():
        pytest.skip("The measured home is not beside this checkout.")
    source = read_recording(MEASURED, zone="Europe/Paris")
    figures = quick_stats(source, 60).json()
    assert list(figures["median"]) == ["Geyser", "Overall"]
    assert figures["reliable"]
    assert 1.3 < figures["median"]["Overall"] < 1.6
    low, high = figures["critical_value"]["Overall"]["interval_95"]
    assert low < 0.01 < high


def test_the_page_about_statistics_is_true(capsys: pytest.CaptureFixture[str]) -> None:
    page = Path(__file__).parents[1] / "docs" / "statistics.md"
    text = page.read_text("utf-8")
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(block, names)
    printed = capsys.readouterr().out.split()
    assert printed[0] == re.findall(r"print\(.*\)  # (\S+)", text)[0] == "1.501"
    assert float(printed[1]) > 0
    for image in re.findall(r"\]\((img/.*?)\)", text):
        assert (page.parent / image).exists(), image
    for word in (*FIGURES, "reliable", "low", "good", "typical", "high", "unusual", "critical", "rated", "on-state"):
        assert f"`{word}`" in text, word
