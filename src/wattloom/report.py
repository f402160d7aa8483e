"""Report: what a check found, counted, with its worst episodes, in words that need no manual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from wattloom.inspection import CRITICAL, Block, Finding, Inspection
from wattloom.quality import REASONS
from wattloom.readings import METERS

SCHEMA: Final = pa.schema([(name, pa.string()) for name in ("time", "meter", "status", "reasons")])
#: So many episodes are kept, the longest.
WORST: Final = 10
#: Windows of one reason on one meter that are at most so many windows apart are one episode.
APART: Final = 3

#: Reasons that concern whole rows, and so all meters alike: told once.
OF_ROWS: Final = ("gap", "clock", "out_of_order", "duplicate")

#: What each reason means, for who has not read the manual.
MEANINGS: Final = {
    "missing": "a row without a value",
    "gap": "no row at all",
    "clock": "a timestamp far from when the row must have come",
    "out_of_order": "a row after one that is later",
    "duplicate": "a row twice",
    "reversed": "below zero throughout: is the current clamp turned?",
    "negative": "below zero",
    "swap": "readings of another meter: are two clamps exchanged?",
    "unit": "1000 times too much or too little: W and kW mixed up?",
    "impossible": "more, or less, than this home can use",
    "stuck": "the same value again and again",
    "noise": "jumps up and down that no load makes",
    "bypass": "Overall follows its parts too little: does a part pass by the meter?",
    "drift": "a part and Overall follow each other a little too much or too little",
    "imbalance": "Overall and the sum of its parts contradict each other",
    "spike": "up and down again faster than any load",
    CRITICAL: "sound, but rarely so high (the highest 1 %)",
}


@dataclass(slots=True)
class Episode:
    """One reason on one meter, window after window; `start` and `end` (exclusive) in POSIX seconds."""

    start: int
    end: int
    meter: str
    reason: str
    windows: int


class Report:
    """Counts findings as they come, in fixed memory; `keep` keeps each of them for `flags`.

    - `windows`: how many were judged; `bad`: in how many a reading is not to be believed; `high`: how many are sound
      but critical; - `counts`: windows by reason, then by meter.
    """

    def __init__(self, inspection: Inspection, keep: bool = False) -> None:
        self.inspection = inspection
        self.windows = self.bad = self.high = 0
        self.first = self.end = 0
        self.counts: dict[str, dict[str, int]] = {}
        self._kept: list[Finding] | None = [] if keep else None
        self._open: dict[tuple[str, str], Episode] = {}
        self._worst: list[Episode] = []

    def take(self, block: Block) -> None:
        """Count the next windows."""
        windows = block.windows
        self.first = self.first if self.windows else windows.start
        self.end = windows.start + len(windows) * windows.interval
        self.windows += len(windows)
        bad: set[int] = set()
        high: set[int] = set()
        for finding in block.findings:
            (bad if set(finding.reasons) - {CRITICAL} or not finding.reasons else high).add(finding.start)
            for reason in finding.reasons:
                if reason in OF_ROWS and finding.meter != self.inspection.meters[0]:
                    continue
                of = self.counts.setdefault(reason, dict.fromkeys(self.inspection.meters, 0))
                of[finding.meter] += 1
                if reason != CRITICAL:
                    self._extend(finding, reason)
        self.bad += len(bad)
        self.high += len(high - bad)
        if self._kept is not None:
            self._kept += block.findings

    @property
    def found(self) -> bool:
        """Whether any reading is not to be believed."""
        return self.bad > 0

    @property
    def worst(self) -> list[Episode]:
        """The longest episodes, longest first."""
        return sorted([*self._worst, *self._open.values()], key=_rank)[:WORST]

    @property
    def flags(self) -> pa.Table:
        """The findings as a table: `time` (ISO 8601, local), `meter`, `status`, `reasons` (`;` between them)."""
        return pa.Table.from_pylist([self.row(finding) for finding in self._kept or []], SCHEMA)

    def row(self, finding: Finding) -> dict[str, str]:
        """A finding as a row of `flags`."""
        time = self.inspection.calendar.iso(finding.start)
        return {"time": time, "meter": finding.meter, "status": finding.status, "reasons": ";".join(finding.reasons)}

    def json(self) -> dict[str, Any]:
        """The report in figures."""
        episodes = [
            {"start": self._iso(e.start), "end": self._iso(e.end), "meter": _whose(e, "*"), "reason": e.reason}
            for e in self.worst
        ]
        of = self.inspection
        figures = {"name": of.name, "rows": of.rows, "windows": self.windows, "bad": self.bad, "critical": self.high}
        return figures | {"counts": self.counts, "worst": episodes, "notes": of.notes}

    def __str__(self) -> str:
        """The report in words."""
        of = self.inspection
        span = f"{self._iso(self.first)} to {self._iso(self.end)}"
        lines = [
            f"{of.name}: {', '.join(of.meters)} from {span}, {of.rows:,} rows, one each {of.step} s",
            f"judged in {self.windows:,} {of.about}",
            *(f"note: {note}" for note in of.notes),
            "",
        ]
        share = self.bad / max(1, self.windows)
        if self.bad:
            shown = f"{share:.2%}" if share >= 0.0001 else "less than 0.01 %"
            lines.append(f"{self.bad:,} windows ({shown}) have readings that are not to be believed:")
            lines += ["", *self._table([r.name for r in REASONS if r.name in self.counts]), ""]
            lines.append("the longest episodes:")
            lines += [
                f"  {self._iso(e.start)}  {_length(e.end - e.start):>11}  {_whose(e, 'all'):<8} {e.reason}"
                for e in self.worst
            ]
        else:
            lines.append("nothing found: every reading can be believed, as far as the readings alone can tell")
        if self.high:
            lines += [
                "",
                f"{self.high:,} windows ({self.high / self.windows:.2%}) are sound and above a critical value.",
            ]
        return "\n".join(lines)

    def _table(self, reasons: list[str]) -> list[str]:
        meters = self.inspection.meters
        head = "  " + "windows".ljust(14) + "".join(meter.rjust(10) for meter in meters)
        rows = [
            "  " + reason.ljust(14) + "".join(self._count(reason, meter).rjust(10) for meter in meters)
            + f"  {MEANINGS[reason]}"
            for reason in reasons
        ]  # fmt: skip
        return [head, *rows]

    def _count(self, reason: str, meter: str) -> str:
        mine = self.inspection.meters[0] if reason in OF_ROWS else meter
        return f"{self.counts[reason][mine]:,}"

    def _iso(self, second: int) -> str:
        return self.inspection.calendar.iso(second)

    def _extend(self, finding: Finding, reason: str) -> None:
        key, interval = (finding.meter, reason), self.inspection.interval
        last = self._open.get(key)
        if last is not None and finding.start - last.end <= APART * interval:
            last.end, last.windows = finding.start + interval, last.windows + 1
            return
        if last is not None:
            self._worst = sorted([*self._worst, last], key=_rank)[:WORST]
        self._open[key] = Episode(finding.start, finding.start + interval, finding.meter, reason, 1)


def _whose(episode: Episode, everyone: str) -> str:
    return everyone if episode.reason in OF_ROWS else episode.meter


def _rank(episode: Episode) -> tuple[int, int, int]:
    return -episode.windows, episode.start, METERS.index(episode.meter)


def _length(seconds: int) -> str:
    """A length of time in two units.

    >>> _length(45), _length(3700), _length(90000)
    ('45 s', '1 h 1 min', '25 h 0 min')
    """
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 3600 else f"{seconds // 3600} h {seconds % 3600 // 60} min"
