"""Running the server: one process or several on one socket, and an orderly end."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator

import uvicorn

from wattloom.errors import Refusal
from wattloom.settings import Settings
from wattloom.web.app import Server
from wattloom.web.protocol import Connection
from wattloom.web.world import World

log = logging.getLogger("wattloom.server")

#: Connections that may wait to be accepted.
BACKLOG = 4096


class Uvicorn(uvicorn.Server):
    """Uvicorn, which says goodbye to streams first and then ends with exit code 0."""

    def __init__(self, config: uvicorn.Config, server: Server) -> None:
        super().__init__(config)
        self.server = server

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the wheels, then accept."""
        self.server.asgi.open()
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, end the streams, then whatever else is going on."""
        for listening in self.servers:
            listening.close()
        await self.server.asgi.close()
        self.server.world.pool.shutdown(wait=False, cancel_futures=True)
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


def listen(settings: Settings) -> socket.socket:
    """A listening socket; Refusal where the address cannot be had."""
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((settings.host, settings.port))
    except OSError as error:
        reason = "is taken" if "in use" in str(error) else f"cannot be had ({error.strerror or error})"
        raise Refusal(
            f"Port {settings.port} on {settings.host} {reason}; choose another one with --port or --host."
        ) from error
    sock.listen(BACKLOG)
    sock.set_inheritable(True)
    return sock


def raise_descriptor_limit() -> int:
    """Raise the soft limit of open files to the hard one; what we got."""
    try:
        import resource
    except ImportError:
        return 0
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def run(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; the exit code."""
    logging.basicConfig(
        level=settings.log_level.upper(),
        format="time=%(asctime)s level=%(levelname)s pid=%(process)d %(message)s",
        stream=sys.stderr,
    )
    logging.getLogger("uvicorn").setLevel("WARNING")
    logging.getLogger("asyncio").setLevel("WARNING")
    world = World(settings)
    sock = listen(settings)
    files = raise_descriptor_limit()
    host, port = sock.getsockname()[:2]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    print(f"Wattloom is up: http://{shown}:{port}/ (API: /docs, end with Ctrl+C)", flush=True)
    log.info("server.start host=%s port=%d workers=%d open_files=%d", host, port, settings.workers, files)
    if settings.workers == 1:
        return work(settings, world, sock)
    return supervise(settings, world, sock)


def work(settings: Settings, world: World, sock: socket.socket) -> int:
    """One worker."""
    sys.setswitchinterval(0.001)
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
    Uvicorn(config, server).run([sock])
    log.info("server.end")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads that are still computing have nobody left to compute for


def supervise(settings: Settings, world: World, sock: socket.socket) -> int:
    """Keep so many workers alive; each has the socket and nothing else in common with the others."""
    workers: set[int] = set()
    ending = False

    def spawn() -> None:
        if (pid := os.fork()) == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            work(settings, world, sock)
        workers.add(pid)

    def end(*_: object) -> None:
        nonlocal ending
        ending = True
        for pid in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    for _ in range(settings.workers):
        spawn()
    while workers:
        pid, status = os.wait()
        workers.discard(pid)
        if not ending:
            log.warning("worker.died worker=%d status=%d", pid, status)
            spawn()
    log.info("server.end")
    return 0
