"""The application: Quart's routes, with the fan-out in front of them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

import msgspec
from quart import Quart, Response, request
from werkzeug.exceptions import HTTPException

from wattloom.errors import Refusal
from wattloom.settings import Settings
from wattloom.web import openapi
from wattloom.web.fanout import Fanout
from wattloom.web.manifest import manifest
from wattloom.web.metrics import Metrics, descriptors, memory
from wattloom.web.refusals import Denied, body
from wattloom.web.setup import Addresses, Setup, cookie, read_query, read_setup
from wattloom.web.switches import Switchboard, switchable
from wattloom.web.world import World

JSON = "application/json"
SECURITY = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
HINT = 'The body must be a JSON object such as {"household": "A", "interval": 5}.'


def json(value: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(value), status, content_type=JSON)


class Server:
    """A world, its streams and the application that shows them; `asgi` is what a server runs."""

    def __init__(self, settings: Settings, world: World | None = None) -> None:
        self.settings = settings
        self.world = world or World(settings)
        self.metrics, self.addresses = Metrics(), Addresses()
        self.quart = Quart("wattloom.web", static_folder="static", static_url_path="/static")
        self.quart.config["MAX_CONTENT_LENGTH"] = settings.max_body
        self.asgi = Fanout(self.quart, self.world, settings, self.addresses, self.metrics)  # type: ignore[arg-type]
        self._routes()
        self.switchboard = Switchboard(self.quart, settings, self.world)
        self._errors()

    def _routes(self) -> None:
        app = self.quart
        app.post("/stream_setup")(self.stream_setup)
        app.get("/stream_qstats")(self.stream_qstats)
        app.get("/latest")(self.latest)
        app.get("/readings")(self.readings)
        app.get("/labels")(self.labels)
        app.get("/households")(self.households)
        app.get("/health")(self.health)
        app.get("/metrics")(self.figures)
        app.get("/openapi.json")(self.openapi)
        app.get("/docs")(self.docs)
        for path, name in (("/", "index"), ("/widget", "widget"), ("/widgets", "widgets")):
            app.add_url_rule(path, name, self._page(f"{name}.html"))
        app.add_url_rule("/widget/<house>/", "installed", self._page("widget.html"))
        app.get("/widget.webmanifest")(self.webmanifest)
        # Answered by the fan-out; here for what other methods get.
        app.add_url_rule("/stream_data", "stream_data", self.latest, methods=["GET"])

    async def stream_setup(self) -> Response:
        """`POST /stream_setup`."""
        setup = await self.world.work(read_setup, await self._object(), self.world)
        self.addresses.remember(request.remote_addr or "", setup)
        await self.world.work(self._statistics, setup)
        root = request.host_url.rstrip("/")
        response = json(
            {
                "status": "Streaming setup and stats calculation successful",
                "stream_url": f"{root}/stream_data?{setup.query}",
                "qstats_url": f"{root}/stream_qstats?{setup.query}",
            }
        )
        response.headers["set-cookie"] = cookie(setup)
        return response

    async def stream_qstats(self) -> Response:
        """`GET /stream_qstats`."""
        answers = await self.world.work(self._statistics, await self._find())
        return json(answers[0] if len(answers) == 1 else answers)

    async def latest(self) -> Response:
        """`GET /latest`: of a replay its first event."""
        feed, _ = (await self._find()).feed(self.world, now := time.time())
        count = len(feed.streams)
        first = feed.next(now) - count if feed.began is None else 0

        def events() -> list[bytes]:
            return [stream.event(self.world.desk, k) for stream, k in map(feed.window, range(first, first + count))]

        texts = await self.world.work(events)
        return Response(texts[0] if count == 1 else b"[%b]" % b",".join(texts), content_type=JSON)

    async def readings(self) -> Response:
        """`GET /readings`."""
        return await self._history("readings")

    async def labels(self) -> Response:
        """`GET /labels`."""
        return await self._history("labels")

    async def _history(self, what: str) -> Response:
        from wattloom.web import history, tables  # with pyarrow, which the first event does not need

        raw = read_query(request.query_string.decode("latin-1"), history.KEYS)
        stretch = await self.world.work(history.read_stretch, raw, self.world)
        chunks = stretch.readings(self.world.desk) if what == "readings" else stretch.labels()
        head = {"household": stretch.source.name, "interval": stretch.interval, "view": stretch.view}
        pieces = await self.world.work(tables.encoded, chunks, stretch.format, head if what == "readings" else {})

        async def send() -> AsyncIterator[bytes]:
            while (piece := await self.world.work(next, pieces, None)) is not None:
                yield piece

        response = Response(send(), content_type=tables.FORMATS[stretch.format][0])
        response.timeout = None
        if stretch.format != "json":
            name = f"{what}-{stretch.source.name.replace('/', '-')}.{stretch.format}"
            response.headers["content-disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
        return response

    async def households(self) -> Response:
        """`GET /households`."""
        return json(await self.world.work(self._households) | {"switches": self.switchboard.may()})

    async def health(self) -> Response:
        """`GET /health`."""
        if self.asgi.closing:
            raise Denied(503, "The server is shutting down.")
        return json({"status": "ok", "live": True, "ready": True, "streams": len(self.asgi.clients)})

    async def figures(self) -> Response:
        """`GET /metrics`."""
        desk = self.world.desk
        gauges = {
            "streams": ("Streams open.", float(len(self.asgi.clients))),
            "channels": ("Feeds that are being sent.", float(len(self.asgi.live) + len(self.asgi.replays))),
            "statistics_kept": ("Statistics at hand.", float(len(desk.stats))),
            "statistics_hits": ("Statistics found at hand.", float(desk.stats.hits)),
            "statistics_misses": ("Statistics computed.", float(desk.stats.misses)),
            "blocks_kept": ("Blocks of events at hand.", float(len(desk.blocks))),
            "memory_bytes": ("Resident memory of this worker.", float(memory())),
            "open_descriptors": ("File descriptors in use.", float(descriptors())),
        }
        return Response(self.metrics.text(gauges), content_type="text/plain; version=0.0.4; charset=utf-8")

    async def openapi(self) -> Response:
        """`GET /openapi.json`."""
        return json(openapi.document(version("wattloom")))

    async def docs(self) -> Response:
        """`GET /docs`."""
        return Response(openapi.page(version("wattloom")), content_type="text/html; charset=utf-8")

    async def webmanifest(self) -> Response:
        """`GET /widget.webmanifest`."""
        response = json(manifest(request.args))
        response.content_type = "application/manifest+json"
        return response

    def _page(self, file: str) -> Any:
        async def page(**_: str) -> Response:
            return await self.quart.send_static_file(file)

        return page

    async def _object(self) -> dict[str, Any]:
        """The body as a JSON object."""
        kind = (request.mimetype or "").lower()
        data = await request.get_data()
        if data and kind != JSON and not kind.endswith("+json"):
            raise Denied(415, f"Content-Type must be {JSON}, not {kind or 'absent'}. {HINT}")
        try:
            value = msgspec.json.decode(data)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            raise Refusal(HINT) from None
        if not isinstance(value, dict):
            raise Refusal(HINT)
        return value

    async def _find(self) -> Setup:
        return await self.world.work(
            self.addresses.find,
            request.query_string.decode("latin-1"),
            request.headers.get("cookie", ""),
            request.remote_addr or "",
            self.world,
        )

    def _statistics(self, setup: Setup) -> list[dict[str, Any]]:
        feed, _ = setup.feed(self.world, now := time.time())
        answers = []
        for stream in feed.streams:
            day = stream.source.calendar.day(now if stream.start is None else stream.start)
            stats = self.world.desk.statistics(stream.source, stream.interval, day)
            answers.append(stats.json())
        return answers

    def _households(self) -> dict[str, Any]:
        sources = [self.world.houses.get(name) for name in self.world.houses.list()]
        return {
            "households": [
                {
                    "name": source.name,
                    "description": source.description,
                    "live": source.span is None,
                    "step": source.step,
                    "meters": source.meters,
                    "rated": source.rated,
                    "switchable": switchable(source),
                    "zone": source.calendar.zone.key,
                    "from": source.calendar.iso(source.span[0]) if source.span else None,
                    "to": source.calendar.iso(source.span[1]) if source.span else None,
                }
                for source in sources
            ],
            "faults": list(self.world.plans),
            "default_faults": self.settings.faults,
        }

    def _errors(self) -> None:
        app = self.quart

        @app.errorhandler(HTTPException)
        async def refused(error: HTTPException) -> Response:
            if error.code == 405:
                allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or []))
                message = f"{request.method} is not allowed for {request.path}; allowed: {allowed}."
                response = Response(body(message), 405, content_type=JSON)
                response.headers["allow"] = allowed
                return response
            messages = {
                404: f"There is no {request.path}; /docs says what there is.",
                413: f"The body must be at most {self.settings.max_body} bytes.",
            }
            code = error.code or 500
            return Response(body(messages.get(code, error.description or error.name)), code, content_type=JSON)

        @app.errorhandler(Refusal)
        async def refusal(error: Refusal) -> Response:
            status, headers = (error.status, error.headers) if isinstance(error, Denied) else (400, {})
            response = Response(body(str(error)), status, content_type=JSON)
            response.headers.update(headers)
            return response

        @app.errorhandler(Exception)
        async def broken(error: Exception) -> Response:
            app.logger.error("request.error path=%s", request.path, exc_info=error)
            return Response(body("Something went wrong in the server; its log says what."), 500, content_type=JSON)

        @app.after_request
        async def finish(response: Response) -> Response:
            self.metrics.requests += 1
            for name, value in SECURITY.items():
                response.headers.setdefault(name, value)
            if response.content_type == JSON:
                response.headers.setdefault("cache-control", "no-store")
            if request.path.endswith("/sw.js"):
                response.headers["service-worker-allowed"] = "/"
            origin = request.headers.get("origin", "")
            if origin in self.settings.cors:
                response.headers["access-control-allow-origin"] = origin
                response.headers["access-control-allow-credentials"] = "true"
                response.headers["vary"] = "origin"
                if request.method == "OPTIONS":
                    response.headers["access-control-allow-methods"] = "GET, HEAD, POST, PUT, DELETE"
                    response.headers["access-control-allow-headers"] = "authorization, content-type, last-event-id"
            return response
