"""Injecting: a recording's faulty twin, with the recording's own flaws kept where they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from wattloom.faults.altering import alter
from wattloom.faults.compiled import arrange
from wattloom.faults.episodes import episodes
from wattloom.faults.kinds import NAMES
from wattloom.faults.labelling import altered, labels
from wattloom.faults.planfile import Plan
from wattloom.readings import METERS, MISSING, Readings, Watts
from wattloom.recording import Recording

_SOUND: Final = -1


class Twin(NamedTuple):
    """A recording's rows with faults, in the recording's own order, and what was altered."""

    rows: Readings
    labels: pa.Table
    marks: dict[str, pa.DictionaryArray]
    """Per meter the kind of fault in each row, null where it is sound; rows that a gap took are not there."""


def inject(recording: Recording, plan: Plan) -> Twin:
    """Puts faults into somebody's own recording.

    Its own gaps, nulls, repeated rows and rows out of order stay; rows of one time are altered alike. Raises Refusal
    where the plan asks for a meter that the recording lacks.
    """
    order = np.argsort(recording.rows.time, kind="stable")
    time = recording.rows.time[order]
    whole = replace(recording, clean=Readings(time, time, recording.rows.watts[:, order]))
    start, end = whole.span
    found = episodes(whole, plan, start, end)
    values, moves = alter(whole, whole.clean, found)
    values["row"], moves["row"] = order[values["row"]], order[moves["row"]]
    moves = moves[np.argsort(moves["row"])]
    kinds = np.full(recording.rows.watts.shape, _SOUND, np.int32)
    values_changed, rows_changed = values[values["watts"] != values["was"]], moves[altered(moves)]
    kinds[values_changed["meter"], values_changed["row"]] = found["kind"][values_changed["episode"]]
    kinds[:, rows_changed["row"]] = found["kind"][rows_changed["episode"]]
    marks = arrange(replace(recording.rows, watts=kinds), values[:0], moves).watts
    return Twin(
        rows=arrange(recording.rows, values, moves),
        labels=labels(whole, plan, start, end),
        marks={meter: _named(marks[METERS.index(meter)]) for meter in recording.meters},
    )


def _named(kinds: Watts) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(kinds.astype(np.int8), mask=kinds == _SOUND), pa.array(NAMES))


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
