"""Reasons: each is found where it is, on the meters it concerns, and every kind of fault far better than by chance."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from wattloom.faults import KINDS, Fault, Plan, labels, reported
from wattloom.household import household
from wattloom.quality import BITS, REASONS, Judge, baseline, flags
from wattloom.readings import AC, GEYSER, METERS, MISSING, OVERALL, Readings
from wattloom.report import MEANINGS
from wattloom.scoring import score
from wattloom.windows import average

HOME = household("classic-a")
NOON = HOME.calendar.midnight(date(2026, 5, 1)) + 43_200
EVENING = NOON + 8 * 3600


def told(rows: Readings, row: int, meter: int) -> set[str]:
    mask = int(flags(HOME, rows)[meter, row])
    return {name for name, bit in BITS.items() if mask & bit}


def altered(watts: Any = None, time: Any = None, arrival: Any = None, start: int = NOON, rows: int = 30) -> Readings:
    truth = HOME.truth(start, start + rows)
    new, stamps, arrivals = truth.watts.copy(), truth.time.copy(), truth.arrival.copy()
    for (meter, second), value in (watts or {}).items():
        new[meter, second] = value
    for second, value in (time or {}).items():
        stamps[second] = start + value
    for second, value in (arrival or {}).items():
        arrivals[second] = start + value
    return Readings(arrivals, stamps, new)


ALL = [AC, GEYSER, OVERALL]


@pytest.mark.parametrize(
    ("reason", "rows", "second", "meters"),
    [
        ("missing", altered({(GEYSER, 3): MISSING}), 3, [GEYSER]),
        ("negative", altered({(OVERALL, 3): -400}), 3, [OVERALL]),
        ("reversed", altered({(OVERALL, k): -400 - k for k in range(30)}), 12, [OVERALL]),
        ("impossible", altered({(GEYSER, 3): HOME.cap[GEYSER] + 1}), 3, [GEYSER]),
        ("impossible", altered({(OVERALL, 3): 0}), 3, [OVERALL]),
        ("unit", altered({(GEYSER, 3): 3_000_000}), 3, [GEYSER]),
        ("unit", altered({(OVERALL, 3): 1}), 3, [OVERALL]),
        ("unit", altered({(AC, k): 2 for k in range(9, 30)}, start=EVENING), 12, [AC]),
        ("imbalance", altered({(AC, 3): 1800, (OVERALL, 3): 1200}), 3, [AC]),
        ("imbalance", altered({(AC, 3): 1700}), 3, [AC]),
        ("swap", altered({(m, k): v for k in range(30) for m, v in ((AC, 900 + k), (OVERALL, 0))}), 12, [AC, OVERALL]),
        ("stuck", altered({(OVERALL, k): 1100 for k in range(9, 30)}), 29, [OVERALL]),
        ("duplicate", altered(time={4: 3}, arrival={4: 3}), 4, ALL),
        ("out_of_order", altered(time={4: 3, 3: 4}, arrival={3: 4}), 4, ALL),
        ("clock", altered(time={second: second - 300 for second in range(9, 30)}), 9, ALL),
        ("clock", altered(time={5: 90}), 5, ALL),
    ],
)  # fmt: skip
def test_reason_is_found_on_its_meters_alone(reason: str, rows: Readings, second: int, meters: list[int]) -> None:
    for meter in range(3):
        assert told(rows, second, meter) == ({reason} if meter in meters else set()), METERS[meter]


def test_the_cap_itself_is_possible() -> None:
    rows = altered({(GEYSER, k): HOME.cap[GEYSER] for k in range(30)} | {(OVERALL, k): 4500 for k in range(30)})
    assert told(rows, 0, GEYSER) == set()


def test_every_reason_has_a_colour_and_words() -> None:
    assert len(BITS) == len(REASONS) <= 32
    assert set(MEANINGS) == {*BITS, "critical"}
    for reason in REASONS:
        assert reason.severity in ("Red", "Critical Red")
        assert reason.noun
        assert (reason.check is None) == (reason.name == "gap")
        assert reason.check is None or reason.check.__doc__


#: How much of the altered windows of each kind must be found at the least, on a home like any other.
RECALL = {
    "negative": 0.99, "large": 0.9, "missing": 0.99, "spike": 0.2, "stuck": 0.6, "drift": 0.001, "noise": 0.7,
    "unit": 0.8, "reversed": 0.99, "swap": 0.8, "bypass": 0.2, "gap": 0.99, "duplicate": 0.99, "out_of_order": 0.99,
    "clock": 0.99,
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_found_better_than_by_chance(kind: str) -> None:
    home = household("A", seed=21)
    length = None if KINDS[kind].length[1] <= 60 else (1800, 3600)
    fault: Any = {"kind": kind, "per_day": 60 if length is None else 8, "length": length}
    plan = Plan(name=kind, fault=(Fault(**fault),))
    start = home.calendar.midnight(date(2026, 5, 4))
    end, count = start + 3 * 86_400, 3 * 5760
    rows = reported(home, plan, start, end)
    windows = average(rows, Judge(home).flags(rows), start, 15, count)
    raised = np.zeros(count, np.bool_)
    for hits in windows.counts.values():
        raised |= hits.any(axis=0)
    found = score(labels(home, plan, start, end), {"time": start + 15 * np.flatnonzero(raised)}, 15, start, end)
    mine = found.kinds[kind]
    assert mine.recall is not None
    assert mine.recall >= RECALL[kind]
    by_chance = raised.sum() / count
    assert mine.recall > by_chance
    assert found.false_windows <= 12 + 0.25 * raised.sum()


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_a_baseline_is_within_what_the_source_says(name: str) -> None:
    home = household(name)
    base = baseline(home)
    assert home.rest[0] <= base.rest[0] < base.lull < base.rest[1] <= home.rest[1]
    assert (base.cap == home.cap).all()
    assert base.familiar[:, 0].all()
    assert not base.familiar[AC][1:20].any()
