"""Injecting: a recording's faulty twin, with the recording's own flaws kept where they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from wattloom.faults.altering import alter
from wattloom.faults.episodes import episodes
from wattloom.faults.labelling import labels
from wattloom.faults.planfile import Plan
from wattloom.faults.reporting import arranged
from wattloom.readings import METERS, MISSING, Readings
from wattloom.recording import Recording


class Twin(NamedTuple):
    """A recording's rows with faults, in the recording's own order, and what was altered."""

    rows: Readings
    labels: pa.Table


def inject(recording: Recording, plan: Plan) -> Twin:
    """Puts faults into somebody's own recording.

    Its own gaps, nulls, repeated rows and rows out of order stay; rows of one time are altered alike. Raises Refusal
    where the plan asks for a meter that the recording lacks.
    """
    order = np.argsort(recording.rows.time, kind="stable")
    time = recording.rows.time[order]
    whole = replace(recording, clean=Readings(time, time, recording.rows.watts[:, order]))
    start, end = whole.span
    values, moves = alter(whole, plan, whole.clean, episodes(whole, plan, start, end))
    values, moves = replace(values, row=order[values.row]), replace(moves, row=order[moves.row])
    return Twin(arranged(recording.rows, values, moves), labels(whole, plan, start, end))


@dataclass(frozen=True, slots=True)
class Flaws:
    """What is wrong with a recording before any fault is put into it."""

    gaps: int
    absent: int
    """Rows that the gaps lack."""
    repeated: int
    disordered: int
    nulls: int

    def __str__(self) -> str:
        found = {
            "gaps": self.gaps,
            "rows in them": self.absent,
            "repeated rows": self.repeated,
            "rows out of order": self.disordered,
            "missing values": self.nulls,
        }
        return ", ".join(f"{what}: {count}" for what, count in found.items() if count)

    def __bool__(self) -> bool:
        return bool(self.gaps or self.repeated or self.disordered or self.nulls)


def flaws(recording: Recording) -> Flaws:
    """Counts a recording's own flaws, which `inject` keeps."""
    between = np.diff(recording.clean.time) // recording.step
    return Flaws(
        gaps=int((between > 1).sum()),
        absent=int((between - 1).sum()),
        repeated=len(recording.rows) - len(recording.clean),
        disordered=int((np.diff(recording.rows.time) < 0).sum()),
        nulls=int((recording.rows.watts[[METERS.index(meter) for meter in recording.meters]] == MISSING).sum()),
    )
