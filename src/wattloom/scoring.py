"""Scoring: how well flags match the labels, window by window, for anybody's detector."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wattloom.errors import Refusal
from wattloom.readings import METERS

Mask = NDArray[np.bool_]

#: Reasons that are no fault of the meter.
NO_FAULTS: Final = ("critical",)
#: What detectors may call a kind of fault that they cannot tell apart from others.
NAMES: Final = {
    "large": ("large", "impossible", "imbalance", "spike"),
    "spike": ("spike", "imbalance", "impossible"),
    "negative": ("negative", "reversed"),
    "reversed": ("reversed", "negative"),
}
_EVERY: Final = "*"


@dataclass(frozen=True, slots=True)
class KindScore:
    """How well one kind was found.

    - `episodes`, `found`: with an effective second, and those with a flagged window in one;
    - `windows`: with an effective second of this kind; `hits`: those flagged; `named`: those flagged by its name;
    - `precision`: hits / (hits + false windows); `recall`: hits / windows; `f1`: of the two; None where undefined;
    - `delay`: median seconds from an episode's first effective second to the end of its first flagged window.
    """

    kind: str
    episodes: int
    found: int
    windows: int
    hits: int
    named: int
    precision: float | None
    recall: float | None
    f1: float | None
    delay: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """How well flags match labels: per kind, and what was flagged where nothing was wrong.

    - `false_windows`: flagged without an altered second; `false_alarms`: runs of them, one after the other.
    """

    interval: int
    days: float
    false_windows: int
    false_alarms: int
    kinds: dict[str, KindScore]

    @property
    def false_alarms_per_day(self) -> float:
        """False alarms per household-day."""
        return self.false_alarms / self.days

    def json(self) -> dict[str, Any]:
        """All figures as plain numbers."""
        return asdict(self) | {"false_alarms_per_day": self.false_alarms_per_day}

    def __str__(self) -> str:
        """A table in Markdown."""
        lines = ["| kind | episodes | found | windows | precision | recall | F1 | median delay |",
                 "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]  # fmt: skip
        for k in self.kinds.values():
            delay = "" if k.delay is None else f"{k.delay:.0f} s"
            shares = " | ".join("" if x is None else f"{x:.3f}" for x in (k.precision, k.recall, k.f1))
            lines.append(f"| {k.kind} | {k.episodes} | {k.found} | {k.windows} | {shares} | {delay} |")
        return "\n".join([*lines, "", f"{self.false_alarms} false alarms in {self.days:.1f} days"])


def score(
    labels: Any, flags: Any, interval: int, start: int, end: int, by_meter: bool = False, ignored: Any = None
) -> Score:
    """Score the flags of one household over the windows of `interval` seconds in [start, end) (POSIX seconds).

    - `labels`: the table that `wl.dataset`, `generate` or `/labels` gives; only effective rows count;
    - `flags`: one row per flagged window, `time` (its start) and, if there are, `meter` and `reasons` (with `;`);
    - `by_meter`: a flag must be on the altered meter; else a window is right if any of its meters is flagged;
    - `ignored`: stretches (`start`, `end`, if there is, `meter`) whose windows are no false alarms and no misses.

    Tables of pyarrow, pandas, or dicts of columns. Without point adjustment: each window counts for itself, and an
    episode found in one window has missed the others. No false alarm is a window between the altered seconds of an
    episode (a stuck value may be right for a while) or that begins right after it (a late row, or the end of a spike,
    shows only in the row after). Raises Refusal for tables that lack a column.

    >>> spell = {"meter": ["AC"], "episode": ["1"], "kind": ["stuck"], "start": [30], "end": [60], "effective": [True]}
    >>> result = score(spell, {"time": [45, 90], "meter": ["AC", "AC"]}, interval=15, start=0, end=120)
    >>> result.kinds["stuck"].recall, result.kinds["stuck"].delay, result.false_alarms
    (0.5, 30.0, 1)
    """
    if interval < 1 or end - start < interval:
        raise Refusal("interval must be 1 or more, and a window must lie between start and end.")
    grid = _Grid(start, interval, (end - start) // interval, by_meter)
    truth = _table(labels, ("meter", "kind", "start", "end", "episode", "effective"), "labels")
    truth = truth.filter(pc.fill_null(truth["effective"].cast(pa.bool_()), False))
    raised, reasons = grid.flags(_table(flags, ("time",), "flags"))
    excused = grid.cover(_spans(truth), grace=1)
    if ignored is not None:
        excused |= grid.cover(_table(ignored, ("start", "end"), "ignored"), grace=1)
    false = raised & ~excused
    alarms = (false[:, 1:] & ~false[:, :-1]).sum() + false[:, 0].sum()
    kinds = {}
    for kind in sorted(set(truth["kind"].to_pylist())):
        mine = truth.filter(pc.equal(truth["kind"], kind))
        names = [reasons[name] for name in NAMES.get(kind, (kind,)) if name in reasons]
        kinds[kind] = _kind(kind, mine, grid, raised, names, int(false.sum()))
    return Score(interval, grid.count * interval / 86_400, int(false.sum()), int(alarms), kinds)


@dataclass(frozen=True, slots=True)
class _Grid:
    """Windows of a household: one row of them, or one for each meter."""

    start: int
    interval: int
    count: int
    by_meter: bool

    def empty(self) -> Mask:
        return np.zeros((3 if self.by_meter else 1, self.count), np.bool_)

    def rows(self, meter: str | None) -> list[int]:
        if not self.by_meter:
            return [0]
        return [METERS.index(meter)] if meter in METERS else [0, 1, 2]

    def flags(self, table: pa.Table) -> tuple[Mask, dict[str, Mask]]:
        """The flagged windows, all of them and by reason."""
        raised = self.empty()
        by_reason: dict[str, Mask] = {}
        meters, words = _optional(table, "meter"), _optional(table, "reasons")
        for second, meter, text in zip(_seconds(table["time"]).tolist(), meters, words, strict=True):
            window = (second - self.start) // self.interval
            names = [name for name in str(text).split(";") if name not in NO_FAULTS] if text else []
            if not 0 <= window < self.count or (text and not names):
                continue
            for row in self.rows(meter):
                raised[row, window] = True
                for name in names:
                    by_reason.setdefault(name, self.empty())[row, window] = True
        return raised, by_reason

    def cover(self, table: pa.Table, grace: int = 0) -> Mask:
        """The windows with a second of any stretch of a table, or up to `grace` seconds after it."""
        edges = np.zeros((3 if self.by_meter else 1, self.count + 1), np.int64)
        for _, meter, first, last in self.stretches(table, grace):
            for row in self.rows(meter):
                edges[row, first] += 1
                edges[row, last] -= 1
        return np.asarray(np.cumsum(edges, axis=1)[:, :-1] > 0)

    def stretches(self, table: pa.Table, grace: int = 0) -> Iterator[tuple[int, str | None, int, int]]:
        """Number, meter, first window and end (exclusive) of each stretch that touches the grid."""
        starts, ends = _seconds(table["start"]).tolist(), _seconds(table["end"]).tolist()
        for number, (meter, start, end) in enumerate(zip(_optional(table, "meter"), starts, ends, strict=True)):
            first = max(0, (start - self.start) // self.interval)
            last = min(self.count, (end + grace - self.start - 1) // self.interval + 1)
            if first < last and end > start:
                yield number, meter, first, last


def _kind(kind: str, mine: pa.Table, grid: _Grid, raised: Mask, names: list[Mask], false: int) -> KindScore:
    wrong = grid.cover(mine)
    hits = int((wrong & raised).sum())
    windows = int(wrong.sum())
    named = int((wrong & np.logical_or.reduce(names)).sum()) if names else 0
    begun: dict[str, int] = {}
    seen: dict[str, int] = {}
    episodes, starts = mine["episode"].to_pylist(), _seconds(mine["start"]).tolist()
    for number, meter, first, last in grid.stretches(mine):
        episode, second = episodes[number], starts[number]
        begun[episode] = min(second, begun.get(episode, second))
        flagged = np.flatnonzero(raised[grid.rows(meter), first:last].any(axis=0))
        if len(flagged):
            ends = grid.start + (first + int(flagged[0]) + 1) * grid.interval
            seen[episode] = min(ends, seen.get(episode, ends))
    delays = [seen[episode] - begun[episode] for episode in seen]
    precision = hits / (hits + false) if hits + false else None
    recall = hits / windows if windows else None
    f1 = 2 * hits / (hits + false + windows) if windows else None
    delay = float(np.median(delays)) if delays else None
    return KindScore(kind, len(begun), len(seen), windows, hits, named, precision, recall, f1, delay)


def _spans(truth: pa.Table) -> pa.Table:
    """Each episode of a meter from its first to its last altered second."""
    times = truth.set_column(truth.column_names.index("start"), "start", pa.array(_seconds(truth["start"])))
    times = times.set_column(truth.column_names.index("end"), "end", pa.array(_seconds(truth["end"])))
    grouped = times.group_by(["episode", "meter"]).aggregate([("start", "min"), ("end", "max")])
    return grouped.rename_columns([name.removesuffix("_min").removesuffix("_max") for name in grouped.column_names])


def _table(given: Any, columns: tuple[str, ...], what: str) -> pa.Table:
    table = given
    if isinstance(given, dict):
        table = pa.table(given)
    elif not isinstance(given, pa.Table):
        table = pa.Table.from_pandas(given, preserve_index=False)
    if missing := [column for column in columns if column not in table.column_names]:
        raise Refusal(f"{what} lacks the column {missing[0]!r}; it has {', '.join(table.column_names) or 'none'}.")
    return table


def _optional(table: pa.Table, column: str) -> list[Any]:
    return table[column].to_pylist() if column in table.column_names else [None] * table.num_rows


def _seconds(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Times as POSIX seconds: of timestamps, of ISO 8601 text with an offset, or of numbers that are such already."""
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        column = pc.cast(column, pa.timestamp("s", "UTC"))
    if pa.types.is_timestamp(column.type):
        column = pc.cast(pc.floor_temporal(column, unit="second"), pa.timestamp("s", column.type.tz))
    return np.asarray(column.cast(pa.int64()).to_numpy(), np.int64)
