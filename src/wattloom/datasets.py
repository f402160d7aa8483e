"""Data sets: the truth, what the meters reported, and the labels, written day by day in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from wattloom import faults
from wattloom.errors import Refusal
from wattloom.sinks import FORMATS, Layout, folder_name
from wattloom.source import Source
from wattloom.staging import Staging
from wattloom.stamps import days_from


@dataclass(frozen=True, slots=True)
class Order:
    """What to write: `days` local days of some sources from `start`, with the faults of `plan`, in one of FORMATS."""

    sources: Sequence[Source]
    start: date
    days: int
    plan: faults.Plan
    format: str = "csv"
    label_columns: bool = False

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise Refusal(f"Unknown format {self.format!r}; allowed are {', '.join(FORMATS)}.")
        days_from(self.start, self.days)
        places = [folder_name(source.name) for source in self.sources]
        if twice := [source.name for source in self.sources if places.count(folder_name(source.name)) > 1]:
            raise Refusal(f"Household {twice[0]} is asked for twice.")
        for source in self.sources:
            faults.check_plan(self.plan, source)

    @property
    def all_days(self) -> list[date]:
        """The local days, in order."""
        return days_from(self.start, self.days)

    @property
    def one_zone(self) -> bool:
        """Whether all households have the same days, and so the same rows."""
        return len({source.calendar.zone.key for source in self.sources}) == 1

    @property
    def moves_rows(self) -> bool:
        """Whether the plan has faults of rows or time, after which households have different rows."""
        return any(kind.of_rows for entry in self.plan.fault for kind in entry.kinds)


def write(order: Order, out: Path, force: bool = False, progress: Callable[[], object] = lambda: None) -> list[Path]:
    """Writes the clean and the faulty side and the labels into `out` and gives their paths; all of them or none.

    `progress` is called after each household-day. In memory is one local day of all households.
    """
    form = FORMATS[order.format]
    with Staging(out, force) as staging, ExitStack() as files:
        days = order.all_days
        shared = {"without_errors": order.one_zone, "with_errors": order.one_zone and not order.moves_rows}
        layouts = [Layout(staging, side, order.sources, days, together) for side, together in shared.items()]
        clean, faulty = (files.enter_context(closing(form.sink(layout))) for layout in layouts)
        labels = files.enter_context(closing(form.labels(staging)))
        for day in days:
            truths, reports, marks = [], [], []
            for source in order.sources:
                start, end = local_day(source, day)
                truths.append(source.truth(start, end))
                reports.append(faults.reported(source, order.plan, start, end))
                found = faults.labels(source, order.plan, start, end)
                labels.write(source, found)
                if order.label_columns:
                    marks.append(faults.columns(found, reports[-1], source.step))
                progress()
            clean.write(day, truths, None)
            faulty.write(day, reports, marks or None)
        files.close()
        return staging.commit()


def local_day(source: Source, day: date) -> tuple[int, int]:
    """First second and end (exclusive) of a source's local day."""
    return source.calendar.midnight(day), source.calendar.midnight(day + timedelta(1))
