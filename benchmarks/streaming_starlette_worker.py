"""The usual way in Python: a Starlette generator per client, one event a second."""

from __future__ import annotations

import asyncio
import math
import sys
import time
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette  # type: ignore[import-not-found,unused-ignore]
from starlette.requests import Request  # type: ignore[import-not-found,unused-ignore]
from starlette.responses import StreamingResponse  # type: ignore[import-not-found,unused-ignore]
from starlette.routing import Route  # type: ignore[import-not-found,unused-ignore]

ANCHOR = 946_684_800
PORT, SIZE = (int(argument) for argument in sys.argv[1:3])


async def events() -> AsyncIterator[bytes]:
    """The same bytes as the server under test sends, made for each client."""
    yield b"retry: 2000\n\n"
    due = math.floor(time.time()) + 1
    while True:
        await asyncio.sleep(due - time.time())
        yield b"id: %d.%d.0\ndata: %b\n\n" % (ANCHOR, due - 1 - ANCHOR, b"x" * SIZE)
        due += 1


async def stream(_: Request) -> StreamingResponse:
    """A stream."""
    return StreamingResponse(events(), media_type="text/event-stream")


app = Starlette(routes=[Route("/stream_data", stream)])
print("up", flush=True)
uvicorn.run(app, port=PORT, backlog=4096, access_log=False, log_level="warning")
