"""A worker: one process that serves, from its start to its orderly end."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from typing import NoReturn

import uvicorn

from wattloom.settings import Settings
from wattloom.web.app import Server
from wattloom.web.protocol import Connection
from wattloom.web.server import BACKLOG
from wattloom.web.world import World

log = logging.getLogger("wattloom.server")


class Uvicorn(uvicorn.Server):
    """Uvicorn, which says goodbye to streams first and then ends with exit code 0."""

    def __init__(self, config: uvicorn.Config, server: Server, parent: int | None) -> None:
        super().__init__(config)
        self.server, self.parent = server, parent

    async def on_tick(self, counter: int) -> bool:
        """End too when the supervisor is gone."""
        if self.parent is not None and os.getppid() != self.parent:
            self.should_exit = True
        return await super().on_tick(counter)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the wheels, then accept."""
        self.server.asgi.open()
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, end the streams, then whatever else is going on."""
        for listening in self.servers:
            listening.close()
        await self.server.asgi.close()
        self.server.world.dismiss()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT are an orderly end, not a death by signal."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def work(settings: Settings, world: World, sock: socket.socket, parent: int | None = None) -> NoReturn:
    """One worker; ends with `parent`, its supervisor, if there is one."""
    sys.setswitchinterval(0.001)
    gc.freeze()  # what is there now stays; and ten thousand clients are not looked through every second
    gc.set_threshold(20_000, 50, 100)
    Connection.header_timeout = settings.header_timeout
    server = Server(settings, world)
    config = uvicorn.Config(
        server.asgi,
        http=Connection,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=1,
    )
    Uvicorn(config, server, parent).run([sock])
    log.info("server.end")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads that are still computing have nobody left to compute for
