"""Wattloom: smart meters of a small world, realistic, labelled and live, at one reading a second.

>>> import wattloom as wl
>>> morning = wl.truth("A/17", "2026-05-01", days=1)
>>> morning.num_rows, morning.column_names
(86400, ['time', 'AC', 'Geyser', 'Overall'])
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from wattloom.errors import Refusal
from wattloom.household import Household, household
from wattloom.source import Source
from wattloom.stamps import days_from

if TYPE_CHECKING:
    from wattloom.faults import Plan
    from wattloom.recording import Recording
    from wattloom.report import Report
    from wattloom.scoring import Score
    from wattloom.statistics import QuickStats

__all__ = [
    "Dataset", "Household", "Refusal", "Source", "check", "dataset", "household", "quick_stats", "read_recording",
    "score", "truth",
]  # fmt: skip

Home = str | Path | Source


class Dataset(NamedTuple):
    """The three tables of a data set, each a pyarrow.Table."""

    truth: Any
    reported: Any
    labels: Any


def truth(home: Home, start: date | str, days: int = 1, seed: int = 0) -> Any:
    """What a home used, as a pyarrow.Table; pandas, polars and DuckDB take it as it is.

    - `home`: a name as `A` or `A/17`, the path of a profile, or what `household` or `read_recording` gave;
    - `start`: the first local day; `days`: how many, 1 or more.

    Columns: `time` (timestamp in UTC, ms) and, per meter, the mean power of that second in kW (float32; null: none).

    >>> truth("classic-a", "2026-05-01")["AC"][0].as_py()
    1.5
    """
    from wattloom.sinks import table

    source = _source(home, seed)
    return table(source.truth(*_span(source, start, days)), source.meters)


def dataset(
    home: Home, start: date | str, days: int = 1, seed: int = 0, faults: str | Path | Plan = "every-25"
) -> Dataset:
    """What a home used, what its meters said under a fault plan, and which second was altered by what.

    `faults` is a built-in plan (`none`, `every-K`, `sparse`, `rare`), the path of a TOML file, or a Plan. `reported`
    has the columns of `truth`, its rows in the order in which they came; `labels` those of docs/datasets.md.

    >>> clean, reported, labels = dataset("A", "2026-05-01", faults="every-25")
    >>> reported.num_rows, labels.column_names[:4]
    (86400, ['household', 'meter', 'episode', 'kind'])
    """
    from wattloom import faults as wrong
    from wattloom.sinks import table

    source = _source(home, seed)
    path = isinstance(faults, Path) or (isinstance(faults, str) and faults.endswith(".toml"))
    plan = wrong.load_plan(str(faults)) if path else wrong.plan(faults)  # type: ignore[arg-type]
    wrong.check_plan(plan, source)
    span = _span(source, start, days)
    return Dataset(
        truth=table(source.truth(*span), source.meters),
        reported=table(wrong.reported(source, plan, *span), source.meters),
        labels=wrong.labels(source, plan, *span),
    )


def quick_stats(
    home: Home, interval: int = 5, before: date | str | None = None, days: int = 28, seed: int = 0
) -> QuickStats:
    """Quartiles, critical value and best-fit distribution of each meter; `.json()` is what `/stream_qstats` answers.

    They come from the `days` local days before `before` (default: today there), averaged over `interval` seconds.

    >>> quick_stats("classic-b", 60, before="2026-05-01", days=7).json()["median"]["AC"]
    0.0
    """
    from wattloom.statistics import quick_stats as of

    return of(_source(home, seed), interval, None if before is None else _day(before), days)


def read_recording(path: str | Path, name: str | None = None, zone: str | None = None) -> Recording:
    """Somebody's own readings as a source: a CSV (`.gz` too), Parquet or Arrow file.

    It has `time` and any of `AC`, `Geyser`, `Overall` in kW. `FILE#A` chooses one household of a wide CSV. Times
    without an offset are read in `zone` (default: this machine's). Raises Refusal, with the line, for what cannot be
    read.
    """
    from wattloom.recording import read_recording as read

    return read(path, name, zone)


def check(
    recording: str | Path | Recording,
    baseline: str | Path | Source | None = None,
    interval: int | None = None,
    zone: str | None = None,
) -> Report:
    """Judge a recording: which of its windows are not to be believed, and why; `.flags` is a table, `str()` words.

    - `recording`: a file as `read_recording` takes it, or what that gave; - `baseline`: clean readings of the same
    home and step, a file or a source (default: the recording itself); - `interval`: seconds of a window (default: 15,
    or the step if that is longer). Raises Refusal for what cannot be read or does not fit together.
    """
    from wattloom.checking import check as judged

    return judged(recording, baseline, interval, zone)


def score(
    labels: Any, flags: Any, interval: int, start: int, end: int, by_meter: bool = False, ignored: Any = None
) -> Score:
    """Precision, recall, F1, delay per kind and false alarms of anybody's flags, window by window.

    - `labels`: as `dataset` gives them, of one household; - `flags`: a table with one row per flagged window: `time`
    (its start), and if there are `meter` and `reasons`; - windows of `interval` seconds in [start, end), POSIX seconds;
    - `by_meter`: a flag must be on the altered meter; - `ignored`: stretches that count neither way.
    """
    from wattloom.scoring import score as scored

    return scored(labels, flags, interval, start, end, by_meter, ignored)


def _source(home: Home, seed: int) -> Source:
    return household(home, seed) if isinstance(home, str | Path) else home


def _day(day: date | str) -> date:
    try:
        return day if isinstance(day, date) else date.fromisoformat(day)
    except ValueError:
        raise Refusal(f"{day!r} is no day; it must be as '2026-05-01'.") from None


def _span(source: Source, start: date | str, days: int) -> tuple[int, int]:
    wanted = days_from(_day(start), days)
    return source.calendar.midnight(wanted[0]), source.calendar.midnight(wanted[-1] + timedelta(1))
