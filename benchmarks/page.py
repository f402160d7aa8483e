"""How fast the page is: `python benchmarks/page.py [--events 10000]`. Needs Chromium; nothing here decides a test.

First paint and first live value of a fresh browser; frames per second while an hour at interval 1 (3 x 3,600 points)
is dragged to and fro; the script heap after garbage collection, over that many events.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
LIVE = """() => new Promise((resolve) => {
    const look = () => document.querySelector('.meter .number').textContent !== '–'
        ? resolve(performance.now()) : requestAnimationFrame(look);
    look();
})"""
FRAMES = """(seconds) => new Promise((resolve) => {
    const times = [];
    const frame = (now) => {
        times.push(now);
        if (now - times[0] < 1000 * seconds) requestAnimationFrame(frame);
        else resolve(times);
    };
    requestAnimationFrame(frame);
})"""


def opening(page: Page, url: str) -> tuple[float, float]:
    """First paint and first live value, ms after the address was entered."""
    page.goto(f"{url}/?household=A&interval=5")
    live = float(page.evaluate(LIVE))
    page.wait_for_timeout(300)
    return float(page.evaluate(PAINT)), live


def frames(page: Page, url: str) -> tuple[float, float]:
    """Frames per second and the 95th percentile of a frame, ms, while the charts are dragged."""
    page.goto(f"{url}/?household=A&interval=1&faults=none")
    page.wait_for_timeout(4000)
    for _ in range(2):
        page.click("#zoom-in")
    box = page.locator(".plot").first.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(f"window.measured = ({FRAMES})(5)")
    end = time.monotonic() + 5
    step = 0
    while time.monotonic() < end:
        step += 1
        page.mouse.move(x + 200 * (-1) ** (step // 20) * (step % 20) / 20, y)
    page.mouse.up()
    times = page.evaluate("window.measured")
    gaps = sorted(b - a for a, b in pairwise(times))
    return 1000 / (sum(gaps) / len(gaps)), gaps[int(0.95 * len(gaps))]


def heap(page: Page, url: str, events: int) -> list[tuple[int, float]]:
    """Script heap in MB after so many events."""
    page.goto(f"{url}/?household=A&interval=1&start_index=0&date=2026-05-01&speed=50&faults=none")
    tools: Any = page.context.new_cdp_session(page)
    found, began = [], time.monotonic()
    for tenth in range(1, 11):
        page.wait_for_timeout(max(0.0, (began + tenth * events / 500 - time.monotonic()) * 1000))
        tools.send("HeapProfiler.collectGarbage")
        found.append((tenth * events // 10, tools.send("Runtime.getHeapUsage")["usedSize"] / 1e6))
    return found


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    events = parser.parse_args().events
    command = [str(Path(sys.executable).with_name("wattloom")), "serve", "--port", "0", "--log-level", "error"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as playwright:
        assert server.stdout is not None
        match = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
        assert match, "the server did not start"
        try:
            path = str(CHROMIUM) if CHROMIUM.exists() else None
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            for name in ("first visit", "again"):
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                paint, live = opening(page, match[0])
                print(f"{name}: first paint {paint:.0f} ms, live {live:.0f} ms", flush=True)
                page.close()
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            rate, late = frames(page, match[0])
            print(f"an hour at interval 1, dragged: {rate:.0f} frames/s, 95 % within {late:.1f} ms", flush=True)
            for count, size in heap(page, match[0], events):
                print(f"{count} events: heap {size:.1f} MB", flush=True)
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
