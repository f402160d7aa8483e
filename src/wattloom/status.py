"""Status: a colour for every value, the quality beside it, and the worse of the two in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from wattloom.civil import Calendar
from wattloom.quality import REASONS
from wattloom.readings import METERS, MISSING
from wattloom.statistics import MeterStats, QuickStats
from wattloom.windows import Windows

#: The colours, best first.
COLOURS: Final = ("Green", "Yellow", "Red", "Critical Red")
RANK: Final = {colour: rank for rank, colour in enumerate(COLOURS)}


@dataclass(frozen=True, slots=True)
class Judgement:
    """One window judged; the objects have one key per meter.

    - `by_value`: Green, Yellow or Red; None where the window has no value. `label` refines it.
    - `quality`: share of valid seconds, and rows per reason where there are any.
    - `status`: the worse of the two; `priority`: the worst status, `reason` what it is for.
    """

    by_value: dict[str, str | None]
    label: dict[str, str | None]
    quality: dict[str, dict[str, Any]]
    status: dict[str, str]
    priority: str
    reason: str


def by_value(watts: int, stats: MeterStats) -> tuple[str, str, str]:
    """Colour, label and words for a value in W.

    Where the 75th percentile is idle, values above idle are held against the on-state's bands.
    """
    bands, critical = stats.bands, stats.critical
    if bands and stats.on and bands.p75 <= stats.idle < watts:
        bands, critical = stats.on, max(critical, stats.on.critical)
    if watts >= critical:
        return "Red", "critical", f"at or above its critical value of {critical / 1000:.3f} kW"
    if bands is None:
        return "Green", "unknown", ""
    if watts >= bands.p75 and watts > bands.median:
        return "Yellow", "high", "at or above its 75th percentile"
    if watts < bands.p25:
        return "Green", "low", ""
    return "Green", "good" if watts <= bands.median else "typical", ""


def judge(windows: Windows, stats: QuickStats, calendar: Calendar) -> list[Judgement]:  # noqa: ARG001 (soon)
    """Judge each window against the statistics of its household, at the same interval."""
    present = [(place, meter) for place, meter in enumerate(METERS) if meter in stats.meters]
    return [_judge(windows, k, present, stats) for k in range(len(windows))]


def _judge(windows: Windows, k: int, present: list[tuple[int, str]], stats: QuickStats) -> Judgement:
    colours: dict[str, str | None] = {}
    labels: dict[str, str | None] = {}
    quality: dict[str, dict[str, Any]] = {}
    status: dict[str, str] = {}
    priority, reason = "Green", "all meters as usual"
    for place, meter in present:
        watts, valid = int(windows.watts[place, k]), int(windows.valid[place, k])
        colour, label, words = (None, None, "") if watts == MISSING else by_value(watts, stats.meters[meter])
        worst = colour or "Green"
        counts = {}
        for bad in REASONS:
            if bad.name in windows.counts and (count := int(windows.counts[bad.name][place, k])):
                counts[bad.name] = count
                if RANK[bad.severity] > RANK[worst]:
                    worst, words = bad.severity, f"{count} of {bad.noun}"
        if not valid:
            worst, words = "Critical Red", "no valid second"
        colours[meter], labels[meter], status[meter] = colour, label, worst
        quality[meter] = {"valid": round(valid / windows.expected, 4), "counts": counts}
        if RANK[worst] > RANK[priority]:
            priority, reason = worst, f"{meter}: {words}"
    return Judgement(colours, labels, quality, status, priority, reason)


class Alerts:
    """Alerts of one household: at once for bad readings, after 3 consecutive windows for a Red by value.

    A meter's alert is cleared after 3 consecutive windows without cause. Feed every window in order.

    >>> alerts = Alerts()
    """

    def __init__(self, patience: int = 3) -> None:
        self.patience = patience
        self.raised: dict[str, str] = {}
        self._reds: dict[str, int] = {}
        self._calm: dict[str, int] = {}

    def update(self, judgement: Judgement) -> list[tuple[str, str, bool]]:
        """What changed with this window: (meter, cause, raised or cleared); causes are `quality` and `value`."""
        changes = []
        for meter, colour in judgement.by_value.items():
            quality = judgement.quality[meter]
            bad = bool(quality["counts"]) or not quality["valid"]
            red = colour == "Red"
            self._reds[meter] = self._reds.get(meter, 0) + 1 if red else 0
            self._calm[meter] = 0 if bad or red else self._calm.get(meter, 0) + 1
            if meter not in self.raised and (bad or self._reds[meter] >= self.patience):
                self.raised[meter] = "quality" if bad else "value"
                changes.append((meter, self.raised[meter], True))
            elif meter in self.raised and self._calm[meter] >= self.patience:
                changes.append((meter, self.raised.pop(meter), False))
        return changes
