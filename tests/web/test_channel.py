"""Channels and listeners without a network: signs of life, steps of the clock, and who is let go."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from wattloom.clock import Wheel
from wattloom.settings import Settings
from wattloom.web.app import Server
from wattloom.web.channel import SIGN_OF_LIFE, Channel, Listener
from wattloom.web.fanout import CATCH_UP
from wattloom.web.frames import COMMENT


class Transport:
    """Takes what is written; `unread` is how much of it nobody has read."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.unread = 0
        self.closing = self.aborted = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return self.unread

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.closing = self.aborted = True


class Hand:
    """A clock moved by hand."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def server() -> Server:
    return Server(Settings(log_level="error", state=":memory:"))


def listener(server: Server, **how: Any) -> tuple[Listener, Transport]:
    found, transport = Listener(server.asgi, "here", how.get("chunked", False)), Transport()
    found.transport = transport  # type: ignore[assignment]
    return found, transport


@asynccontextmanager
async def followed(server: Server, interval: int, count: int = 1) -> AsyncIterator[Any]:
    """A live channel on a clock moved by hand, its listeners, and a way to let it do what is due."""
    from wattloom.web.setup import read_setup

    feed, _ = read_setup({"household": "classic-a", "interval": interval}, server.world).feed(server.world, 0.0)
    m = feed.next(time.time())
    hand = Hand(feed.due(m) - interval)
    channel = Channel(server.asgi, feed, Wheel(hand), 0.0, m)
    transports = []
    for _ in range(count):
        one, transport = listener(server)
        channel.listeners[one] = None
        transports.append(transport)
    await server.asgi.feeder.frame(feed, m)
    yield channel, hand, transports


def test_an_event_goes_to_all_in_the_same_bytes(server: Server) -> None:
    async def run() -> None:
        async with followed(server, 5, count=200) as (channel, hand, transports):
            m, hand.now = channel.next, channel.due
            assert await channel.fire(hand.now)
            assert channel.next == m + 1
            assert {len(transport.written) for transport in transports} == {1}
            assert len({id(transport.written[0]) for transport in transports}) == 1
            assert f"id: {channel.feed.id(m)}\n".encode() in transports[0].written[0]

    asyncio.run(run())


def test_a_sign_of_life_while_nothing_is_due(server: Server) -> None:
    async def run() -> None:
        async with followed(server, 3600) as (channel, hand, (transport,)):
            began, first = hand.now, channel.next
            for _ in range(3):
                hand.now = channel.due
                assert await channel.fire(hand.now)
            assert transport.written == [COMMENT.plain] * 3
            assert hand.now - began == 3 * SIGN_OF_LIFE
            assert channel.next == first

    asyncio.run(run())


def test_a_clock_stepped_far_ahead_leaves_a_gap_and_no_flood(server: Server) -> None:
    async def run() -> None:
        async with followed(server, 5) as (channel, hand, (transport,)):
            first = channel.next
            hand.now = channel.due + 5 * (CATCH_UP + 100)
            assert await channel.fire(hand.now)
            assert transport.written[0].startswith(b"event: gap\ndata: ")
            assert b'"skipped":100,' in transport.written[0]
            assert channel.next == first + 100
            assert channel.due == channel.feed.due(first + 100)

    asyncio.run(run())


def test_a_clock_stepped_back_sends_signs_of_life_only(server: Server) -> None:
    async def run() -> None:
        async with followed(server, 5) as (channel, hand, (transport,)):
            hand.now = channel.due
            await channel.fire(hand.now)
            event, hand.now = transport.written.pop(), hand.now - 3600
            channel._schedule(hand.now)
            for _ in range(4):
                hand.now = channel.due
                await channel.fire(hand.now)
            assert transport.written == [COMMENT.plain] * 4
            assert event not in transport.written

    asyncio.run(run())


def test_a_channel_that_nobody_follows_is_forgotten(server: Server) -> None:
    async def run() -> None:
        async with followed(server, 5, count=0) as (channel, hand, _):
            server.asgi.channels[channel.feed.tag] = channel
            assert not await channel.fire(hand.now)
            assert channel.feed.tag not in server.asgi.channels

    asyncio.run(run())


def test_a_slow_reader_has_a_bounded_queue(server: Server) -> None:
    async def run() -> None:
        slow, transport = listener(server)
        dropped = server.metrics.dropped
        slow.pause_writing()
        transport.unread = server.settings.max_backlog
        slow.write(COMMENT)
        assert transport.written == [COMMENT.plain]
        transport.unread += 1
        slow.write(COMMENT)
        slow.write(COMMENT)
        assert transport.aborted
        assert len(transport.written) == 1
        assert server.metrics.dropped == dropped + 1

    asyncio.run(run())


def test_a_block_that_cannot_be_made_ends_its_streams(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with followed(server, 5) as (channel, hand, (transport,)):
            channel.next += 100_000
            channel._schedule(hand.now)

            def broken(feed: Any, m: int) -> Any:
                future = server.world.start(lambda: 1 / 0)
                del feed, m
                return future

            monkeypatch.setattr(server.asgi.feeder, "make", broken)
            hand.now = channel._event_due
            assert not await channel.fire(hand.now)
            for _ in range(100):
                await asyncio.sleep(0.01)
                if transport.aborted:
                    break
            assert transport.aborted

    asyncio.run(run())
