"""Following a household's live events: from a server, resuming after a cut, or computed here, which gives the same."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from wattloom.errors import Refusal

#: Where a server is looked for if none is named.
USUAL: Final = "http://127.0.0.1:5000"
#: Longest silence of a stream and longest pause between attempts, s; a server gives a sign of life every 15 s.
SILENCE: Final = 40.0
LONGEST: Final = 15.0
#: An event, or words that say why there is none.
Item = dict[str, Any] | str


def events(lines: Iterator[bytes]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Id and data of each event of a text/event-stream; events about the stream itself are left out.

    >>> list(events(iter([b": hello", b"", b"id: 1.2.ab", b'data: {"AC": 1.5}', b"", b"event: bye", b"data: {}", b""])))
    [('1.2.ab', {'AC': 1.5})]
    """
    fields: dict[str, str] = {}
    for line in lines:
        text = line.decode().rstrip("\r\n")
        if text:
            name, _, value = text.partition(":")
            fields[name] = value.removeprefix(" ")
            continue
        if "data" in fields and "event" not in fields:
            yield fields.get("id", ""), json.loads(fields["data"])
        fields = {}


def served(server: str, household: str, interval: int) -> Iterator[Item]:
    """Events of a server, without end; words while there is no connection. Refusal for what the server refuses."""
    url = f"{server.rstrip('/')}/stream_data?household={quote(household)}&interval={interval}"
    last, pause = "", 0.5
    while True:
        request = Request(url, headers={"Last-Event-ID": last} if last else {})
        try:
            with urlopen(request, timeout=SILENCE) as answer:
                for number, event in events(answer):
                    last, pause = number, 0.5
                    yield event
        except HTTPError as error:
            if error.code < 500 and error.code != 429:
                raise Refusal(_complaint(error)) from None
            yield f"The server answers {error.code}"
        except (URLError, OSError, http.client.HTTPException):
            yield "Reconnecting"
        else:
            yield "Reconnecting"
        time.sleep(pause)
        pause = min(LONGEST, 2 * pause)


def _complaint(error: HTTPError) -> str:
    try:
        return str(json.loads(error.read())["error"])
    except (ValueError, KeyError, TypeError):
        return f"The server answers {error.code}."


def reachable(server: str) -> bool:
    """Whether a Wattloom server answers there. Refusal for what is no address."""
    parts = urlsplit(server)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Refusal(f"--server is {server!r}; it must be an address such as {USUAL}.")
    try:
        with urlopen(f"{server.rstrip('/')}/health", timeout=5) as answer:
            return "streams" in json.loads(answer.read())
    except (OSError, ValueError, http.client.HTTPException, AttributeError):
        return False


def computed(household: str, interval: int) -> Iterator[Item]:
    """The same events as those of a server with its default settings, made here."""
    from wattloom.cli.options import houses_with, source_of
    from wattloom.events import Desk
    from wattloom.faults import plan
    from wattloom.settings import Settings
    from wattloom.streams import Feed, Stream

    stream = Stream(source_of(houses_with(None), household), plan(Settings().faults), interval)
    stream.check()
    feed, desk = Feed((stream,)), Desk()

    def each() -> Iterator[Item]:
        m = feed.next(time.time()) - 1
        while True:
            time.sleep(max(0.0, feed.due(m) - time.time()))
            yield json.loads(stream.event(desk, feed.window(m)[1]))
            m += 1

    return each()
