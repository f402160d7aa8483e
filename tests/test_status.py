"""Status: every value has one colour, the two channels stay apart, the worst comes first, alerts have patience."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattloom.household import household
from wattloom.meterstats import meter_stats
from wattloom.quality import REASONS, flags
from wattloom.readings import AC, GEYSER, METERS, MISSING, OVERALL, Readings
from wattloom.statistics import quick_stats
from wattloom.status import COLOURS, USUAL, Alert, Alerts, Judgement, by_value, judge
from wattloom.tally import Tally
from wattloom.windows import average, daily

DAY = date(2026, 5, 1)
HOME = household("classic-a")
STATS = quick_stats(HOME, 5, DAY)
NOON = HOME.calendar.midnight(DAY) + 43_200


def stats_of(values: Any) -> Any:
    return meter_stats(Tally.of([np.array(values, dtype=np.int32)] * 7), idle=75, largest=3000)


def judged(change: Any = None, clock: int = 43_200, arrival: Any = None, time: Any = None) -> Judgement:
    """The judgement of one window of five seconds of classic-a, whose watts were changed in place."""
    truth = HOME.truth(NOON - 43_200 + clock, NOON - 43_200 + clock + 5)
    watts = truth.watts.copy()
    if change:
        change(watts)
    at, stamp = truth.arrival.copy(), truth.time.copy()
    if arrival:
        at[arrival[0]] += arrival[1]
    if time:
        stamp[time[0]] += time[1]
    rows = Readings(at, stamp, watts)
    windows = average(rows, flags(HOME, rows), int(truth.arrival[0]), 5, 1)
    return judge(windows, STATS, HOME.calendar)[0]


def setting(meter: int, second: Any, watts: int) -> Callable[[Any], None]:
    def change(rows: Any) -> None:
        rows[meter, second] = watts

    return change


@pytest.mark.parametrize(
    ("watts", "colour", "label"),
    [
        (0, "Green", "low"),
        (399, "Green", "low"),
        (400, "Green", "good"),
        (500, "Green", "good"),
        (501, "Green", "typical"),
        (599, "Green", "typical"),
        (600, "Yellow", "high"),
        (699, "Yellow", "high"),
        (700, "Red", "critical"),
        (9999, "Red", "critical"),
    ],
)
def test_bands_of_a_plain_meter(watts: Any, colour: Any, label: str) -> None:
    plain: Any = meter_stats(Tally.of([np.repeat([400, 500, 600, 699], [26, 25, 47, 2])] * 7), idle=75, largest=900)
    assert (plain.every.p25, plain.every.median, plain.every.p75, plain.critical) == (400, 500, 600, 700)
    assert by_value(watts, plain, DAY, 0) == (colour, label)


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=60), st.integers(0, 4000))
def test_every_value_has_exactly_the_colour_of_the_definition(history: Any, watts: Any) -> None:
    stats = stats_of(history)
    colour, label = by_value(watts, stats, DAY, 0)
    assert colour in COLOURS[:3]
    every, on = stats.every, stats.on
    if stats.coloured_by == "all":
        if watts >= stats.critical:
            assert colour == "Red"
        elif watts >= every.p75 and watts > every.median:
            assert colour == "Yellow"
        else:
            assert colour == "Green"
            assert label == ("low" if watts < every.p25 else "good" if watts <= every.median else "typical")
    elif watts <= stats.idle:
        assert colour == "Green"
    elif on is not None:
        assert (colour == "Red") == (watts >= stats.red >= on.critical.watts)
        if watts < on.p75 or watts <= on.median:
            assert colour == "Green"


def test_colours_never_fall_as_the_value_rises() -> None:
    stats = quick_stats(household("A"), 60, DAY).meters
    for of in stats.values():
        ranks = [COLOURS.index(by_value(watts, of, DAY, 43_200)[0]) for watts in range(0, 8000, 3)]
        assert ranks == sorted(ranks)


def test_a_clean_window_says_so() -> None:
    found = judged()
    assert found.by_value == dict.fromkeys(METERS, "Green") == found.status
    assert found.quality == {meter: {"valid": 1.0, "counts": {}} for meter in METERS}
    assert (found.priority, found.reason) == ("Green", USUAL)


@pytest.mark.parametrize(
    ("change", "meter", "status", "words"),
    [
        (setting(AC, 1, -5), "AC", "Red", "AC: 1 negative second"),
        (setting(GEYSER, 2, 99_000), "Geyser", "Red", "Geyser: 1 impossible second"),
        (setting(OVERALL, 2, 0), "Overall", "Red", "Overall: 1 second out of balance"),
        (setting(AC, 1, MISSING), "AC", "Critical Red", "AC: 1 missing value"),
        (setting(AC, slice(None), MISSING), "AC", "Critical Red", "AC has no valid second"),
        (setting(AC, slice(0, 3), -7), "AC", "Red", "AC: 3 negative seconds"),
    ],
)
def test_bad_readings_colour_their_meter(change: Any, meter: str, status: str, words: str) -> None:
    found = judged(change)
    assert found.status[meter] == found.priority == status
    assert words in found.reason
    others = [other for other in METERS if other != meter]
    assert all(found.status[other] == "Green" for other in others)
    assert found.by_value[meter] == (None if "no valid" in words else "Green")


@pytest.mark.parametrize(
    "kwargs",
    [{"time": (4, -1)}, {"time": (slice(None), -90)}, {"arrival": (4, 1)}, {"arrival": (2, -1), "time": (2, -1)}],
)
def test_bad_stamps_and_gaps_are_critical(kwargs: dict[str, Any]) -> None:
    assert judged(**kwargs).priority == "Critical Red"


def test_the_worst_comes_first() -> None:
    def change(rows: Any) -> None:
        rows[AC, 0], rows[GEYSER, 0], rows[OVERALL] = -1, MISSING, 1400

    found = judged(change)
    assert found.reason.split("; ")[:2] == ["Geyser: 1 missing value", "AC: 1 negative second"]
    assert found.priority == "Critical Red"


def test_a_shower_is_green_and_air_conditioning_at_noon_is_not() -> None:
    shower = judged(clock=6 * 3600 + 1800)
    assert shower.by_value["Geyser"] == "Green"

    def cooling(rows: Any) -> None:
        rows[AC] = 1200
        rows[OVERALL] += 1200

    noon = judged(cooling)
    assert (noon.by_value["AC"], noon.label["AC"]) == ("Yellow", "unusual")
    assert "AC unusually high for this hour" in noon.reason
    assert judged(cooling, clock=20 * 3600).label["AC"] == "typical"


def test_what_is_unusual_needs_a_fortnight() -> None:
    short = quick_stats(HOME, 5, DAY, days=13)
    assert by_value(1200, short.meters["AC"], DAY, 43_200) == ("Green", "typical")


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_clean_days_are_seldom_unusual_and_showers_green(name: str) -> None:
    home = household(name)
    stats = quick_stats(home, 60, DAY)
    unusual, showers, windows = 0, [], 0
    for offset, (_, watts) in enumerate(daily(home, 60, DAY, 28)):
        day = DAY + timedelta(offset)
        for place, meter in enumerate(METERS):
            of = stats.meters[meter]
            found = [by_value(w, of, day, 60 * k) for k, w in enumerate(watts[place].tolist())]
            unusual += sum(label == "unusual" for _, label in found)
            windows += len(found)
            if meter == "Geyser":
                on = watts[place] > of.idle
                showers += [colour for (colour, label), k in zip(found, on, strict=True) if k and label != "unusual"]
    assert unusual / windows < 0.01
    assert not showers or showers.count("Green") / len(showers) > 0.9


def test_ac_at_noon_in_household_a_is_unusual() -> None:
    home = household("A")
    of: Any = quick_stats(home, 60, DAY).meters["AC"]
    assert DAY.weekday() < 5
    running = round(of.on.median)
    assert by_value(running, of, DAY, 43_200) == ("Yellow", "unusual")
    assert by_value(running, of, DAY, 22 * 3600)[0] == "Green"


def test_every_reason_reaches_the_status() -> None:
    for reason in REASONS:
        assert reason.severity in COLOURS


def window(by: Any = "Green", counts: Any = None, valid: float = 1.0) -> Judgement:
    return Judgement({"AC": by}, {}, {"AC": {"valid": valid, "counts": counts or {}}}, {}, "", "")


def changes(windows: Any) -> list[list[tuple[str, bool]]]:
    alerts = Alerts()
    return [[(alert.cause, alert.raised) for alert in alerts.update(each)] for each in windows]


def test_a_red_value_needs_three_windows_and_three_to_clear() -> None:
    assert changes([window("Red")] * 2 + [window()] + [window("Red")] * 3) == [[], [], [], [], [], [("value", True)]]
    red, calm = [window("Red")] * 3, [window()] * 3
    assert changes([*red, *calm[:2], window("Red"), *calm])[3:] == [[], [], [], [], [], [("value", False)]]


def test_bad_readings_raise_at_once() -> None:
    bad = window(counts={"negative": 1})
    assert changes([bad, window(), window(), window(), window()]) == [
        [("quality", True)],
        [],
        [],
        [("quality", False)],
        [],
    ]
    assert changes([window(None, valid=0.0)]) == [[("quality", True)]]


def test_a_window_without_a_value_neither_adds_to_a_row_nor_ends_it() -> None:
    causes = changes([window("Red"), window("Red"), window(None, valid=0.0), window("Red")])
    assert causes == [[], [], [("quality", True)], [("value", True)]]


@given(st.lists(st.tuples(st.sampled_from(["Green", "Yellow", "Red", None]), st.booleans()), max_size=40))
def test_alerts_alternate_and_have_cause(stream: Any) -> None:
    alerts, state = Alerts(), dict[str, bool]()
    for colour, bad in stream:
        for alert in alerts.update(window(colour, {"missing": 1} if bad else None)):
            assert isinstance(alert, Alert)
            assert state.get(alert.cause, False) is not alert.raised
            state[alert.cause] = alert.raised
            if alert.raised:
                assert bad if alert.cause == "quality" else colour == "Red"
    assert {cause for _, cause in alerts.raised} == {cause for cause, raised in state.items() if raised}
