"""Set-ups: what a client wants to follow, read from a body, a query or a cookie, and checked at the door."""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

from wattloom.errors import Refusal
from wattloom.source import Source
from wattloom.streams import Feed, Stream, read_id
from wattloom.web.refusals import Denied
from wattloom.web.world import World
from wattloom.windows import LONGEST

KEYS: Final = ("household", "interval", "start_index", "date", "speed", "faults")
COOKIE: Final = "wattloom"
#: Last and first day of a replay, longest start_index (s), households on one connection, events/s of a replay.
DAYS: Final = (date(1980, 1, 1), date(2100, 12, 31))
START_INDEX: Final = 366 * 86_400
HOUSEHOLDS: Final = 32
SPEED: Final = 3_600
EVENTS: Final = 50


@dataclass(frozen=True, slots=True)
class Setup:
    """What to stream: live, or from a date and a second of it."""

    household: str
    interval: int
    start_index: int | None = None
    date: date | None = None
    speed: float = 1
    faults: str | None = None

    @property
    def query(self) -> str:
        """As the query of a URL.

        >>> Setup("A/17", 5, 68000).query
        'household=A/17&interval=5&start_index=68000'
        """
        values = {key: getattr(self, key) for key in KEYS}
        if self.speed == 1:
            del values["speed"]
        given = {key: f"{v:g}" if key == "speed" else v for key, v in values.items() if v is not None}
        return urlencode(given, safe="/,")

    @property
    def live(self) -> bool:
        """Whether it names no start."""
        return self.start_index is None and self.date is None

    def sources(self, world: World) -> list[Source]:
        """The households in the order asked for, each once."""
        found = [world.houses.get(name.strip()) for name in self.household.split(",")]
        return list({source.name: source for source in found}.values())

    def feed(self, world: World, now: float, last_id: str = "") -> tuple[Feed, int | None]:
        """The feed and, if `last_id` is one of its events, the event that comes after it."""
        if last_id and (known := read_id(last_id)) is not None:
            anchor, m, tag = known
            feed = self._feed(world, min(anchor / 1000, now))
            if feed.tag == tag and feed.id(m) == last_id and feed.due(m) <= now + feed.pace + 1:
                return feed, m + 1
        return self._feed(world, now), None

    def _feed(self, world: World, began: float) -> Feed:
        sources = self.sources(world)
        days = None if self.live or self.date else tuple(source.calendar.day(began) for source in sources)
        feed = world.feeds.get((self, days), lambda: self._made(world, sources, began))
        return feed if feed.streams[0].start is None else feed.begin(began)

    def _made(self, world: World, sources: list[Source], began: float) -> Feed:
        recorded = [source.span is not None for source in sources]
        if self.live and any(recorded) and not all(recorded):
            raise Refusal("Recordings have no present; give date or start_index to replay them beside households.")
        live = self.live and not any(recorded)
        if live and self.speed != 1:
            raise Refusal("speed is for replays; give start_index or date too.")
        streams = tuple(self._stream(world, source, live, began) for source in sources)
        for stream in streams:
            stream.check()
        return Feed(streams, self.speed)

    def _stream(self, world: World, source: Source, live: bool, began: float) -> Stream:
        plan, calendar = world.plan(source, self.faults), source.calendar
        if live:
            return Stream(source, plan, self.interval, switched=world.switches.off)
        first = source.span[0] if source.span else None
        base = calendar.midnight(self.date or calendar.day(began if first is None else first))
        start = base + (self.start_index or 0)
        if first is not None and self.start_index is None and calendar.day(first) == calendar.day(start):
            start = first
        return Stream(source, plan, self.interval, start, base)


def read_setup(raw: Mapping[str, Any], world: World) -> Setup:
    """A set-up from values of a body or a query; Refusal for what is wrong with it."""
    if unknown := [key for key in raw if key not in KEYS]:
        raise Refusal(f"Unknown parameter {unknown[0]!r}; allowed are {', '.join(KEYS)}.")
    if raw.get("household") is None or raw.get("interval") is None:
        raise Refusal("Household and interval parameters are required.")
    household = raw["household"]
    if not isinstance(household, str):
        raise Refusal("Unrecognized house.")
    names = household.split(",")
    if len(names) > HOUSEHOLDS:
        raise Refusal(f"At most {HOUSEHOLDS} households can share a stream, not {len(names)}.")
    for name in names:
        world.houses.get(name.strip())
    start_index = None if raw.get("start_index") is None else _integer(raw["start_index"])
    interval = read_interval(raw["interval"])
    if start_index is not None and not 0 <= start_index <= START_INDEX:
        raise Refusal(f"start_index must be 0 to {START_INDEX} seconds.")
    speed = _speed(raw.get("speed"))
    if speed * len(names) > EVENTS * interval and speed > 1:
        most = EVENTS * interval / len(names)
        raise Refusal(f"A replay sends at most {EVENTS} events per second: here speed can be at most {most:g}.")
    faults = raw.get("faults")
    if faults is not None:
        world.named_plan(faults)
    setup = Setup(household, interval, start_index, _date(raw.get("date")), speed, faults)
    setup.feed(world, time.time())
    return setup


def read_interval(value: object) -> int:
    """An interval in seconds.

    >>> read_interval("5")
    5
    """
    interval = _integer(value)
    if interval < 1:
        raise Refusal("Interval must be > 0 seconds.")
    if interval > LONGEST:
        raise Refusal(f"Interval must be at most {LONGEST} seconds.")
    return interval


def _integer(value: object) -> int:
    """Integers, whole numbers such as 5.0 (JSON does not tell them apart), and text that is an integer."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,18}", value.strip(" ")):
        return int(value)
    raise Refusal("Interval and start_index must be integers.")


def _speed(value: object) -> float:
    if value is None:
        return 1
    try:
        speed = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else 0.0
    except (ValueError, OverflowError):
        speed = 0.0
    if not 1 <= speed <= SPEED:
        raise Refusal(f"speed must be 1 to {SPEED}.")
    return speed


def _date(value: object) -> date | None:
    if value is None:
        return None
    try:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise ValueError
        day = date.fromisoformat(value)
        if not DAYS[0] <= day <= DAYS[1]:
            raise ValueError
    except ValueError:
        raise Refusal(f"date must be a day such as 2026-05-01, from {DAYS[0]} to {DAYS[1]}.") from None
    return day


def read_query(query: str, keys: tuple[str, ...] = KEYS) -> dict[str, str]:
    """The parameters of a query that are among `keys`; others (cache busters) are let pass.

    >>> read_query("household=A%2F17&interval=5&_=1")
    {'household': 'A/17', 'interval': '5'}
    """
    values: dict[str, str] = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        if key in values:
            raise Refusal(f"{key} is given twice.")
        if key in keys:
            values[key] = value
    return values


def read_cookie(header: str) -> dict[str, str] | None:
    """The set-up that a Cookie header carries."""
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return read_query(unquote(value))
    return None


def cookie(setup: Setup) -> str:
    """The Set-Cookie header that carries a set-up."""
    return f"{COOKIE}={quote(setup.query, safe='')}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"


class Addresses:
    """The last set-up from each address, for an hour: a convenience for curl, known to this worker alone."""

    HOUR, LIMIT = 3600.0, 10_000

    def __init__(self) -> None:
        self._setups: OrderedDict[str, tuple[float, Setup]] = OrderedDict()
        self._queries: dict[str, Setup] = {}

    def remember(self, address: str, setup: Setup) -> None:
        """Keep a set-up."""
        self._setups[address] = time.monotonic(), setup
        self._setups.move_to_end(address)
        while len(self._setups) > self.LIMIT:
            self._setups.popitem(last=False)

    def known(self, query: str) -> Setup | None:
        """The set-up of a query that was asked before."""
        return self._queries.get(query)

    def find(self, query: str, cookies: str, address: str, world: World) -> Setup:
        """The set-up of a request: from its query, else its cookie, else its address; never mixed.

        May make households, so not for the event loop.
        """
        if (known := self.known(query)) is not None:
            return known
        if raw := read_query(query):
            setup = self._queries[query] = read_setup(raw, world)
            if len(self._queries) > self.LIMIT:
                self._queries.clear()
            return setup
        if raw := read_cookie(cookies) or {}:
            return read_setup(raw, world)
        when, last = self._setups.get(address, (0.0, None))
        if last is None or time.monotonic() - when > self.HOUR:
            raise Denied(404, "First try stream_setup.")
        return last
