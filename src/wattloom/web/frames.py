"""Frames: Server-Sent Events as bytes, ready for the wire, plain (HTTP/1.0) and chunked (HTTP/1.1)."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec


class Frame(NamedTuple):
    """The same bytes for all who get them.

    >>> Frame.of(b": hello\\n\\n").chunked
    b'9\\r\\n: hello\\n\\n\\r\\n'
    """

    plain: bytes
    chunked: bytes

    @classmethod
    def of(cls, text: bytes) -> Frame:
        """A frame of some event text."""
        return cls(text, b"%x\r\n%b\r\n" % (len(text), text))


def event(data: bytes, id: str = "", name: str = "", retry: int | None = None) -> bytes:  # noqa: A002
    """One event; `data` is JSON, which has no line breaks.

    >>> event(b'{"speed":1}', id="7.1.ab")
    b'id: 7.1.ab\\ndata: {"speed":1}\\n\\n'
    """
    lines = b"event: %b\n" % name.encode() if name else b""
    lines += b"id: %b\n" % id.encode() if id else b""
    lines += b"retry: %d\n" % retry if retry is not None else b""
    return b"%bdata: %b\n\n" % (lines, data)


def named(name: str, data: dict[str, Any], retry: int | None = None) -> bytes:
    """An event about the stream itself: `restart`, `gap`, `bye`."""
    return event(msgspec.json.encode(data), name=name, retry=retry)


COMMENT = Frame.of(b": still here\n\n")
END = Frame(b"", b"0\r\n\r\n")
NOTHING = Frame(b"", b"")
