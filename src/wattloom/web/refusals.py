"""Refusals with an HTTP status of their own; every other `Refusal` is a 400."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from wattloom.errors import Refusal


class Denied(Refusal):
    """A request that is refused with `status` and, where they help, more headers.

    >>> Denied(404, "First try stream_setup.").status
    404
    """

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})


def body(message: str) -> bytes:
    """What every 4xx and 5xx says.

    >>> body("Unrecognized house.")
    b'{"error":"Unrecognized house."}'
    """
    return msgspec.json.encode({"error": message})
