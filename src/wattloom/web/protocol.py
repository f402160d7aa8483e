"""HTTP connections: uvicorn's, with a time limit for the head and a way to hand the transport over."""

from __future__ import annotations

import asyncio
import socket
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from wattloom.web.refusals import body

#: Where a request's scope holds its `Connection`.
EXTENSION = "wattloom.connection"
#: What has been sent and is not acknowledged for so long (ms) ends the connection: the reader has vanished.
UNACKNOWLEDGED = 20_000
#: Bytes that the kernel may hold for a stream's reader (it takes twice that).
SEND_BUFFER = 65_536


class Connection(HttpToolsProtocol):
    """One connection; an application takes it over with `scope["extensions"][EXTENSION].take_over(protocol)`."""

    #: Seconds for a request's head; set by the server.
    header_timeout = 10.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock of the first head."""
        super().connection_made(transport)
        self._head = self.loop.call_later(self.header_timeout, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop it."""
        self._head.cancel()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        cast(dict[str, Any], self.scope)["extensions"] = {EXTENSION: self}

    def on_headers_complete(self) -> None:
        """A head is complete."""
        self._head.cancel()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """The next head has its own time, but for the silence that keep-alive allows."""
        super().on_response_complete()
        if not self.transport.is_closing():
            self._head.cancel()
            self._head = self.loop.call_later(self.timeout_keep_alive + self.header_timeout, self._too_slow)

    def take_over(self, protocol: asyncio.Protocol) -> asyncio.Transport:
        """Give the transport to another protocol; this one and its request's task are free to go."""
        transport = self.transport
        self.cycle.disconnected = True
        self.cycle.message_event.set()
        self._head.cancel()
        self._unset_keepalive_if_required()
        self.connections.discard(self)
        transport.set_protocol(protocol)
        transport.resume_reading()
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED)
        return transport

    def send_400_response(self, msg: str) -> None:
        """Malformed requests get JSON too."""
        text = body(msg)
        self.transport.write(
            b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nconnection: close\r\n"
            b"content-length: %d\r\n\r\n%b" % (len(text), text)
        )
        self.transport.close()

    def _too_slow(self) -> None:
        if self.transport.is_closing():
            return
        text = body(f"The head of a request must come within {self.header_timeout:g} seconds.")
        self.transport.write(
            b"HTTP/1.1 408 Request Timeout\r\ncontent-type: application/json\r\nconnection: close\r\n"
            b"content-length: %d\r\n\r\n%b" % (len(text), text)
        )
        self.transport.close()
