"""Status: a colour for every value, the quality beside it, and the worse of the two in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, TypedDict

from wattloom.civil import Calendar
from wattloom.meterstats import WOBBLE, MeterStats
from wattloom.quality import REASONS
from wattloom.readings import METERS, MISSING
from wattloom.statistics import QuickStats
from wattloom.windows import Windows

#: The colours, best first.
COLOURS: Final = ("Green", "Yellow", "Red", "Critical Red")
RANK: Final = {colour: rank for rank, colour in enumerate(COLOURS)}


class Quality(TypedDict):
    """Share of valid seconds, and rows per reason where there are any."""

    valid: float
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Judgement:
    """One window judged; the objects have one key per meter.

    - `by_value`: Green, Yellow or Red, None where there is no value; `label` refines it: low, good, typical, high,
      unusual, critical.
    - `status`: the worse of value and quality; `priority`: the worst status.
    - `reason`: why, in words, worst first.
    """

    by_value: dict[str, str | None]
    label: dict[str, str | None]
    quality: dict[str, Quality]
    status: dict[str, str]
    priority: str
    reason: str


def by_value(watts: int, stats: MeterStats, day: date, index: int) -> tuple[str, str]:
    """Colour and label of a value in W whose window starts `index` seconds after midnight of `day`.

    >>> from wattloom.meterstats import meter_stats
    >>> from wattloom.tally import Tally, np
    >>> geyser = meter_stats(Tally.of([np.array([0] * 22 + [3000] * 2)] * 7), idle=150, largest=3000)
    >>> [by_value(watts, geyser, date(2026, 5, 1), 0) for watts in (0, 3000, 3001)]
    [('Green', 'good'), ('Green', 'good'), ('Red', 'critical')]
    """
    if watts >= stats.red:
        return "Red", "critical"
    if watts >= stats.yellow:
        return "Yellow", "high"
    if stats.usual and watts > stats.idle and watts > WOBBLE * stats.usual.limit(day, index):
        return "Yellow", "unusual"
    bands = stats.bands(watts)
    if bands and watts < bands.p25:
        return "Green", "low"
    return "Green", "typical" if bands is None or watts > bands.median else "good"


def counted(count: int, noun: str) -> str:
    """So many of something.

    >>> counted(1, "negative second"), counted(2, "second out of balance")
    ('1 negative second', '2 seconds out of balance')
    """
    return f"{count} {noun if count == 1 else _HEAD.sub('s', noun, count=1)}"


_HEAD: Final = re.compile(r"(?<=second)\b|(?<=value)\b|(?<=row)\b|(?<=timestamp)\b|(?<=spike)\b")
_WORDS: Final = {
    "high": "at or above its 75th percentile",
    "unusual": "unusually high for this hour",
    "critical": "at or above its critical value",
}


def judge(windows: Windows, stats: QuickStats, calendar: Calendar) -> list[Judgement]:
    """Judge each window against the statistics of its household at the same interval."""
    return [_judge(windows, k, stats, calendar) for k in range(len(windows))]


def _judge(windows: Windows, k: int, stats: QuickStats, calendar: Calendar) -> Judgement:
    start = windows.start + k * windows.interval
    day = calendar.day(start)
    index = start - calendar.midnight(day)
    colours: dict[str, str | None] = {}
    labels: dict[str, str | None] = {}
    quality: dict[str, Quality] = {}
    status: dict[str, str] = {}
    causes: list[tuple[int, str]] = []
    for meter, of in stats.meters.items():
        place = METERS.index(meter)
        watts, valid = int(windows.watts[place, k]), int(windows.valid[place, k])
        colour, label = (None, None) if watts == MISSING else by_value(watts, of, day, index)
        worst = RANK[colour or "Green"]
        if label in _WORDS:
            causes.append((worst, f"{meter} {_WORDS[label]}"))
        counts = {}
        for reason in REASONS if windows.counts else ():
            if reason.name in windows.counts and (count := int(windows.counts[reason.name][place, k])):
                counts[reason.name] = count
                rank = RANK[reason.severity]
                causes.append((rank, f"{meter}: {counted(count, reason.noun)}"))
                worst = max(worst, rank)
        if not valid:
            worst = RANK["Critical Red"]
            causes.append((worst, f"{meter} has no valid second"))
        colours[meter], labels[meter], status[meter] = colour, label, COLOURS[worst]
        quality[meter] = {"valid": round(valid / windows.expected, 4), "counts": counts}
    causes.sort(key=lambda cause: -cause[0])
    priority = COLOURS[causes[0][0]] if causes else "Green"
    return Judgement(colours, labels, quality, status, priority, "; ".join(words for _, words in causes) or USUAL)


#: The reason of a window in which nothing is to be said.
USUAL: Final = "All meters as usual"


@dataclass(frozen=True, slots=True)
class Alert:
    """What changed at a meter: an alert for its `quality` or its `value` was raised, or cleared."""

    meter: str
    cause: str
    raised: bool


class Alerts:
    """The alerts of one household, fed with every judgement in order.

    Bad readings raise one at once, a Red by value after `patience` windows in a row; each cause is cleared after as
    many windows in a row without it. A window without a value neither adds to a row of Reds nor ends it.

    >>> def window(colour):
    ...     return Judgement({"AC": colour}, {}, {"AC": {"valid": 1.0, "counts": {}}}, {}, colour, "")
    >>> alerts = Alerts()
    >>> [alerts.update(window(colour)) for colour in ["Red", "Red", "Red", "Green"]][2:]
    [[Alert(meter='AC', cause='value', raised=True)], []]
    """

    def __init__(self, patience: int = 3) -> None:
        self.patience = patience
        self.raised: set[tuple[str, str]] = set()
        self._rows: dict[tuple[str, str], int] = {}

    def update(self, judgement: Judgement) -> list[Alert]:
        """Take the next window; what it changed."""
        changes = []
        for meter, colour in judgement.by_value.items():
            quality = judgement.quality[meter]
            changes += self._step(meter, "quality", bool(quality["counts"]) or not quality["valid"], 1)
            if colour is not None:
                changes += self._step(meter, "value", colour == "Red", self.patience)
        return changes

    def _step(self, meter: str, cause: str, bad: bool, to_raise: int) -> list[Alert]:
        """Count the windows in a row that speak against the present state; change it when there are enough."""
        key = meter, cause
        raised = key in self.raised
        self._rows[key] = self._rows.get(key, 0) + 1 if bad != raised else 0
        if self._rows[key] < (self.patience if raised else to_raise):
            return []
        self._rows[key] = 0
        self.raised ^= {key}
        return [Alert(meter, cause, not raised)]
