"""Quality: each reason is found where it is, and nowhere in the truth."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from wattloom.household import household
from wattloom.quality import BITS, REASONS, flags
from wattloom.readings import AC, GEYSER, METERS, MISSING, OVERALL, Readings

HOME = household("classic-a")
NOON = HOME.calendar.midnight(date(2026, 5, 1)) + 43_200


def told(rows: Readings, second: int, meter: int = AC) -> set[str]:
    mask = int(flags(HOME, rows)[meter, second])
    return {name for name, bit in BITS.items() if mask & bit}


def altered(watts: Any = None, time: Any = None, arrival: Any = None) -> Readings:
    truth = HOME.truth(NOON, NOON + 30)
    new = truth.watts.copy()
    for (meter, second), value in (watts or {}).items():
        new[meter, second] = value
    stamps, arrivals = truth.time.copy(), truth.arrival.copy()
    for second, value in (time or {}).items():
        stamps[second] = NOON + value
    for second, value in (arrival or {}).items():
        arrivals[second] = NOON + value
    return Readings(arrivals, stamps, new)


@pytest.mark.parametrize("name", ["A", "B", "C", "classic-a", "classic-b", "classic-c"])
def test_truth_is_valid_throughout(name: str) -> None:
    home = household(name)
    midnight = home.calendar.midnight(date(2026, 5, 1))
    assert not flags(home, home.truth(midnight, midnight + 86_400)).any()


@pytest.mark.parametrize(
    ("reason", "rows", "second", "meters"),
    [
        ("missing", altered({(GEYSER, 3): MISSING}), 3, [GEYSER]),
        ("negative", altered({(OVERALL, 3): -400}), 3, [OVERALL]),
        ("impossible", altered({(GEYSER, 3): HOME.cap[GEYSER] + 1}), 3, [GEYSER]),
        ("duplicate", altered(time={4: 3}, arrival={4: 3}), 4, [AC, GEYSER, OVERALL]),
        ("out_of_order", altered(time={4: 3, 3: 4}, arrival={3: 4}), 4, [AC, GEYSER, OVERALL]),
        ("clock", altered(time={second: second - 300 for second in range(9, 30)}), 9, [AC, GEYSER, OVERALL]),
        ("clock", altered(time={5: 90}), 5, [AC, GEYSER, OVERALL]),
    ],
)
def test_reason_is_found_on_its_meters_alone(reason: str, rows: Readings, second: int, meters: Any) -> None:
    for meter in range(3):
        assert told(rows, second, meter) == ({reason} if meter in meters else set()), METERS[meter]
    clean = flags(HOME, rows)[:, :3]
    assert not clean.any()


def test_the_cap_itself_is_possible() -> None:
    assert told(altered({(GEYSER, 3): HOME.cap[GEYSER], (OVERALL, 3): HOME.cap[GEYSER] + 300}), 3, GEYSER) == set()


def test_a_slice_has_the_flags_of_the_whole() -> None:
    rows = altered({(AC, 3): -5, (OVERALL, 20): MISSING}, time={4: 3}, arrival={4: 3})
    whole = flags(HOME, rows)
    for start, end in ((0, 3), (3, 12), (12, 30)):
        at = slice(*np.searchsorted(rows.arrival, [NOON + start, NOON + end]))
        part = Readings(rows.arrival[at], rows.time[at], rows.watts[:, at])
        assert (flags(HOME, part) == whole[:, at]).all()


def test_every_reason_has_a_colour_and_words() -> None:
    assert len(BITS) == len(REASONS)
    for reason in REASONS:
        assert reason.severity in ("Red", "Critical Red")
        assert reason.noun
