"""Channels and their listeners: the same bytes, written straight to the transport of each client."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Final

from wattloom.clock import Wheel
from wattloom.streams import Feed
from wattloom.web.frames import COMMENT, END, Frame

if TYPE_CHECKING:
    from wattloom.web.fanout import Fanout

#: Seconds between signs of life; writes between looks at the event loop.
SIGN_OF_LIFE: Final = 15.0
SLICE: Final = 64

log = logging.getLogger("wattloom.streams")


class Listener(asyncio.Protocol):
    """One client, from the moment its connection was taken over."""

    __slots__ = ("address", "began", "channel", "chunked", "drained", "fanout", "transport")

    transport: asyncio.Transport

    def __init__(self, fanout: Fanout, address: str, chunked: bool) -> None:
        self.fanout, self.address, self.chunked = fanout, address, chunked
        self.channel: Channel | None = None
        self.drained: asyncio.Future[None] | None = None
        self.began = time.monotonic()

    def write(self, frame: Frame) -> None:
        """Send bytes; a reader that has too much unread is let go."""
        transport = self.transport
        if transport.is_closing():
            return
        if self.drained is not None and transport.get_write_buffer_size() > self.fanout.settings.max_backlog:
            self._dropped()
            transport.abort()
            return
        transport.write(frame.chunked if self.chunked else frame.plain)

    def _dropped(self) -> None:
        self.fanout.metrics.dropped += 1
        unread = self.transport.get_write_buffer_size()
        log.warning("stream.drop address=%s reason=slow-reader unread=%d", self.address, unread)

    def close(self, last: Frame) -> None:
        """Send the last bytes and close."""
        self.write(last)
        self.write(END)
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Nothing more is expected from a client."""

    def pause_writing(self) -> None:
        """The transport's buffer is full."""
        self.drained = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """It has room again."""
        if self.drained is not None and not self.drained.done():
            self.drained.set_result(None)
        self.drained = None

    def connection_lost(self, error: Exception | None) -> None:
        """The client is gone; one that read nothing until the kernel gave up was too slow while it caught up."""
        if self.drained is not None and isinstance(error, TimeoutError):
            self._dropped()
        self.resume_writing()
        self.fanout.leave(self)


class Channel:
    """A feed that is being sent, to one listener or to thousands.

    `next` is the first event that has not been sent: who joins has had, or has been given, all before it.
    `shift` takes the feed's times to the wheel's clock.
    """

    __slots__ = ("_event_due", "due", "fanout", "feed", "listeners", "next", "shift", "wheel")

    def __init__(self, fanout: Fanout, feed: Feed, wheel: Wheel, shift: float, first: int) -> None:
        self.fanout, self.feed, self.wheel, self.shift, self.next = fanout, feed, wheel, shift, first
        self.listeners: dict[Listener, None] = {}
        self.due = 0.0
        self._schedule(wheel.clock())

    def _schedule(self, now: float) -> None:
        """`due` is when the next event or sign of life is to be sent, on the wheel's clock."""
        self._event_due = self.feed.due(self.next) - self.shift
        self.due = min(self._event_due, now + SIGN_OF_LIFE)

    async def fire(self, now: float) -> bool:
        """Send what is due."""
        if not self.listeners:
            self.fanout.forget(self)
            return False
        due = self._event_due
        if now < due:
            self._schedule(now)
            await self._write(COMMENT, None)
            return True
        frame = self.fanout.frame(self, now - due)
        if frame is None:
            return False  # not made yet; the fan-out puts the channel back on the wheel
        self.next += 1
        self._schedule(now)
        await self._write(frame, due)
        return True

    async def _write(self, frame: Frame, due: float | None) -> None:
        if len(self.listeners) == 1:
            (listener,) = self.listeners
            listener.write(frame)
            self._note(1, due, frame)
            return
        listeners = list(self.listeners)
        for first in range(0, len(listeners), SLICE):
            some = listeners[first : first + SLICE]
            for listener in some:
                listener.write(frame)
            self._note(len(some), due, frame)
            await asyncio.sleep(0)

    def _note(self, count: int, due: float | None, frame: Frame) -> None:
        if due is not None:
            self.fanout.metrics.delivered(count, self.wheel.clock() - due, len(frame.chunked))
