"""The widget in a real browser: its sizes, its colours, offline, installed, and many on one page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

import wattloom.web

STATIC = Path(wattloom.web.__file__).parent / "static"
COLOURS = {"Green": (76, 175, 80), "Yellow": (255, 235, 59), "Red": (244, 67, 54), "Critical Red": (109, 0, 8)}
#: What of a tile is cut off or lies over something else.
OUTSIDE = """() => {
    const tile = document.querySelector('.tile').getBoundingClientRect();
    const parts = ['h1', '.time', '.note span', '.number', '.unit', '.trend', 'nav a', 'nav button'];
    const seen = [...document.querySelectorAll(parts.map((part) => `.tile ${part}`).join())].filter((node) => {
        const hidden = getComputedStyle(node.closest('header, nav, .unit') ?? node).position === 'absolute';
        const visible = getComputedStyle(node).visibility === 'visible' && !node.closest('.sr-only');
        return node.getBoundingClientRect().width > 1 && visible && !hidden;
    });
    const across = (a, b) => a.left > b.left - 1 && a.right < b.right + 1;
    const within = (a, b) => across(a, b) && a.top > b.top - 1 && a.bottom < b.bottom + 1;
    const before = (a, b) => a.right < b.left + 1 || a.bottom < b.top + 1;
    const apart = (a, b) => before(a, b) || before(b, a);
    const boxes = seen.map((node) => [node, node.getBoundingClientRect()]);
    const bad = boxes.filter(([, box]) => !within(box, tile)).map(([node]) => `${node.className} is cut`);
    for (const [node, box] of boxes) {
        for (const [other, its] of boxes) {
            if (node === other || node.contains(other) || other.contains(node) || apart(box, its)) continue;
            bad.push(`${node.className} over ${other.className}`);
        }
    }
    return bad;
}"""
EVENT = {
    "household": "A",
    "time": "2026-05-01T21:59:00+05:30",
    "index": 79140,
    "interval": 5,
    "AC": 1.434,
    "Geyser": 0.0,
    "Overall": 5.968,
    "energy": {"AC": 0.1195, "Geyser": 0.0, "Overall": 0.4973},
    "by_value": {"AC": "Green", "Geyser": "Green", "Overall": "Green"},
    "label": {"AC": "good", "Geyser": "good", "Overall": "good"},
    "quality": {meter: {"valid": 1.0, "counts": {}} for meter in ("AC", "Geyser", "Overall")},
    "status": {"AC": "Green", "Geyser": "Green", "Overall": "Green"},
    "priority": "Green",
    "reason": "All meters as usual",
}


def shown(page: Any) -> Any:
    page.wait_for_selector(".tile:not(.old)")
    return page


def remembering(open_page: Any, event: dict[str, Any], width: int = 170, height: int = 230, **context: Any) -> Any:
    """A widget that is given one event: a stream that says nothing more."""
    page = open_page("/docs", width, height, **context)
    body = f"id: 1.1.aaaaaaaa\ndata: {json.dumps(event)}\n\n"
    page.context.route("**/stream_data?**", lambda route: route.fulfill(body=body, content_type="text/event-stream"))
    page.goto(page.url.replace("/docs", "/widget?household=A&interval=5"))
    return shown(page)


def test_the_widget_is_after_its_concept(open_page: Any) -> None:
    page = remembering(open_page, EVENT)
    assert page.text_content("h1") == "House A"
    assert page.text_content(".time") == "21:59:05"
    readings = page.locator(".rows li")
    assert readings.first.locator(".number").inner_text() == "5.968"
    assert readings.first.locator(".unit").inner_text() == "kW-min"
    glyphs = page.locator(".rows li > .glyph").evaluate_all("nodes => nodes.map((node) => node.dataset.glyph)")
    assert glyphs == ["Overall", "AC", "Geyser"]
    buttons = page.locator(".tile nav .glyph").evaluate_all("nodes => nodes.map((node) => node.dataset.glyph)")
    assert buttons == ["chart", "alerts", "settings"]
    assert page.locator("img, picture, video, canvas").count() == 0


def test_trends_are_up_down_or_steady(open_page: Any) -> None:
    page = open_page("/docs")
    found = page.evaluate("""async () => {
        const { trend } = await import('/static/js/meters.js');
        return [trend([], 1), trend([1, 1, 1], 1.2), trend([1, 1], 0.9), trend([1, null], 1.01), trend([0], 0.01),
            trend([1], null)];
    }""")
    assert found == [None, "up", "down", "steady", "steady", None]


@pytest.mark.parametrize("priority", list(COLOURS))
def test_the_background_is_the_priority_and_text_keeps_its_contrast(open_page: Any, priority: str) -> None:
    page = remembering(open_page, EVENT | {"priority": priority})
    ink, back = page.evaluate("""() => {
        const style = getComputedStyle(document.querySelector('.tile'));
        return [style.color, style.backgroundColor].map((text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number));
    }""")
    assert tuple(back) == COLOURS[priority]

    def luminance(colour: list[float]) -> float:
        parts = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(ink), luminance(back)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
    assert page.locator(".note .glyph").get_attribute("data-glyph") == priority
    stripes = page.evaluate("getComputedStyle(document.querySelector('.tile'), '::before').backgroundImage")
    assert ("gradient" in stripes) == (priority == "Critical Red")


@pytest.mark.parametrize(("width", "height"), [(110, 150), (140, 190), (170, 230), (390, 844), (1440, 900)])
def test_everything_fits_at_every_size(open_page: Any, width: int, height: int) -> None:
    event = EVENT | {"Overall": 12.345, "AC": None, "household": "A"}
    page = remembering(open_page, event, width, height)
    outside = page.evaluate(OUTSIDE)
    assert outside == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    values = page.locator(".tile .number").all_inner_texts()
    assert values == ["12.35", "–", "0.000"] or values == ["12.34", "–", "0.000"]
    small = (width, height) == (110, 150)
    assert (page.locator("h1").bounding_box()["width"] <= 1) == small
    tile = page.locator(".tile").bounding_box()
    assert tile["height"] > tile["width"]


def test_offline_the_widget_opens_with_what_it_knew_last_and_says_so(open_page: Any, start: Any) -> None:
    server = start()
    page = shown(open_page("/widget?household=A&interval=1&faults=none", 170, 230, server=server))
    page.until("navigator.serviceWorker.ready.then((found) => Boolean(found.active))")
    page.until("navigator.serviceWorker.controller !== null")
    server.end()
    page.wait_for_selector(".tile.old")
    time = page.text_content(".time")
    page.context.set_offline(True)
    page.reload()
    page.wait_for_selector(".tile.old")
    assert page.text_content("h1") == "House A"
    assert page.text_content(".time") == time
    page.until("document.querySelector('.note').textContent.startsWith('Offline')")
    assert re.fullmatch(r"\d+\.\d{3}", page.locator(".number").first.inner_text())
    page.context.set_offline(False)
    start(server.port)
    page.wait_for_selector(".tile:not(.old)")


def test_a_trend_is_there_with_the_first_value(open_page: Any, server: Any) -> None:
    query = "household=A&interval=60&date=2026-05-01&start_index=68000&faults=none"
    page = shown(open_page(f"/widget?{query}", 170, 230))
    page.until("document.querySelectorAll('.trend .glyph:not(.sr-only)').length === 3")
    rows = server.json("/readings?household=A&interval=60&start=2026-05-01T18:50:20&end=2026-05-01T18:54:20")["rows"]
    means = [sum(row[i] for row in rows[:3]) / 3 for i in (3, 1, 2)]
    for place, (mean, now) in enumerate(zip(means, (rows[3][i] for i in (3, 1, 2)), strict=True)):
        band = max(0.02, 0.03 * mean)
        way = "rising" if now > mean + band else "falling" if now < mean - band else "steady"
        assert page.locator(".trend .sr-only:not(.glyph)").nth(place).text_content() == way


def test_it_can_be_installed_one_for_each_house(open_page: Any, server: Any) -> None:
    for house, scope in (("A", "/widget/A/"), ("C/17", "/widget/C-17/")):
        page = shown(open_page(f"{scope}?household={house}&interval=15", 390, 844))
        page.until("navigator.serviceWorker.ready.then((found) => Boolean(found.active))")
        devtools = page.context.new_cdp_session(page)
        found = devtools.send("Page.getAppManifest")
        assert not found["errors"]
        manifest = json.loads(found["data"])
        assert manifest["name"] == f"House {house}"
        assert manifest["scope"] == scope
        assert manifest["start_url"] == f"{scope}?household={house}&interval=15"
        errors = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
        assert [error["errorId"] for error in errors if error["errorId"] != "in-incognito"] == []
        for icon in manifest["icons"]:
            with urlopen(server.url + icon["src"]) as answer:
                size = int.from_bytes(answer.read(20)[16:20], "big")
            assert icon["sizes"] == f"{size}x{size}"


def test_a_manifest_is_made_for_any_name(server: Any) -> None:
    with urlopen(Request(server.url + "/widget.webmanifest?household=%3Cb%3E%22x%2Fy&interval=5")) as answer:
        assert answer.headers["content-type"] == "application/manifest+json"
        manifest = json.load(answer)
    assert manifest["name"] == 'House <b>"x/y'
    assert "<" not in manifest["scope"] + manifest["start_url"]


def test_the_service_worker_keeps_all_that_the_pages_need() -> None:
    listed = set(re.findall(r'"((?:css|js|icons|vendor)/[^"]+)"', (STATIC / "sw.js").read_text()))
    assert all((STATIC / path).is_file() for path in listed)
    needed = {f"js/{path.name}" for path in (STATIC / "js").glob("*.js")}
    for page in ("index.html", "widget.html", "widgets.html"):
        needed |= set(re.findall(r'"/static/((?:css|js|vendor)/[^"]+)"', (STATIC / page).read_text()))
    assert needed <= listed


def test_settings_change_the_house_and_say_what_is_wrong(open_page: Any) -> None:
    page = shown(open_page("/widget?household=A&interval=5", 390, 844))
    page.get_by_role("button", name="Settings").click()
    page.fill("#household", "Nowhere")
    page.get_by_role("button", name="Show").click()
    page.until("document.querySelector('#settings-error').textContent.includes('Unrecognized house')")
    page.fill("#household", "B")
    page.fill("#interval", "0")
    page.get_by_role("button", name="Show").click()
    page.until("document.querySelector('#settings-error').textContent.includes('more than 0')")
    page.fill("#interval", "1")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/widget?household=B&interval=1")
    shown(page)
    assert page.text_content("h1") == "House B"


def test_alerts_are_counted_and_acknowledged_here_and_on_the_page(open_page: Any) -> None:
    query = "household=A&interval=5&date=2026-05-01&start_index=32400&faults=every-5"
    page = shown(open_page(f"/widget?{query}", 390, 844))
    page.until("Number(document.querySelector('.number-of').textContent) > 0")
    page.get_by_role("button", name="Alerts").click()
    assert page.locator("#alert-list li").count() > 0
    page.locator("#acknowledge-all").click()
    page.until("document.querySelector('.number-of').hidden")
    page.locator("#alerts-close").click()
    page.get_by_role("link", name="Charts").click()
    page.wait_for_selector("#alert-list li.acknowledged")
    assert page.locator("#alert-list button").count() == 0


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("household=Zed", "Unrecognized house"),
        ("household=A&interval=0", "more than 0"),
        ("interval=x", "whole number"),
    ],
)
def test_bad_input_in_the_widgets_url_is_told(open_page: Any, query: str, words: str) -> None:
    page = open_page(f"/widget?{query}", 390, 844)
    page.until("words => document.querySelector('.note').textContent.includes(words)", words)
    assert "old" in page.get_attribute(".tile", "class")


def test_all_houses_share_one_connection(open_page: Any, server: Any) -> None:
    page = open_page("/docs")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.url}/widgets?interval=1&faults=none")
    page.wait_for_selector(".tile")
    page.until("!document.querySelector('.tile.old')")
    names = [house["name"] for house in server.json("/households")["households"] if house["live"]]
    assert page.locator("h2.house").all_text_contents() == [f"House {name}" for name in names]
    assert len([url for url in asked if "/stream_data" in url]) == 1


def test_chosen_houses_are_shown_in_their_order(open_page: Any) -> None:
    page = open_page("/widgets?household=C,A/3&interval=1", 390, 844)
    page.until("document.querySelectorAll('.tile:not(.old)').length === 2")
    assert page.locator("h2.house").all_text_contents() == ["House C", "House A/3"]
