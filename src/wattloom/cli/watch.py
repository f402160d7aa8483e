"""`wattloom watch`: the widget in a terminal."""

from __future__ import annotations

import contextlib
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

if TYPE_CHECKING:
    from rich.text import Text

    from wattloom.cli.follow import Item

#: Background and text of each priority; black or white, whichever is read better. Critical red is also framed.
STYLES: Final = {
    "Green": "black on #4caf50",
    "Yellow": "black on #ffeb3b",
    "Red": "black on #f44336",
    "Critical Red": "bold white on #6d0008",
}
OLD: Final = "italic grey70 on grey23"
GLYPHS: Final = {"Overall": "Σ", "AC": "❄", "Geyser": "♨"}
VERDICTS: Final = {"Green": "All right", "Yellow": "Some action is due", "Red": "Red", "Critical Red": "Critical Red"}
#: A change of less than this many kW, or this share of the mean before, is none.
STEADY: Final = (0.02, 0.03)
#: Seconds after which a value that should have been replaced is old.
GRACE: Final = 3.0


def watch(
    household: Annotated[str, typer.Argument(help="As A or A/17.")],
    interval: Annotated[int, typer.Option(help="Seconds that are averaged, 1 to 86400.")] = 5,
    server: Annotated[
        str | None,
        typer.Option(help="Address of a server; without it the one on port 5000 here, and none if none is there."),
    ] = None,
) -> None:
    """Watch a household live: the widget in a terminal (q leaves), a line for each window in a pipe.

    Example: wattloom watch A --interval 5
    """
    from wattloom.cli.follow import USUAL, computed, reachable, served
    from wattloom.errors import Refusal

    found = reachable(server or USUAL)
    if server and not found:
        raise Refusal(f"No Wattloom server answers at {server}; start one with wattloom serve, or leave out --server.")
    items = served(server or USUAL, household, interval) if found else computed(household, interval)
    if sys.stdout.isatty():
        _screen(items, household, interval, (server or USUAL) if found else "computed here")
        return
    for item in items:
        typer.echo(item if isinstance(item, str) else line(item))
        sys.stdout.flush()


def line(event: dict[str, Any]) -> str:
    """An event as a line.

    >>> line({"time": "2026-05-01T18:53:20+05:30", "status": {"AC": "Green"}, "AC": 1.4, "priority": "Green",
    ...       "reason": "All meters as usual"})
    '2026-05-01T18:53:20+05:30  Green         AC 1.400  All meters as usual'
    """
    values = "  ".join(f"{meter} {value(event[meter])}" for meter in GLYPHS if meter in event["status"])
    return f"{event['time']}  {event['priority']:<12}  {values}  {said(event)}"


def said(event: dict[str, Any]) -> str:
    """What is switched off, if anything is, and the reason for the priority.

    >>> said({"off": {"AC": {"until": "2026-05-01T19:30:00+05:30", "by": "page"}}, "reason": "All meters as usual"})
    'AC off until 19:30 (page). All meters as usual'
    """
    words = ""
    for meter, off in event.get("off", {}).items():
        who = f" ({off['by']})" if off["by"] else ""
        words += f"{meter} off until {off['until'][11:16]}{who}. "
    return words + str(event["reason"])


def value(kw: float | None) -> str:
    """A value in kW-min per minute, which is kW; a dash where there is none."""
    return "–" if kw is None else f"{kw:.3f}"


def trend(before: list[float | None], now: float | None) -> str:
    """An arrow: up, down or steady against the mean of the values before.

    >>> trend([1.0, 1.0], 1.5), trend([1.0], 1.01), trend([1.0, None], 0.2), trend([], 1.0)
    ('↑', '→', '↓', ' ')
    """
    known = [kw for kw in before if kw is not None]
    if now is None or not known:
        return " "
    mean = sum(known) / len(known)
    band = max(STEADY[0], STEADY[1] * mean)
    return "↑" if now > mean + band else "↓" if now < mean - band else "→"


class Face:
    """What is shown: the last event, the trend of its values, and how true it still is."""

    def __init__(self, household: str, interval: int, origin: str) -> None:
        self.household, self.interval, self.origin = household, interval, origin
        self.event: dict[str, Any] | None = None
        self.before: dict[str, deque[float | None]] = {meter: deque(maxlen=3) for meter in GLYPHS}
        self.trends: dict[str, str] = dict.fromkeys(GLYPHS, " ")
        self.trouble = ""
        self.took = 0.0

    def take(self, item: Item, now: float) -> None:
        """The next event or trouble, at a second of any clock that never goes back."""
        if isinstance(item, str):
            self.trouble = item
            return
        for meter in item["status"]:
            self.trends[meter] = trend(list(self.before[meter]), item[meter])
            self.before[meter].append(item[meter])
        self.event, self.trouble, self.took = item, "", now

    def old(self, now: float) -> bool:
        """Whether the last event should have been followed by another."""
        return self.event is not None and now - self.took > self.interval + GRACE

    def lines(self, width: int, height: int, now: float) -> list[str]:
        """The lines that fit: all of them, or in a small terminal the values only."""
        rows = []
        for meter, glyph in GLYPHS.items():
            if self.event is None or meter in self.event["status"]:
                number = value(self.event[meter] if self.event else None)
                unit = " kW-min" if width >= 22 else ""
                rows.append(f"{glyph} {number:>7}{unit} {self.trends[meter]}")
        if height < 8:
            return rows[:height]
        head = [f"House {self.household}", self.event["time"][11:19] if self.event else "", self.words(now), ""]
        foot = ["", f"{self.origin} · q leaves"]
        return [text[:width] for text in head + rows + (foot if height >= 10 else [])]

    def words(self, now: float) -> str:
        """The state in words."""
        if self.event is None:
            return self.trouble or "Connecting"
        if self.old(now) or self.trouble:
            ago = f"{now - self.took:.0f} s ago"
            return f"{self.trouble or 'Stale'}, last value {ago}"
        return f"{VERDICTS[self.event['priority']]}: {said(self.event)}"

    def style(self, now: float) -> str:
        """Colours by priority; none that could be mistaken for one while the value is old."""
        return OLD if self.event is None or self.old(now) else STYLES[self.event["priority"]]

    def render(self, width: int, height: int, now: float) -> Text:
        """The whole terminal as text on a background."""
        from rich.text import Text

        lines = self.lines(width, height, now)
        above = max(0, (height - len(lines)) // 2)
        page = [""] * above + lines
        page = (page + [""] * height)[:height]
        framed = self.event is not None and self.event["priority"] == "Critical Red" and not self.old(now)
        if framed and above:
            page[0] = page[-1] = "╳" * width
        text = Text(style=self.style(now), no_wrap=True, overflow="crop", end="")
        for place, words in enumerate(page):
            text.append(words.center(width)[:width] + ("\n" if place < height - 1 else ""))
        return text


def _screen(items: Iterator[Item], household: str, interval: int, origin: str) -> None:
    """Shows the face until q is pressed or the events end in a refusal."""
    from rich.console import Console
    from rich.live import Live

    inbox: queue.Queue[Item | BaseException] = queue.Queue()
    threading.Thread(target=_pump, args=(items, inbox), daemon=True).start()
    console, face = Console(), Face(household, interval, origin)

    def page() -> Text:
        return face.render(*console.size, time.monotonic())

    with _keys() as pressed, Live(page(), console=console, screen=True, auto_refresh=False) as live:
        while pressed(0.2) not in ("q", "Q", "\x03"):
            with contextlib.suppress(queue.Empty):
                while True:
                    item = inbox.get_nowait()
                    if isinstance(item, BaseException):
                        raise item
                    face.take(item, time.monotonic())
            live.update(page(), refresh=True)


def _pump(items: Iterator[Item], inbox: queue.Queue[Item | BaseException]) -> None:
    try:
        for item in items:
            inbox.put(item)
    except BaseException as error:
        inbox.put(error)


@contextlib.contextmanager
def _keys() -> Iterator[Callable[[float], str]]:
    """A function that waits so many seconds for a key and gives it, or nothing where there are none to be had."""
    if not sys.stdin.isatty() or sys.platform == "win32":
        yield _pause
        return
    import select
    import termios
    import tty

    def pressed(seconds: float) -> str:
        return sys.stdin.read(1) if select.select([sys.stdin], [], [], seconds)[0] else ""

    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        yield pressed
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _pause(seconds: float) -> str:
    time.sleep(seconds)
    return ""
