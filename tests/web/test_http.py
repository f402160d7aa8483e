"""HTTP at large: JSON for whatever goes wrong, strict headers, and an API that is described as it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from wattloom.web.routes import ROUTES

if TYPE_CHECKING:
    from conftest import Process


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/static/nowhere.js", 404),
        ("GET", "/static/../app.py", 404),
        ("GET", "/static/%2e%2e/app.py", 404),
        ("GET", "/stream_setup", 405),
        ("POST", "/stream_data", 405),
        ("DELETE", "/stream_qstats", 405),
        ("PUT", "/latest", 405),
        ("POST", "/", 405),
    ],
)
def test_errors_are_json(server: Process, method: str, path: str, status: int) -> None:
    answer = httpx.request(method, server.url + path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json()) == ["error"]
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_pages_need_nothing_from_elsewhere(server: Process, path: str) -> None:
    answer = server.get(path)
    assert answer.status_code == 200
    assert "'unsafe-inline'" not in answer.headers["content-security-policy"]
    assert not re.search(r"(src|href|action)=[\"']?(https?:)?//", answer.text)
    assert "<style" not in answer.text
    assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)
    for asset in re.findall(r"(?:src|href)=\"(/static/[^\"]+)\"", answer.text):
        assert server.get(asset).status_code == 200


def test_the_description_has_every_route(server: Process) -> None:
    document = server.get("/openapi.json").json()
    assert document["openapi"].startswith("3.")
    described = {(route.method.upper(), route.path) for route in ROUTES}
    assert {(m.upper(), path) for path, methods in document["paths"].items() for m in methods} == described
    page = server.get("/docs").text
    for method, path in described:
        assert path in page
        allowed = httpx.options(server.url + path).headers["allow"].split(", ")
        assert method in allowed


def test_health(server: Process) -> None:
    health = server.get("/health").json()
    assert (health["status"], health["live"], health["ready"]) == ("ok", True, True)


def test_households(server: Process) -> None:
    answer = server.get("/households").json()
    homes = {home["name"]: home for home in answer["households"]}
    assert {"A", "B", "C", "classic-a", "short"} <= set(homes)
    assert homes["A"]["live"]
    assert homes["A"]["meters"] == ["AC", "Geyser", "Overall"]
    assert homes["A"]["rated"]["AC"] > 0.5
    assert homes["A"]["description"]
    assert (homes["short"]["live"], homes["short"]["step"]) == (False, 1)
    assert homes["short"]["from"] == "2026-03-01T10:00:00+00:00"
    assert {"none", "sparse", "rare"} <= set(answer["faults"])


def test_metrics_are_prometheus_text(server: Process) -> None:
    answer = server.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    for line in answer.text.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) wattloom_\w+ .+|wattloom_\w+(\{le=\"[^\"]+\"\})? [0-9.e+-]+", line), line


def test_hosts_are_told_back_only_to_who_asks(server: Process) -> None:
    answer = httpx.post(
        server.url + "/stream_setup",
        json={"household": "A", "interval": 5},
        headers={"host": "meters.example", "x-forwarded-proto": "https"},
    )
    assert answer.json()["stream_url"].startswith("https://meters.example/stream_data?")
