"""Checking: judges somebody's own recording."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from wattloom.civil import Calendar, zone_of
from wattloom.errors import Refusal
from wattloom.inspection import Inspection
from wattloom.quality import DOUBT, MOST_ROWS, learn
from wattloom.readings import METERS, MISSING, Readings, Seconds, Watts
from wattloom.recording import Recording, read_recording
from wattloom.report import Report
from wattloom.rowfile import RowFile, Rows
from wattloom.source import Source
from wattloom.statistics import quick_stats
from wattloom.windows import check_interval

#: Where no interval is asked for, the least multiple of the step from so many seconds on.
INTERVAL: Final = 15
#: No home draws more than this in the median, kW: such readings are in W.
LARGEST: Final = 50


def inspect(
    recording: str | Path | Recording, baseline: str | Path | Source | None = None, interval: int | None = None,
    zone: str | None = None,
) -> Inspection:  # fmt: skip
    """Get ready to judge a recording; raises Refusal where that cannot be done. See `check`."""
    if isinstance(recording, Recording):
        rows = recording.rows
        stream = _Stream(
            recording.name, recording.calendar, recording.meters, recording.step,
            lambda: iter([Rows(0, rows.time, rows.watts)]), lambda row: f"{recording.name}, row {row + 1}", 1,
        )  # fmt: skip
        head = recording
    else:
        stream, head = _of_file(recording, zone)
    history: Source = head
    if baseline is not None:
        history = read_recording(baseline, zone=zone) if isinstance(baseline, str | Path) else baseline
    _fits(stream, history)
    interval = -(-INTERVAL // stream.step) * stream.step if interval is None else interval
    check_interval(interval, stream.step)
    itself = baseline is None
    base = learn(history, stream.meters, DOUBT if itself else 0.0)
    stats = quick_stats(history, interval)
    whose = "itself" if itself else history.name
    about = f"windows of {interval} s, against {whose}" + (f" ({_days(history)})" if history.span else "")
    found = Inspection(
        stream.name, stream.calendar, stream.meters, stream.step, interval, stream.blocks, stream.place, base, stats,
        itself, about, stream.length,
    )  # fmt: skip
    found.notes += _notes(found, head, history)
    return found


@dataclass(frozen=True, slots=True)
class _Stream:
    """A recording as it comes."""

    name: str
    calendar: Calendar
    meters: tuple[str, ...]
    step: int
    blocks: Callable[[], Iterator[Rows]]
    place: Callable[[int], str]
    length: int


def _of_file(path: str | Path, zone: str | None) -> tuple[_Stream, Recording]:
    """A file, and as much of its beginning as is learned from."""
    file = RowFile(path, zone_of(zone) if zone else None)
    times: list[Seconds] = []
    parts: list[Watts] = []
    for rows in file:
        times.append(rows.time)
        parts.append(rows.watts)
        if sum(map(len, times)) >= MOST_ROWS:
            break
    time = np.concatenate(times) if times else np.empty(0, np.int64)
    if len(np.unique(time[:100_000])) < 2:
        raise Refusal(f"{file.path}: a recording needs rows of two different times at least.")
    unique, first = np.unique(time, return_index=True)
    lengths, counts = np.unique(np.diff(unique), return_counts=True)
    step = int(lengths[np.argmax(counts)])
    watts = np.concatenate(parts, axis=1)
    name, calendar = file.path.name.split(".")[0], Calendar(file.zone)
    clean = Readings(unique, unique, watts[:, first])
    head = Recording(name, calendar, step, file.meters, clean, clean)
    length = len(times) if len(time) < MOST_ROWS else max(len(times), file.path.stat().st_size >> 22)
    return _Stream(name, calendar, file.meters, step, lambda: iter(file), file.place, length), head


def _fits(stream: _Stream, history: Source) -> None:
    if history.step != stream.step:
        raise Refusal(
            f"The baseline {history.name!r} has a row each {history.step} s, {stream.name!r} each {stream.step} s; "
            "allowed is a baseline of the same step."
        )
    if missing := [meter for meter in stream.meters if meter not in history.meters]:
        raise Refusal(f"The baseline {history.name!r} lacks {', '.join(missing)}, which {stream.name!r} has.")
    if history.span is not None and stream.name != history.name:
        rows = history.truth(*history.span).watts
        for meter in stream.meters:
            if (rows[METERS.index(meter)] == MISSING).all():
                raise Refusal(f"The baseline {history.name!r} has no value of {meter}; allowed is a clean recording.")


def _days(history: Source) -> str:
    assert history.span is not None
    days = (history.span[1] - history.span[0]) / 86_400
    return f"{days:.1f} days" if days >= 1 else f"{days * 24:.1f} hours"


def _notes(found: Inspection, head: Recording, history: Source) -> list[str]:
    """What a reader should know before believing the report."""
    notes = []
    if found.itself:
        notes.append(
            "No baseline: what is normal was learned from the recording itself, so a fault that is always there is "
            "not seen, and limits are wide. Give clean days with --baseline."
        )
    if "Overall" not in found.meters:
        notes.append("No Overall: there is no sum to check the parts against.")
    elif len(found.meters) == 1:
        notes.append("Overall alone: there are no parts to check its sum against.")
    elif found.base.step > 1000:
        notes.append(
            f"Overall moves by up to {found.base.step / 2000:.1f} kW from one row to the next anyhow, so an edge of a "
            "part that Overall does not follow can hardly be told."
        )
    if not found.stats.reliable:
        notes.append("The baseline is short of 7 days or 500 windows: no value is called critical.")
    watts = head.clean.watts
    for meter in found.meters:
        row = watts[METERS.index(meter)]
        known = row[row != MISSING]
        if not known.size:
            notes.append(f"{meter} has no value at all.")
        elif not known.any():
            notes.append(f"{meter} is 0 throughout: a meter at rest and a dead one look the same.")
        elif abs(int(np.median(np.abs(known)))) > LARGEST * 1000:
            notes.append(
                f"{meter} is {np.median(known) / 1000:,.0f} in the median: these look like W; kW are expected."
            )
    if isinstance(history, Recording) and history.reference is not None:
        notes.append(f"{history.name} has a baseline of its own, which is not used.")
    return notes


def check(
    recording: str | Path | Recording, baseline: str | Path | Source | None = None, interval: int | None = None,
    zone: str | None = None,
) -> Report:  # fmt: skip
    """Judge a recording: which of its windows are not to be believed, and why.

    - `recording`: a CSV (`.gz` too), Parquet or Arrow file with `time` and any of `AC`, `Geyser`, `Overall` in kW, or
      what `read_recording` gave; - `baseline`: clean readings of the same home and step, a file or a source; without
      one, the recording itself; - `interval`: seconds of a window (default: 15, or the step if that is longer).

    Raises Refusal for what cannot be read, another step than the baseline's, and meters that it lacks.
    """
    found = inspect(recording, baseline, interval, zone)
    report = Report(found, keep=True)
    for block in found.judge():
        report.take(block)
    return report
