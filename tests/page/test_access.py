"""For everybody: axe's rules, keyboard, screen reader, themes, widths; and the weight of it all."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest

import wattloom.web

STATIC = Path(wattloom.web.__file__).parent / "static"
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
FAULTY = "household=A&interval=5&date=2026-05-01&start_index=32400"
#: All parts of the pages together, compressed, bytes.
LIMIT = 150_000


def ready(page: Any, path: str) -> Any:
    if path.startswith("/widget"):
        page.wait_for_selector(".tile:not(.old)")
    else:
        page.wait_for_selector('#connection[data-state="live"]')
        page.locator(".figure").nth(2).wait_for()
        page.until("document.querySelector('#energy-note').textContent.includes('midnight')")
    return page


def violations(page: Any) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})")
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        "/?household=A&interval=5&faults=none",
        f"/?{FAULTY}&faults=every-5",
        "/widget?household=A&interval=5",
        f"/widget?{FAULTY}&faults=every-5",
        "/widgets?household=A,B,C",
    ],
)
def test_axe_finds_nothing(open_page: Any, path: str, scheme: str) -> None:
    page = ready(open_page(path, color_scheme=scheme), path)
    if path.startswith("/?") and "every" in path:
        page.get_by_role("button", name="See why").click()
        page.locator("#hour-table summary").click()
        page.locator(".figure summary").first.click()
        page.locator("#alert-list li").first.wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_help_in_errors_and_on_a_phone(open_page: Any, scheme: str) -> None:
    page = open_page("/?household=Zed&interval=5", 390, 844, color_scheme=scheme)
    page.until("document.querySelector('#error-household').textContent")
    assert violations(page) == []
    page.get_by_role("button", name="Help").click()
    assert violations(page) == []


def test_axe_finds_nothing_in_old_values(open_page: Any, start: Any) -> None:
    server = start()
    page = open_page("/?household=A&interval=1&faults=none", server=server)
    ready(page, "/")
    server.end()
    page.wait_for_selector("body.old")
    assert violations(page) == []


@pytest.mark.parametrize("width", [320, 390, 768, 1080, 1440, 2560])
def test_nothing_is_wider_than_the_window(open_page: Any, width: int) -> None:
    page = ready(open_page("/?household=classic-a&interval=5", width, 844), "/")
    if width <= 720:
        page.locator("#fold").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = page.evaluate("""() => [...document.querySelectorAll('main *')].filter((node) => {
        const box = node.getBoundingClientRect();
        return box.width > 1 && box.right > innerWidth + 1 && !node.closest('.scroll, code, .sr-only, table');
    }).map((node) => node.tagName + '.' + node.className)""")
    assert cut == []
    page.goto(re.sub(r"/\?.*", "/widgets", page.url))
    page.wait_for_selector(".tile")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_theme_follows_the_system_and_can_be_chosen(open_page: Any) -> None:
    page = ready(open_page("/?household=A&interval=5", color_scheme="dark"), "/")
    brightness = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).reduce((a, b) => a + Number(b), 0)"
    assert page.evaluate(brightness) < 150
    page.get_by_role("button", name="Theme: auto").click()
    assert page.evaluate(brightness) > 600
    page.reload()
    assert page.evaluate(brightness) > 600
    page.get_by_role("button", name="Theme: light").click()
    assert page.evaluate(brightness) < 150
    page.get_by_role("button", name="Theme: dark").click()
    assert page.get_by_role("button", name="Theme: auto").is_visible()


def test_everything_can_be_done_with_the_keyboard(open_page: Any) -> None:
    page = ready(open_page("/"), "/")
    focus = "document.activeElement.id || document.activeElement.textContent"
    page.keyboard.press("Tab")
    assert "Skip" in page.evaluate(focus)
    page.keyboard.press("Enter")
    assert page.evaluate(focus) == "now"
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(focus))
    assert {"zoom-in", "pause", "alert-filter"} <= reached
    page.locator("#house-A").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/?household=B&interval=5")
    outline = page.evaluate("getComputedStyle(document.querySelector('#house-B + label')).boxShadow")
    assert outline != "none"
    page.locator("#pause").focus()
    page.keyboard.press("Enter")
    assert page.get_attribute("#pause", "aria-pressed") == "true"
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#help").is_hidden()


def test_a_screen_reader_is_told_and_every_chart_has_its_table(open_page: Any) -> None:
    page = ready(open_page(f"/?{FAULTY}&faults=every-5"), "/")
    assert page.get_attribute("#announcer", "aria-live") == "polite"
    page.until("document.querySelector('#announcer').textContent.startsWith('House A: ')")
    for chart in page.locator(".plot").all():
        assert re.match(r"(Overall|AC|Geyser) in the last hour: from ", chart.get_attribute("aria-label"))
    assert page.locator("#hour-table").count() == 1
    for figure in page.locator(".figure").all():
        assert figure.locator("svg.drawing").get_attribute("role") == "img"
        assert "kW" in figure.locator("svg.drawing").get_attribute("aria-label")
        assert figure.locator("table").count() >= 1


def test_nothing_moves_for_those_who_want_none_of_it(open_page: Any) -> None:
    page = ready(open_page("/", reduced_motion="reduce"), "/")
    page.evaluate("document.querySelector('#connection').dataset.state = 'connecting'")
    assert page.evaluate("getComputedStyle(document.querySelector('.dot')).animationName") == "none"


def test_the_policy_forbids_what_is_inline_and_what_is_elsewhere(open_page: Any, server: Any) -> None:
    page = open_page("/")
    policy = page.request.get(server.url + "/").headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    for html in STATIC.glob("*.html"):
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|https?://", html.read_text()), html
    for path in [*STATIC.glob("js/*.js"), *STATIC.glob("css/*.css"), STATIC / "sw.js"]:
        addresses = set(re.findall(r"https?://[^\"'\s)]+", path.read_text()))
        assert addresses <= {"http://www.w3.org/2000/svg"}, path


def test_all_parts_together_are_light() -> None:
    parts = [path for path in STATIC.rglob("*") if path.is_file() and path.suffix != ".LICENSE"]
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in parts}
    assert len(sizes) > 30
    assert sum(sizes.values()) < LIMIT
    assert (STATIC / "vendor" / "uPlot.LICENSE").read_text().startswith("The MIT License")
    assert AXE.with_name("axe.LICENSE").is_file()
