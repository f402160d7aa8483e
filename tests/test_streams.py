"""Streams and feeds: which window comes when, and that events do not depend on who asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from wattloom.civil import Calendar, zone_of
from wattloom.errors import Refusal
from wattloom.events import Desk
from wattloom.faults import plan
from wattloom.household import household
from wattloom.readings import METERS, Readings
from wattloom.streams import Feed, Stream, read_id

NONE = plan("none")
ZONES = ("Asia/Kolkata", "Europe/Berlin", "America/St_Johns", "Pacific/Chatham")


@dataclass(frozen=True, eq=False)
class Ramp:
    """A recording that counts up, 1 W a second, or a household without end."""

    name: str = "ramp"
    zone: str = "UTC"
    span: tuple[int, int] | None = None
    step: int = 1
    seed: int = 0
    meters: tuple[str, ...] = METERS
    cap: tuple[int, int, int] = (10**6, 10**6, 10**6)
    rest: tuple[int, int] = (0, 100)
    description: str = ""

    @property
    def calendar(self) -> Calendar:
        return Calendar(zone_of(self.zone))

    @property
    def rated(self) -> dict[str, float]:
        return dict.fromkeys(self.meters, 1.0)

    def truth(self, start: int, end: int) -> Readings:
        first, last = self.span or (start, end)
        times = np.arange(max(start, first), min(end, last), dtype=np.int64)
        ramp = (times % 1000 + 1).astype(np.int32)
        return Readings(times, times, np.stack([ramp, ramp * 0, ramp + 10]))


def windows(feed: Feed, events: range) -> Iterator[tuple[str, int]]:
    for m in events:
        stream, k = feed.window(m)
        yield stream.source.name, stream.lap(k)[0]


@given(
    now=some.integers(946_700_000, 4_000_000_000),
    interval=some.integers(1, 86_400),
    zones=some.lists(some.sampled_from(ZONES), min_size=1, max_size=4),
)
def test_live_feeds(now: int, interval: int, zones: list[str]) -> None:
    streams = tuple(Stream(Ramp(f"{i}", zone), NONE, interval) for i, zone in enumerate(zones))
    feed = Feed(streams)
    following = feed.next(now)
    assert feed.due(following) > now >= feed.due(following - 1)
    events = range(following - len(zones), following + 2 * len(zones))
    dues = [feed.due(m) for m in events]
    assert dues == sorted(dues)
    for (name, start), due in zip(windows(feed, events), dues, strict=True):
        assert start + interval == due  # sent when the window ends
        assert (start - streams[int(name)].source.calendar.anchor()) % interval == 0
    for first in range(len(events) - len(zones) + 1):  # everybody has a turn
        assert len(set(list(windows(feed, events))[first : first + len(zones)])) == len(zones)


@given(
    began=some.floats(946_700_000, 4_000_000_000),
    interval=some.integers(1, 86_400),
    start=some.integers(0, 10**6),
    speed=some.floats(1, 50),
    later=some.floats(0, 10_000),
)
def test_replays(began: float, interval: int, start: int, speed: float, later: float) -> None:
    feed = Feed((Stream(Ramp(), NONE, interval, start, 0), Stream(Ramp("two"), NONE, interval, start, 0)), speed)
    replay = feed.begin(began)
    assert replay.began == pytest.approx(began, abs=0.0006)
    assert feed.began is None
    following = replay.next(began + later)
    assert replay.due(following) > began + later
    assert following == 0 or replay.due(following - 1) <= began + later
    assert replay.due(200) - replay.due(0) == pytest.approx(100 * interval / speed, rel=1e-6)
    second = start + interval
    assert list(windows(replay, range(4))) == [("ramp", start), ("two", start), ("ramp", second), ("two", second)]


def test_an_id_says_which_event_of_which_feed() -> None:
    live, other = (Feed((Stream(Ramp(), NONE, interval),)) for interval in (5, 6))
    replay = Feed((Stream(Ramp(), NONE, 5, 100, 0),)).begin(1_700_000_000.1234)
    assert read_id(live.id(17)) == (946_684_800, 17, live.tag)
    assert read_id(replay.id(3)) == (1_700_000_000_123, 3, replay.tag)
    assert len({live.tag, other.tag, replay.tag}) == 3
    assert live.tag != Feed((Stream(Ramp(), plan("sparse"), 5),)).tag
    assert live.tag != Feed((Stream(replace(Ramp(), seed=1), NONE, 5),)).tag
    for text in ("", "1.2", "1.2.3", "-1.2.0f3a5b7c", "1.2.0f3a5b7c ", "1.٢.0f3a5b7c"):
        assert read_id(text) is None


@given(length=some.integers(5, 60), interval=some.integers(1, 7), offset=some.integers(0, 30), k=some.integers(0, 200))
def test_a_recording_wraps_in_whole_windows(length: int, interval: int, offset: int, k: int) -> None:
    if offset >= length or interval > length:
        return
    source = Ramp(span=(1000, 1000 + length))
    stream = Stream(source, NONE, interval, 1000 + offset, 0)
    stream.check()
    start, lap = stream.lap(k)
    assert 1000 <= start <= 1000 + length - interval
    after, following = stream.lap(k + 1)
    assert stream.wraps(k + 1) == (following > lap)
    assert (after, following) in ((start + interval, lap), (1000, lap + 1))


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (Stream(Ramp(span=(1000, 1010)), NONE, 11, 1000, 0), "at most the length of the recording, 10 seconds"),
        (Stream(Ramp(span=(1000, 1010)), NONE, 5, 999, 0), "must lie in the recording"),
        (Stream(Ramp(span=(1000, 1010)), NONE, 5, 1010, 0), "must lie in the recording"),
        (Stream(replace(Ramp(), step=60), NONE, 90), "a multiple of the recording's step of 60 seconds"),
    ],
)
def test_streams_without_a_window_are_refused(stream: Stream, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        stream.check()


def event(stream: Stream, k: int, desk: Desk | None = None) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(stream.event(desk or Desk(), k))
    return found


@pytest.mark.parametrize("interval", [1, 7, 60, 3600, 86_400])
def test_events_are_the_same_whoever_asks_in_whatever_order(interval: int) -> None:
    home = household("classic-b")
    stream = Stream(home, plan("every-25"), interval)
    k = (home.calendar.midnight(date(2026, 5, 2)) - stream.origin) // interval - 3
    desk = Desk()
    forward = [stream.event(desk, k + i) for i in range(6)]
    assert [Stream(home, plan("every-25"), interval).event(Desk(), k + i) for i in (5, 0, 3)] == [
        forward[i] for i in (5, 0, 3)
    ]


def test_the_numbers_of_an_event() -> None:
    found = event(Stream(Ramp(zone="Asia/Kolkata"), NONE, 4, 20_000, 10_000), 3)
    mean = sum(second % 1000 + 1 for second in range(20_012, 20_016)) / 4
    assert found["AC"] == round(mean + 1e-9) / 1000
    assert found["Overall"] == found["AC"] + 0.01
    assert found["energy"]["AC"] == round(found["AC"] * 4 / 60, 4)
    assert found["index"] == 10_012
    assert found["time"] == "1970-01-01T11:03:32+05:30"


def test_replays_that_meet_share_a_view() -> None:
    one, two = (Stream(Ramp(), NONE, 5, 86_400 + start, 86_400) for start in (0, 600))
    assert one.at(120)[0].key == two.at(0)[0].key
    assert one.at(120)[1:] == two.at(0)[1:]
    assert Stream(Ramp(), NONE, 5, 86_401, 86_400).at(0)[0].key != one.at(0)[0].key


def test_live_index_and_statistics_follow_the_local_day() -> None:
    home = household("classic-a")
    stream = Stream(home, NONE, 3600)
    midnight = home.calendar.midnight(date(2026, 5, 2))
    desk = Desk()
    k = (midnight - stream.origin) // 3600
    indexes = [event(stream, k + i, desk)["index"] for i in (-1, 0, 1)]
    assert indexes[1] - indexes[0] < 0 < indexes[2] - indexes[1]
    days = {key[-1] for key in desk.stats._kept}  # type: ignore[index]
    assert days == {date(2026, 5, 1), date(2026, 5, 2)}


def test_daylight_saving_moves_no_window() -> None:
    berlin = Ramp(zone="Europe/Berlin")
    stream = Stream(berlin, NONE, 900)
    midnight = berlin.calendar.midnight(date(2026, 3, 29))
    k = (midnight - stream.origin) // 900
    starts = [stream.lap(k + i)[0] for i in range(92)]
    assert starts[0] == midnight
    assert berlin.calendar.midnight(date(2026, 3, 29) + timedelta(1)) == starts[-1] + 900
    assert event(stream, k + 8)["time"] == "2026-03-29T03:00:00+02:00"
    assert event(stream, k + 8)["index"] == 7200
