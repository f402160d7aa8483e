"""Status: every value has one colour, the two channels stay apart, the worst comes first, alerts have patience."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattloom.household import household
from wattloom.meterstats import meter_stats
from wattloom.quality import BITS, REASONS, Reason
from wattloom.readings import AC, GEYSER, METERS, OVERALL, Readings
from wattloom.statistics import quick_stats
from wattloom.status import COLOURS, USUAL, Alert, Alerts, Judgement, by_value, counted, judge
from wattloom.tally import Tally
from wattloom.windows import average, daily

DAY = date(2026, 5, 1)
HOME = household("classic-a")
STATS = quick_stats(HOME, 5, DAY)
NOON = HOME.calendar.midnight(DAY) + 43_200


def stats_of(values: Any) -> Any:
    return meter_stats(Tally.of([np.array(values, dtype=np.int32)] * 7), idle=75, largest=3000)


def judged(
    bad: dict[tuple[int, int], str] | None = None,
    watts: dict[int, int] | None = None,
    clock: int = 43_200,
    rows: int = 5,
) -> Judgement:
    """The judgement of five seconds of classic-a, `bad` those (meter, second) that were flagged for a reason."""
    start = NOON - 43_200 + clock
    truth = HOME.truth(start, start + rows)
    values, bits = truth.watts.copy(), np.zeros((3, rows), dtype=np.uint32)
    for meter, value in (watts or {}).items():
        values[meter] = value
    for (meter, second), reason in (bad or {}).items():
        bits[meter, second] |= np.uint32(BITS[reason])
    windows = average(Readings(truth.arrival, truth.time, values), bits, start, 5, 1)
    return judge(windows, STATS, HOME.calendar)[0]


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


@settings(deadline=None)
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


#: Those that replace no row and need one to be marked.
OF_ROWS = [reason for reason in REASONS if reason.name not in ("gap", "duplicate")]


@pytest.mark.parametrize("reason", OF_ROWS, ids=lambda reason: reason.name)
def test_every_reason_colours_its_meter_and_no_other(reason: Reason) -> None:
    found = judged({(GEYSER, 1): reason.name, (GEYSER, 3): reason.name})
    assert found.status == {"AC": "Green", "Geyser": reason.severity, "Overall": "Green"}
    assert found.by_value == dict.fromkeys(METERS, "Green")
    assert found.quality["Geyser"] == {"valid": 0.6, "counts": {reason.name: 2}}
    assert (found.priority, found.reason) == (reason.severity, f"Geyser: {counted(2, reason.noun)}")
    assert re.match(r"2 ([a-z]+ )?(seconds|values|rows|timestamps|spikes)\b", counted(2, reason.noun))


def test_no_valid_second_is_critical_and_has_no_colour_by_value() -> None:
    found = judged({(AC, second): "negative" for second in range(5)})
    assert (found.by_value["AC"], found.label["AC"]) == (None, None)
    assert found.status["AC"] == found.priority == "Critical Red"
    assert found.reason == "AC has no valid second; AC: 5 negative seconds"


def test_rows_that_did_not_come_are_a_gap_of_all_meters() -> None:
    found = judged(rows=4)
    assert found.quality["AC"] == {"valid": 0.8, "counts": {"gap": 1}}
    assert found.status == dict.fromkeys(METERS, "Critical Red")


def test_the_worst_comes_first() -> None:
    found = judged({(AC, 0): "negative", (GEYSER, 0): "missing"}, watts={OVERALL: 1400})
    assert found.reason.split("; ")[:2] == ["Geyser: 1 missing value", "AC: 1 negative second"]
    assert found.priority == "Critical Red"


def test_a_shower_is_green_and_air_conditioning_at_noon_is_not() -> None:
    shower = judged(clock=6 * 3600 + 1800)
    assert shower.by_value["Geyser"] == "Green"
    noon = judged(watts={AC: 1200})
    assert (noon.by_value["AC"], noon.label["AC"]) == ("Yellow", "unusual")
    assert "AC unusually high for this hour" in noon.reason
    assert judged(watts={AC: 1200}, clock=20 * 3600).label["AC"] == "typical"


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


@settings(deadline=None)
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
