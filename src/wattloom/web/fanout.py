"""The fan-out: one channel per feed, one listener per client, the same bytes written to all who follow.

An ASGI application in front of another: it answers `/stream_data` and leaves the rest to it. A request's task looks
up its feed, takes the connection over from the HTTP protocol, catches up, and is gone; from then on a listener costs
one `write` per event and nothing in between.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Future
from typing import Any, Final

from wattloom.clock import Wheel
from wattloom.errors import Refusal
from wattloom.settings import Settings
from wattloom.streams import Feed
from wattloom.web.channel import SLICE, Channel, Listener
from wattloom.web.feeder import Feeder
from wattloom.web.frames import NOTHING, Frame, named
from wattloom.web.metrics import Metrics
from wattloom.web.protocol import EXTENSION, Connection
from wattloom.web.refusals import Denied, body
from wattloom.web.setup import Addresses
from wattloom.web.world import World

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH: Final = "/stream_data"
#: Windows of each household that a resuming client is given.
CATCH_UP: Final = 3_600
HEAD: Final = (
    b"content-type: text/event-stream; charset=utf-8\r\n"
    b"cache-control: no-cache, no-transform\r\n"
    b"x-accel-buffering: no\r\n"
    b"x-content-type-options: nosniff\r\n"
    b"connection: close\r\n"
)

log = logging.getLogger("wattloom.streams")


class Fanout:
    """Streams to clients. Live feeds are shared and turn with the wall clock, replays with the monotonic one."""

    def __init__(self, app: App, world: World, settings: Settings, addresses: Addresses, metrics: Metrics) -> None:
        self.app, self.world, self.settings, self.addresses, self.metrics = app, world, settings, addresses, metrics
        self.live, self.replays = Wheel(time.time), Wheel(time.monotonic)
        self.channels: dict[str, Channel] = {}
        self.clients: set[Listener] = set()
        self.per_address: Counter[str] = Counter()
        self.feeder = Feeder(world)
        self.closing = False
        self._turning: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer `/stream_data`, pass on the rest."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        try:
            await self._stream(scope, send)
        except Refusal as refusal:
            await self._refuse(send, refusal)
        except Exception:
            log.exception("stream.error")
            await self._refuse(send, Denied(500, "Something went wrong in the server; its log says what."))

    async def _stream(self, scope: Scope, send: Send) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        address = scope["client"][0] if scope["client"] else ""
        query, cookies = scope["query_string"].decode("latin-1"), headers.get(b"cookie", "")
        setup = self.addresses.known(query)
        if setup is None:
            setup = await self.world.work(self.addresses.find, query, cookies, address, self.world)
        feed, m = setup.feed(self.world, time.time(), headers.get(b"last-event-id", ""))
        if scope["method"] == "HEAD":
            await send({"type": "http.response.start", "status": 200, "headers": self._head_lines(headers)})
            await send({"type": "http.response.body", "body": b""})
            return
        connection: Connection = scope["extensions"][EXTENSION]
        listener = Listener(self, address, scope["http_version"] != "1.0")
        self._admit(listener)
        try:
            gap, m = self._position(feed, m)
            # The first event is made before the head is sent: trouble is an answer then, and not a silence.
            first = await self.feeder.frame(feed, m)
            if m >= self._following(feed):
                first = NOTHING
            if connection.transport.is_closing():
                raise ConnectionResetError
        except BaseException as error:
            self._discharge(listener)
            if isinstance(error, ConnectionResetError):
                return
            raise
        listener.transport = connection.take_over(listener)
        listener.transport.set_write_buffer_limits(high=self.settings.max_backlog // 4)
        try:
            self._begin(listener, connection, headers, gap, first)
            self.metrics.started += 1
            log.info("stream.start address=%s %s", address, setup.query.replace("&", " "))
            await self._catch_up(listener, feed, m if first is NOTHING else m + 1)
        except BaseException:
            listener.transport.abort()
            raise

    def _position(self, feed: Feed, m: int | None) -> tuple[bytes, int]:
        """The first event to send and, where a resuming client has missed too much, the notice of the gap."""
        following, houses = self._following(feed), len(feed.streams)
        if m is None:
            return b"", (following - houses if feed.began is None else 0)
        return self._gap(feed, m, following - CATCH_UP * houses)

    def _gap(self, feed: Feed, m: int, first: int) -> tuple[bytes, int]:
        if m >= first:
            return b"", m
        begin, end = (self._time(feed, event) for event in (m, first))
        return named("gap", {"skipped": first - m, "from": begin, "to": end}), first

    @staticmethod
    def _time(feed: Feed, m: int) -> str:
        stream, k = feed.window(m)
        return stream.source.calendar.iso(stream.lap(k)[0])

    def _begin(
        self, listener: Listener, connection: Connection, headers: dict[bytes, str], gap: bytes, first: Frame
    ) -> None:
        """The head and the first event, in one write."""
        lines = b"".join(b"%b: %b\r\n" % line for line in connection.server_state.default_headers + self._cors(headers))
        coding = b"transfer-encoding: chunked\r\n" if listener.chunked else b""
        opening = Frame.of(b"retry: %d\n\n%b" % (self._retry(), gap))
        events = opening.chunked + first.chunked if listener.chunked else opening.plain + first.plain
        listener.transport.write(b"HTTP/1.1 200 OK\r\n%b%b%b\r\n%b" % (lines, HEAD, coding, events))

    async def _catch_up(self, listener: Listener, feed: Feed, m: int) -> None:
        """Send what the client has not had, then let it join those who follow."""
        while not listener.transport.is_closing():
            following = self._following(feed)
            if m < following:
                listener.write(await self.feeder.frame(feed, m))
                m += 1
                if listener.drained is not None:
                    await listener.drained
                elif m % SLICE == 0:
                    await asyncio.sleep(0)
            elif m > following:
                await asyncio.sleep(0.01)  # it had this event from a worker whose clock is a little ahead
            else:
                self._join(listener, feed, m)
                return

    def _following(self, feed: Feed) -> int:
        """The first event that has not been sent to those who follow."""
        channel = self.channels.get(feed.tag) if feed.began is None else None
        return channel.next if channel else feed.next(time.time())

    def _join(self, listener: Listener, feed: Feed, m: int) -> None:
        channel = self.channels.get(feed.tag) if feed.began is None else None
        if channel is None:
            wheel = self.live if feed.began is None else self.replays
            channel = Channel(self, feed, wheel, time.time() - wheel.clock() if feed.began else 0.0, m)
            if feed.began is None:
                self.channels[feed.tag] = channel
            channel.listeners[listener] = None
            wheel.add(channel)
        channel.listeners[listener] = None
        listener.channel = channel

    def frame(self, channel: Channel, late: float) -> Frame | None:
        """The channel's next event; None while it is still being made: the channel goes on when it is."""
        feed = channel.feed
        if late > CATCH_UP * feed.pace:  # the clock was stepped
            missed = int(late / feed.pace - CATCH_UP) * len(feed.streams)
            text, first = self._gap(feed, channel.next, channel.next + missed)
            channel.next = first - 1
            return Frame.of(text)
        frame = self.feeder.ready(feed, channel.next)
        if frame is None:
            loop = asyncio.get_running_loop()
            made = self.feeder.make(feed, channel.next)
            made.add_done_callback(lambda made: loop.call_soon_threadsafe(self._made, channel, made))
        return frame

    def _made(self, channel: Channel, made: Future[list[bytes]]) -> None:
        if made.cancelled():
            return
        if (error := made.exception()) is None:
            channel.wheel.add(channel)
            return
        log.error("stream.error", exc_info=error)
        for listener in list(channel.listeners):
            listener.transport.abort()
        self.forget(channel)

    def _admit(self, listener: Listener) -> None:
        retry = {"Retry-After": str(max(1, round(self._retry() / 1000)))}
        if self.closing:
            raise Denied(503, "The server is shutting down.", retry)
        if len(self.clients) >= self.settings.max_streams:
            self.metrics.refused += 1
            raise Denied(
                503, f"All {self.settings.max_streams} streams of this server are taken; try again later.", retry
            )
        most = self.settings.max_streams_per_address
        if most and self.per_address[listener.address] >= most:
            self.metrics.refused += 1
            raise Denied(429, f"An address may have {most} streams at a time; close one or try again later.", retry)
        self.clients.add(listener)
        self.per_address[listener.address] += 1

    def _discharge(self, listener: Listener) -> None:
        if listener in self.clients:
            self.clients.discard(listener)
            self.per_address[listener.address] -= 1
            if not self.per_address[listener.address]:
                del self.per_address[listener.address]

    def leave(self, listener: Listener) -> None:
        """A client is gone."""
        self._discharge(listener)
        log.info("stream.end address=%s seconds=%.1f", listener.address, time.monotonic() - listener.began)
        if listener.channel is not None:
            listener.channel.listeners.pop(listener, None)
            listener.channel = None

    def forget(self, channel: Channel) -> None:
        """Nobody follows a channel any more."""
        if self.channels.get(channel.feed.tag) is channel:
            del self.channels[channel.feed.tag]

    def open(self) -> None:
        """Start the wheels."""
        self._turning = [asyncio.create_task(wheel.run()) for wheel in (self.live, self.replays)]

    async def close(self) -> None:
        """Say goodbye to all clients and stop."""
        self.closing = True
        for turning in self._turning:
            turning.cancel()
        byes = [Frame.of(named("bye", {"reason": "The server is shutting down."}, self._retry())) for _ in range(64)]
        for i, listener in enumerate(list(self.clients)):
            if hasattr(listener, "transport"):
                listener.close(byes[i % 64])
            if i % 64 == 63:
                await asyncio.sleep(0)

    def _retry(self) -> int:
        return round(self.settings.retry * random.uniform(0.5, 1.5))

    def _cors(self, headers: dict[bytes, str]) -> list[tuple[bytes, bytes]]:
        origin = headers.get(b"origin", "")
        if origin not in self.settings.cors:
            return []
        return [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-allow-credentials", b"true"),
            (b"vary", b"origin"),
        ]

    def _head_lines(self, headers: dict[bytes, str]) -> list[tuple[bytes, bytes]]:
        lines = [line.split(b": ") for line in HEAD.splitlines()]
        return [(name, value) for name, value in lines if name != b"connection"] + self._cors(headers)

    async def _refuse(self, send: Send, refusal: Refusal) -> None:
        status, more = (refusal.status, refusal.headers) if isinstance(refusal, Denied) else (400, {})
        text = body(str(refusal))
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(text))]
        headers += [(name.lower().encode(), value.encode()) for name, value in more.items()]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text})
