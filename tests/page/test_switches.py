"""Switches on the page and the widget: what one does, the other shows."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

#: An AC and a geyser that never stop, and meters that err in every window, so that something is always to be done.
ALWAYS = """
name = "always"
title = "Always on"
description = "Something can be switched off at any hour."
steady = true
appliances = [
    {kind = "schedule", name = "ac", meter = "AC", watts = 1500, hours = [[0, 24]]},
    {kind = "schedule", name = "geyser", meter = "Geyser", watts = 3000, hours = [[0, 24]]},
    {kind = "schedule", name = "base", watts = 500},
]
"""
QUERY = "household=always&interval=4"
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
PHONE = {"width": 390, "height": 780}
AC_VALUE = "document.querySelector('[data-meter=AC] .number').textContent"


@pytest.fixture
def serve(start: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    profile = tmp_path / "always.toml"
    profile.write_text(ALWAYS)
    flags = ("--profile", str(profile), "--state", str(tmp_path / "switches.db"), "--faults", "every-3")
    return lambda *more: start(0, *flags, *more)


def button(page: Any, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def test_two_phones_and_a_terminal_show_the_same_house(serve: Callable[..., Any], open_page: Any) -> None:
    """One switches the AC off, on any worker; within an interval all show it; the other one undoes it."""
    server = serve("--workers", "2")
    page = open_page(f"/?{QUERY}", server=server, **PHONE)
    widget = open_page(f"/widget?{QUERY}", server=server, **PHONE)
    command = [str(Path(sys.executable).with_name("wattloom")), "watch", "always", "--interval", "4"]
    terminal = subprocess.Popen([*command, "--server", server.url], stdout=subprocess.PIPE, text=True)
    try:
        assert terminal.stdout is not None
        button(page, "Switch the AC off for 30 min").wait_for()
        widget.locator(".tile .act").wait_for()
        assert widget.text_content(".tile .act") == "What to do"
        assert "AC 1.500" in terminal.stdout.readline()

        button(page, "Switch the AC off for 30 min").click()
        page.locator("#switched .what-is-off").wait_for()
        said = page.text_content("#switched .what-is-off")
        assert re.match(r"AC is switched off by page on Linux until \d\d:\d\d:\d\d, .+ moreUndo$", said)
        assert button(page, "Switch the AC off for 30 min").count() == 0
        assert button(page, "Switch the Geyser off for 30 min").is_visible()
        page.until(f"{AC_VALUE} === '0.000'")
        widget.until("document.querySelector('.tile .act').textContent.startsWith('AC off until ')")
        widget.until("[...document.querySelectorAll('.tile .number')].some((node) => node.textContent === '0.000')")
        lines = [terminal.stdout.readline()]
        while "AC 0.000" not in lines[-1]:
            assert len(lines) < 5
            lines.append(terminal.stdout.readline())

        widget.locator(".tile .act").click()
        assert said[:40] in widget.text_content("#deeds .switched")
        for seen in (page, widget):
            seen.evaluate(AXE.read_text())
            found = seen.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})")
            assert [(rule["id"], rule["nodes"][0]["target"]) for rule in found["violations"]] == []
            assert seen.evaluate("document.documentElement.scrollWidth <= innerWidth")
        button(widget, "Undo: switch the AC on again").click()
        page.locator("#switched").wait_for(state="hidden")
        page.until(f"{AC_VALUE} === '1.500'")
        items = page.locator("#alert-list li").all_text_contents()
        assert any(re.match(r"Switch[\d:]+ to [\d:]+AC: switched off by page on Linux until", text) for text in items)
    finally:
        terminal.kill()
        terminal.communicate()


def test_what_is_off_outlives_a_reload_and_is_no_fault(serve: Callable[..., Any], open_page: Any) -> None:
    server = serve()
    page = open_page(f"/?{QUERY}&faults=none", server=server)
    order = b'{"on": false, "minutes": 60, "by": "<b>Ada</b>"}'
    headers = {"Content-Type": "application/json"}
    urlopen(Request(f"{server.url}/households/always/switches/Geyser", order, headers, method="PUT"), timeout=20)
    page.until("document.querySelector('[data-meter=Geyser] .number').textContent === '0.000'")
    assert "Geyser is switched off by <b>Ada</b> until" in page.text_content("#switched")
    assert page.locator("#switched b").count() == 0
    assert page.get_attribute("[data-meter=Geyser].meter", "data-status") == "Green"
    assert page.get_attribute("[data-meter=Overall].meter", "data-status") == "Green"
    page.reload()
    page.locator("#switched .what-is-off").wait_for()
    button(page, "Undo: switch the Geyser on again").click()
    page.locator("#switched").wait_for(state="hidden")


def test_no_button_that_would_fail(serve: Callable[..., Any], open_page: Any) -> None:
    """Behind a proxy nobody may switch without a token; what others switched off is shown all the same."""
    server = serve()
    here = open_page(f"/?{QUERY}", server=server)
    there = open_page(f"/?{QUERY}", server=server, extra_http_headers={"X-Forwarded-For": "10.0.0.7"})
    replay = open_page(f"/?{QUERY}&start_index=100", server=server)
    button(here, "Switch the AC off for 15 min").click()
    there.locator("#switched .what-is-off").wait_for()
    assert there.locator("#switched button").count() == 0
    assert not there.locator("#switches").is_visible()
    replay.locator("#actions").wait_for()
    assert not replay.locator("#switches").is_visible()
    assert not replay.locator("#switched").is_visible()


def test_the_token_is_asked_for(serve: Callable[..., Any], open_page: Any) -> None:
    page = open_page(f"/?{QUERY}", server=serve("--token", "s3cret"))
    unlock = button(page, "Unlock the switches")
    unlock.wait_for()
    assert page.locator(".switch-group").count() == 0
    unlock.click()
    page.fill("#token", "guess")
    page.keyboard.press("Enter")
    page.until("document.querySelector('#token-error').textContent === 'That is not the server\\'s token.'")
    page.fill("#token", "s3cret")
    page.keyboard.press("Enter")
    page.locator("dialog.token").wait_for(state="detached")
    button(page, "Switch the AC off for 60 min").click()
    page.locator("#switched .what-is-off").wait_for()
    assert "s3cret" not in page.url
    page.reload()
    button(page, "Undo: switch the AC on again").click()
    page.locator("#switched").wait_for(state="hidden")
