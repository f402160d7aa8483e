"""Makes the pictures of the page and the widget in each colour: `python tools/screenshots.py` -> docs/img.

A replay of one day is searched for the first window of each colour, so that the pictures show what is really served.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import sync_playwright

OUT = Path(__file__).parents[1] / "docs" / "img"
CHROMIUM = Path("/usr/bin/chromium")
DAY = "household=A&interval=30&date=2026-05-01"
#: Colour -> its fault plan, and from which second of the day on it is searched.
SEARCHES = {
    "Green": ("none", 46_800),
    "Yellow": ("none", 66_000),
    "Red": ("none", 66_000),
    "Critical Red": ("every-1800", 68_000),
}
COLOURS = 160


def query(url: str, colour: str) -> str:
    """The replay whose first window has a colour."""
    plan, first = SEARCHES[colour]
    for second in range(first, 86_400, 30):
        found = f"{DAY}&start_index={second}&faults={plan}"
        with urlopen(f"{url}/latest?{found}") as answer:
            event = json.load(answer)
        if event["priority"] == colour:
            return found
    raise SystemExit(f"no {colour} window in {DAY}")


def save(page: Any, name: str) -> None:
    """A small picture: a palette holds what the page has of colours."""
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    path = OUT / f"{name}.png"
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(OUT.parents[1])}: {path.stat().st_size / 1000:.0f} kB")


def pictures(browser: Any, url: str) -> None:
    """All of them."""
    for colour in SEARCHES:
        name, replay = colour.lower().replace(" ", "-"), query(url, colour)
        for kind, size in (("page", (1280, 900)), ("widget", (170, 230))):
            context = browser.new_context(viewport={"width": size[0], "height": size[1]}, device_scale_factor=1)
            page = context.new_page()
            page.goto(f"{url}/{'' if kind == 'page' else 'widget'}?{replay}")
            page.wait_for_selector(f'[data-priority="{colour}"]')
            page.wait_for_timeout(2500)
            save(page, f"{kind}-{name}")
            context.close()
    shots = {
        "page-dark": ("/?" + query(url, "Yellow"), 1280, 900, "dark"),
        "page-phone": ("/?" + query(url, "Green"), 390, 844, "light"),
        "widgets": ("/widgets?household=A,B,C&interval=5", 900, 390, "light"),
    }
    for name, (path, width, height, scheme) in shots.items():
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        page.goto(url + path)
        page.wait_for_timeout(4000)
        save(page, name)


def main() -> None:
    """Starts a server and a browser, and takes them."""
    OUT.mkdir(parents=True, exist_ok=True)
    command = [str(Path(sys.executable).with_name("wattloom")), "serve", "--port", "0", "--log-level", "error"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
        assert found, "the server did not start"
        try:
            with sync_playwright() as playwright:
                path = str(CHROMIUM) if CHROMIUM.exists() else None
                pictures(playwright.chromium.launch(executable_path=path, args=["--no-sandbox"]), found[0])
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
