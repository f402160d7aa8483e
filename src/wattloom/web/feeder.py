"""The feeder: events of feeds as frames, made by the world's threads before they are due."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future

from wattloom.events import Address, View
from wattloom.streams import Feed
from wattloom.web.frames import Frame, named
from wattloom.web.world import World


class Feeder:
    """Frames of feeds; blocks of events are made once, whoever asks, and the next block while one is being sent."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._making: dict[Address, Future[list[bytes]]] = {}

    def ready(self, feed: Feed, m: int) -> Frame | None:
        """Event m, if its block is there."""
        stream, k = feed.window(m)
        view, number, place = stream.at(k)
        block = self.world.desk.blocks.peek(view.address(number))
        if block is None:
            return None
        if place == 0 or place == view.size // 2:
            view, number, _ = stream.at(k + view.size)
            if self.world.desk.blocks.peek(view.address(number)) is None:
                self._start(view, number)
        text = b"id: %b\ndata: %b\n\n" % (feed.id(m).encode(), block[place])
        if stream.wraps(k):
            text = named("restart", {"household": stream.source.name}) + text
        return Frame.of(text)

    def make(self, feed: Feed, m: int) -> Future[list[bytes]]:
        """Begin to make the block of event m."""
        stream, k = feed.window(m)
        return self._start(*stream.at(k)[:2])

    async def frame(self, feed: Feed, m: int) -> Frame:
        """Event m, as soon as it is there."""
        while (frame := self.ready(feed, m)) is None:
            await asyncio.wrap_future(self.make(feed, m))
        return frame

    def _start(self, view: View, number: int) -> Future[list[bytes]]:
        key = view.address(number)
        job = self._making.get(key)
        if job is None:
            job = self._making[key] = self.world.start(view.block, self.world.desk, number)
            job.add_done_callback(lambda _: self._making.pop(key, None))
        return job
