"""A real server and a real Chromium."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

CHROMIUM = Path("/usr/bin/chromium")


def until(page: Any, script: str, argument: Any = None, seconds: float = 60) -> None:
    """Waits until a script is true. Playwright's own waiting evaluates text in the page, which its policy forbids."""
    end = time.monotonic() + seconds
    while not page.evaluate(script, argument):
        assert time.monotonic() < end, f"never true: {script} {argument or ''}"
        page.wait_for_timeout(50)


class Server:
    """`wattloom serve` on a port of the loopback; 0 for any free one."""

    def __init__(self, port: int = 0, *flags: str) -> None:
        command = [str(Path(sys.executable).with_name("wattloom")), "serve", "--port", str(port)]
        command += ["--log-level", "error", "--retry", "300", *flags]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", self.process.stdout.readline())
        assert found, "the server did not start"
        self.port = int(found[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def json(self, path: str) -> Any:
        with urlopen(self.url + path, timeout=60) as answer:
            return json.load(answer)

    def events(self, query: str, count: int) -> list[dict[str, Any]]:
        """The first events of a stream."""
        found = []
        with urlopen(f"{self.url}/stream_data?{query}", timeout=60) as answer:
            for line in answer:
                if line.startswith(b"data: "):
                    found.append(json.loads(line[6:]))
                if len(found) == count:
                    break
        return found

    def end(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        self.process.wait(20)
        if self.process.stdout:
            self.process.stdout.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.end()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        path = str(CHROMIUM) if CHROMIUM.exists() else None
        try:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except api.Error as error:
            pytest.skip(f"No Chromium to be had: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


class Open:
    """Opens pages and remembers what went wrong in them."""

    def __init__(self, browser: Any, server: Server) -> None:
        self.browser, self.server = browser, server
        self.contexts: list[Any] = []
        self.troubles: list[str] = []
        self.elsewhere: list[str] = []

    def __call__(
        self, path: str, width: int = 1440, height: int = 900, server: Server | None = None, **context: Any
    ) -> Any:
        """A page of its own, with `page.until(script)`, which waits without evaluating text in the page."""
        url = (server or self.server).url
        self.contexts.append(self.browser.new_context(viewport={"width": width, "height": height}, **context))
        page = self.contexts[-1].new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", self._said)
        page.on("request", lambda request: self._asked(request.url, url))
        page.until = lambda script, argument=None: until(page, script, argument)
        page.goto(url + path)
        return page

    def _said(self, message: Any) -> None:
        expected = "400 (Bad Request)" in message.text or "net::ERR_" in message.text
        if message.type == "error" and not expected:
            self.troubles.append(f"{message.text} {message.location}")

    def _asked(self, url: str, home: str) -> None:
        if not url.startswith((home + "/", "data:", "blob:")):
            self.elsewhere.append(url)


@pytest.fixture
def open_page(chromium: Any, server: Server) -> Iterator[Open]:
    """Opens pages; whatever a page complains about, a broken policy included, and any foreign address is a failure."""
    opened = Open(chromium, server)
    yield opened
    for context in opened.contexts:
        context.close()
    assert not opened.troubles
    assert not opened.elsewhere


@pytest.fixture
def start() -> Iterator[Callable[..., Server]]:
    """Starts further servers."""
    started: list[Server] = []

    def one(port: int = 0, *flags: str) -> Server:
        started.append(Server(port, *flags))
        return started[-1]

    yield one
    for server in started:
        if server.process.poll() is None:
            server.end()
