"""Running the server: one process or several on one socket, and an orderly end."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import sys
import time

import msgspec

from wattloom.errors import Refusal
from wattloom.settings import Settings
from wattloom.web.world import World

log = logging.getLogger("wattloom.server")

#: Connections that may wait to be accepted.
BACKLOG = 4096
#: Open files that are not streams: requests, libraries, recordings.
SPARE = 256


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
    if files and settings.max_streams > files - SPARE:
        settings = msgspec.structs.replace(settings, max_streams=max(1, files - SPARE))
        log.info("server.limit open_files=%d max_streams=%d", files, settings.max_streams)
    log.info("server.start host=%s port=%d workers=%d open_files=%d", host, port, settings.workers, files)
    if settings.workers == 1:
        world.warm()  # beside the imports

        from wattloom.web.worker import work

        work(settings, world, sock)
    return Supervisor(settings, world, sock).run()


class Supervisor:
    """Keeps so many workers alive; each has the socket and nothing else in common with the others."""

    #: Who dies younger than this (s) is replaced only after as long.
    YOUNG = 1.0

    def __init__(self, settings: Settings, world: World, sock: socket.socket) -> None:
        self.settings, self.world, self.sock = settings, world, sock
        self.born: dict[int, float] = {}
        self.ending = False

    def run(self) -> int:
        """Until SIGTERM or SIGINT and the last worker is gone."""
        signals = (signal.SIGTERM, signal.SIGINT)
        for number in signals:
            signal.signal(number, self._end)
        for _ in range(self.settings.workers):
            self._spawn(signals)
        while self.born:
            pid, status = os.wait()
            age = time.monotonic() - self.born.pop(pid)
            if not self.ending:
                log.warning("worker.died worker=%d status=%d", pid, status)
                time.sleep(self.YOUNG if age < self.YOUNG else 0)
                self._spawn(signals)
        log.info("server.end")
        return 0

    def _spawn(self, signals: tuple[signal.Signals, ...]) -> None:
        """Fork a worker; a signal that comes meanwhile waits until the worker is known."""
        from wattloom.web.worker import work

        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        parent = os.getpid()
        if not self.ending and (pid := os.fork()) == 0:
            for number in signals:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
            work(self.settings, self.world.fresh(), self.sock, parent)
        elif not self.ending:
            self.born[pid] = time.monotonic()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)

    def _end(self, *_: object) -> None:
        self.ending = True
        for pid in self.born:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
