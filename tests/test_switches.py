"""Switches: what is taken from one meter is taken from the sum, nothing else changes, and the past never does."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattloom.events import Desk, View
from wattloom.faults import plan, reported
from wattloom.household import Household
from wattloom.houses import Houses
from wattloom.profile import load
from wattloom.quality import flags
from wattloom.readings import AC, GEYSER, METERS, MISSING, OVERALL, Readings
from wattloom.streams import Stream
from wattloom.switches import FOREVER, SWITCHABLE, Board, Entry, Off, Offs, apply, spans, within

HOUSES = Houses()
HOME = HOUSES.get("A")
#: An evening at home: the AC runs, people shower.
EVENING = HOME.calendar.midnight(date(2026, 5, 1)) + 19 * 3600
PLANS = ("none", "sparse", "rare", "every-7")


def entries_of(raw: list[tuple[str, int, int]]) -> list[Entry]:
    """Entries from meters, seconds of the evening, and lengths; an undo has the length 0."""
    return [
        Entry(i + 1, meter, EVENING + second - 0.5, EVENING + second, EVENING + second + length, f"person {i}")
        for i, (meter, second, length) in enumerate(raw)
    ]


entry = st.tuples(st.sampled_from(SWITCHABLE), st.integers(-300, 1500), st.integers(0, 1) | st.integers(2, 1800))
entries = st.lists(entry, max_size=12).map(entries_of)


def off_at(log: list[Entry], meter: str, second: int) -> bool:
    """The rule, said plainly: of the entries that have begun the last one written holds."""
    begun = [one for one in log if one.meter == meter and one.begin <= second]
    return bool(begun) and second < begun[-1].until


def second_of(rows: Readings) -> Any:
    return np.where(rows.arrival - rows.time == 1, rows.time, rows.arrival)


@given(entries)
def test_the_last_word_holds(log: list[Entry]) -> None:
    offs = spans(log)
    for meter in SWITCHABLE:
        mine = [off for off in offs if off.meter == meter]
        assert all(off.begin < off.end <= off.until for off in mine)
        assert all(a.end <= b.begin for a, b in pairwise(mine))
        for second in range(EVENING - 310, EVENING + 3400, 7):
            assert any(off.begin <= second < off.end for off in mine) == off_at(log, meter, second)


@pytest.mark.parametrize("name", PLANS)
@given(log=entries)
@settings(max_examples=15, deadline=None)
def test_overall_falls_by_exactly_as_much_and_nothing_else_changes(name: str, log: list[Entry]) -> None:
    rows, truth = reported(HOME, plan(name), EVENING, EVENING + 1800), HOME.truth(EVENING - 5, EVENING + 1805)
    live = apply(spans(log), HOME, rows)
    assert np.array_equal(live.arrival, rows.arrival)
    assert np.array_equal(live.time, rows.time)
    seconds = second_of(rows)
    off = {m: np.array([off_at(log, m, int(second)) for second in seconds], dtype=bool) for m in SWITCHABLE}
    used = np.zeros(len(rows), dtype=np.int64)
    for part, meter in ((AC, "AC"), (GEYSER, "Geyser")):
        before, after = rows.watts[part], live.watts[part]
        assert np.array_equal(after[~off[meter]], before[~off[meter]])
        assert set(after[off[meter]].tolist()) <= {0, MISSING}
        assert np.array_equal(after == MISSING, before == MISSING)
        used += np.where(off[meter], truth.watts[part, seconds - (EVENING - 5)], 0)
    before, after = rows.watts[OVERALL], live.watts[OVERALL]
    assert np.array_equal(after == MISSING, before == MISSING)
    enough = before >= used
    assert np.array_equal(before[enough] - after[enough], used[enough])
    low = ~enough & (before != MISSING)
    assert np.array_equal(after[low], np.minimum(before[low], 0))
    assert np.array_equal(after[used == 0], before[used == 0])


@given(entries)
@settings(max_examples=20, deadline=None)
def test_the_rest_of_the_house_goes_on_as_if_nothing_had_happened(log: list[Entry]) -> None:
    truth = HOME.truth(EVENING, EVENING + 1800)
    live = apply(spans(log), HOME, truth)
    rest = np.array([1, 1, -1]) @ truth.watts.astype(np.int64)
    assert np.array_equal(np.array([1, 1, -1]) @ live.watts.astype(np.int64), rest)
    assert (live.watts[OVERALL] > 0).all()


@given(entries, st.integers(1, 599), st.sampled_from(PLANS))
@settings(max_examples=20, deadline=None)
def test_pieces_give_the_whole(log: list[Entry], cut: int, name: str) -> None:
    rows, offs = reported(HOME, plan(name), EVENING, EVENING + 600), spans(log)
    whole = apply(offs, HOME, rows)
    at = int(np.searchsorted(rows.arrival, EVENING + cut))
    pieces = [
        apply(offs, HOME, Readings(rows.arrival[part], rows.time[part], rows.watts[:, part]))
        for part in (slice(0, at), slice(at, None))
    ]
    assert np.array_equal(np.concatenate([piece.watts for piece in pieces], axis=1), whole.watts)


def test_nothing_off_costs_nothing() -> None:
    rows = HOME.truth(EVENING, EVENING + 60)
    assert apply((), HOME, rows) is rows
    assert apply((Off("AC", EVENING + 60, EVENING + 90, EVENING + 90, ""),), HOME, rows) is rows


def test_a_row_that_came_late_is_of_its_own_second() -> None:
    """It is of the last second in which the AC, which then stops by itself, was switched off."""
    truth = HOME.truth(EVENING, EVENING + 3600).watts[AC]
    place = int(np.argmin(np.diff(truth)))
    assert truth[place] > 1000
    second = EVENING + place
    late = Readings(np.array([second + 1]), np.array([second]), HOME.truth(second, second + 1).watts)
    live = apply((Off("AC", second, second + 1, second + 1, ""),), HOME, late)
    assert live.watts[:, 0].tolist() == [0, late.watts[GEYSER, 0], late.watts[OVERALL, 0] - truth[place]]


@pytest.mark.parametrize("name", ["A", "B", "C", "A/17", "C/3", "classic-a"])
def test_the_judge_takes_a_switch_for_no_fault(name: str) -> None:
    """Switched at odd times all day, on sound readings, no second is called wrong that was not before."""
    home = HOUSES.get(name)
    start = home.calendar.midnight(date(2026, 5, 4))
    # Parts of three hours, as they are judged live.
    log = entries_of([])
    for i, at in enumerate(range(start - 900, start + 86_400, 1_237)):
        meter, length = SWITCHABLE[i % 3 == 2], (900, 1800, 3600, 61)[i % 4]
        log.append(Entry(i + 1, meter, at, at, at + length, ""))
    offs = spans(log)
    switched = 0
    for part in range(start, start + 86_400, 10_800):
        truth = home.truth(part, part + 10_800)
        live = apply(offs, home, truth)
        switched += int((live.watts != truth.watts).sum())
        assert not (flags(home, live) & ~flags(home, truth)).any()
    assert switched > 1000


def test_a_day_has_what_was_switched_off_before_midnight() -> None:
    midnight = HOME.calendar.midnight(date(2026, 5, 2))
    offs = spans([Entry(1, "AC", midnight - 900.5, midnight - 900, midnight + 900, "")])
    live = apply(offs, HOME, HOME.truth(midnight - 1000, midnight + 1000))
    assert not live.watts[AC, 100:1900].any()
    truth = HOME.truth(midnight - 1000, midnight + 1000)
    assert np.array_equal(live.watts[:, :100], truth.watts[:, :100])
    assert np.array_equal(live.watts[:, 1900:], truth.watts[:, 1900:])


def test_half_an_hour_is_half_an_hour_when_the_clock_is_put_back(tmp_path: Path) -> None:
    from wattloom.web.switches import described

    text = (Path(__file__).parents[1] / "src/wattloom/profiles/classic-a.toml").read_text("utf-8")
    file = tmp_path / "berlin.toml"
    file.write_text('place = "berlin"\n' + text.replace("classic-a", "north"))
    home = Household(load(file))
    begin = int(datetime.fromisoformat("2026-10-25T02:45:00+02:00").timestamp())
    told = described(Entry(1, "AC", begin - 0.2, begin, begin + 1800, "Ada"), home)
    assert (told["from"], told["until"]) == ("2026-10-25T02:45:00+02:00", "2026-10-25T02:15:00+01:00")
    live = apply((Off("AC", begin, begin + 1800, begin + 1800, ""),), home, home.truth(begin - 1, begin + 1801))
    assert live.watts[AC].tolist() == [1500] + [0] * 1800 + [1500]


# Events


def view_of(board: Board, interval: int = 5) -> View:
    stream = Stream(HOME, plan("sparse"), interval, switched=lambda _, start, end: board.during(start, end))
    return stream.at(0)[0]


def windows_of(view: View, desk: Desk, start: int, end: int) -> list[bytes]:
    first, last = ((second - view.zero) // view.interval for second in (start, end))
    return [view.block(desk, k // view.size)[k % view.size] for k in range(first, last)]


@given(log=entries, late=entry, interval=st.sampled_from([1, 5, 60]))
@settings(max_examples=12, deadline=None)
def test_no_entry_changes_a_window_that_has_ended(log: list[Entry], late: Any, interval: int) -> None:
    board, desk = Board(), Desk()
    for one in log:
        board.take(one)
    view = view_of(board, interval)
    now = EVENING + late[1] // interval * interval
    before = windows_of(view, desk, now - 10 * interval, now)
    board.take(Entry(99, late[0], now - 0.5, now, now + late[2], "late"))
    assert windows_of(view, desk, now - 10 * interval, now) == before
    # And who had never heard of it before says the same.
    assert windows_of(view, Desk(), now - 10 * interval, now) == before


def test_windows_say_what_is_off_and_who_did_it() -> None:
    import msgspec

    board = Board()
    board.take(Entry(1, "AC", 0, EVENING + 7, EVENING + 1807, "Ada"))
    view = view_of(board)
    events = [msgspec.json.decode(text) for text in windows_of(view, Desk(), EVENING, EVENING + 20)]
    assert [event["off"] for event in events[:2]] == [{}, {"AC": {"until": "2026-05-01T19:30:07+05:30", "by": "Ada"}}]
    assert events[2]["AC"] == 0.0
    quiet = [msgspec.json.decode(text) for text in windows_of(view_of(Board()), Desk(), EVENING, EVENING + 20)]
    assert [event["off"] for event in quiet] == [{}] * 4


def test_a_switch_is_computed_and_encoded_once() -> None:
    """However many follow, a switch makes one block new for each interval that is followed."""
    board, desk = Board(), Desk()
    view = view_of(board)
    number = (EVENING - view.zero) // view.interval // view.size
    for _ in range(100):
        view.block(desk, number)
    assert desk.blocks.misses == 1
    board.take(Entry(1, "AC", 0, EVENING + 7, EVENING + 1807, "Ada"))
    texts = {id(view.block(desk, number)) for _ in range(100)}
    assert desk.blocks.misses == 2
    assert len(texts) == 1


def test_a_replay_and_the_statistics_know_nothing_of_it() -> None:
    board = Board()
    board.take(Entry(1, "AC", 0, EVENING, EVENING + 1800, "Ada"))
    live = view_of(board)
    replay = Stream(HOME, plan("sparse"), 5, start=EVENING, base=EVENING)
    desk, untouched = Desk(), Desk()
    windows_of(live, desk, EVENING, EVENING + 600)
    assert [replay.event(desk, k) for k in range(60)] == [replay.event(untouched, k) for k in range(60)]
    day = date(2026, 5, 2)
    assert desk.statistics(HOME, 5, day).json() == untouched.statistics(HOME, 5, day).json()


def test_within_cuts_nothing_short() -> None:
    offs: Offs = tuple(Off("AC", k, k + 1, k + 1, "") for k in range(10))
    board = Board()
    for k in range(10):
        board.take(Entry(k, "AC", k, k, k + 1, ""))
    for start, end in ((0, 10), (3, 4), (3, 3), (-5, 0), (9, 99)):
        assert board.during(start, end) == within(offs, start, end)
    assert board.during(-FOREVER, FOREVER) == offs
    assert METERS[:2] == SWITCHABLE
