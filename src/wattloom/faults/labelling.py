"""Labels: which second of which meter was altered by which fault, exactly."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wattloom.faults.altering import alter
from wattloom.faults.compiled import Records
from wattloom.faults.episodes import episodes
from wattloom.faults.kinds import KINDS, NAMES
from wattloom.faults.planfile import Plan
from wattloom.readings import METERS, Readings, Seconds
from wattloom.source import Source

#: Faults of rows and time have all meters.
EVERY_METER: Final = "*"
SCHEMA: Final = pa.schema(
    [
        ("household", pa.string()),
        ("meter", pa.string()),
        ("episode", pa.string()),
        ("kind", pa.string()),
        ("start", pa.timestamp("s", "UTC")),
        ("end", pa.timestamp("s", "UTC")),
        ("effective", pa.bool_()),
        ("parameters", pa.string()),
    ]
)
Index = NDArray[np.intp]
_METER_NAMES: Final = (*METERS, EVERY_METER)
_ROWS: Final = len(METERS)
_LATE: Final = NAMES.index("out_of_order")


def labels(source: Source, plan: Plan, start: int, end: int) -> pa.Table:
    """What `reported` altered of the true rows with start <= time < end, as a table of `SCHEMA`, in order of `start`.

    A second of a meter is altered if and only if an effective row covers it (`end` is exclusive, meter `*` stands for
    all). Effective rows are maximal runs within a local day, so that the labels of days one by one are those of all
    days at once. A fault that altered nothing of its part of a day has one row with `effective` false: because the
    truth was such, or because another fault had the meter and it was dropped. `episode` joins what belongs together.
    """
    if source.span is not None:
        start, end = max(start, source.span[0]), min(end, source.span[1])
    if not plan.fault or start >= end:
        return SCHEMA.empty_table()
    calendar = source.calendar
    first, last = calendar.day(start), calendar.day(end - 1)
    days = [first + timedelta(further) for further in range((last - first).days + 1)]
    return pa.concat_tables([_of_day(source, plan, day, start, end) for day in days])


def columns(table: pa.Table, readings: Readings, step: int = 1) -> dict[str, pa.DictionaryArray]:
    """Per meter the kind of fault in each row of a household's `readings`, null where it is sound.

    `table` has the labels of that household alone. Rows that a gap took are not there to be marked.
    """
    effective = table.filter(table["effective"])
    seconds = _true_seconds(effective, readings, step)
    kinds = pa.array(NAMES)
    marked = {}
    for meter in METERS:
        mine = effective.filter(pc.is_in(effective["meter"], pa.array([meter, EVERY_METER])))
        run = _covering(mine, seconds)
        numbers = pc.index_in(mine["kind"].combine_chunks(), kinds).to_numpy(zero_copy_only=False).astype(np.int8)
        codes = np.append(numbers, np.int8(0))[run]
        marked[meter] = pa.DictionaryArray.from_arrays(pa.array(codes, mask=run < 0), kinds)
    return marked


def _of_day(source: Source, plan: Plan, day: date, start: int, end: int) -> pa.Table:
    """The labels of a local day, cut to [start, end)."""
    grid = source.span[0] if source.span else 0
    low, high, start, end = (
        second + (grid - second) % source.step
        for second in (source.calendar.midnight(day), source.calendar.midnight(day + timedelta(1)), start, end)
    )
    if source.span:
        low, high = max(low, source.span[0]), min(high, source.span[1])
    found = episodes(source, plan, max(low, start), min(high, end))
    if not len(found):
        return SCHEMA.empty_table()
    from_, to = np.maximum(found["start"], low), np.minimum(found["end"], high)
    margin = source.step if (found["kind"] == _LATE).any() else 0
    truth = source.truth(int(from_.min()), int(to.max()) + margin)
    values, moves = alter(source, truth, found)
    times = truth.time[np.concatenate((values["row"], moves["row"]))]
    changed = np.concatenate((values["watts"] != values["was"], altered(moves))) & (times < high)
    episode = np.concatenate((values["episode"], moves["episode"]))[changed]
    meter = np.concatenate((values["meter"], np.full(len(moves["row"]), _ROWS)))[changed]
    runs = _runs(episode, meter, times[changed], source.step)
    idle = _idle(found, episode * 4 + meter)
    episode, meter = (np.concatenate((run, rest)) for run, rest in zip(runs[:2], idle, strict=True))
    run_start = np.maximum(np.concatenate((runs[2], from_[idle[0]])), start)
    run_end = np.minimum(np.concatenate((runs[3], to[idle[0]])), end)
    effective = np.arange(len(episode)) < len(runs[0])
    order = np.lexsort((episode, meter, run_start))
    order = order[(run_start < run_end)[order]]
    return _table(source, found, episode[order], meter[order], run_start[order], run_end[order], effective[order])


def altered(moves: Records) -> NDArray[np.bool_]:
    """Which rows are not as they should be."""
    changed: NDArray[np.bool_] = (
        (moves["copies"] != 1) | (moves["time"] != moves["was"]) | (moves["arrival"] != moves["was"])
    )
    return changed


def _runs(episode: Index, meter: Index, time: Seconds, step: int) -> tuple[Index, Index, Seconds, Seconds]:
    """Episode, meter, start and end of the maximal runs of altered seconds."""
    order = np.lexsort((time, meter, episode))
    episode, meter, time = episode[order], meter[order], time[order]
    new = np.ones(len(time), np.bool_)
    new[1:] = (np.diff(episode) != 0) | (np.diff(meter) != 0) | (np.diff(time) > step)
    last = np.append(new[1:], True)[: len(time)]
    return episode[new], meter[new], time[new], time[last] + step


def _idle(found: Records, altered: Index) -> tuple[Index, Index]:
    """Episode and meter where nothing was altered."""
    of_rows = np.array([KINDS[name].of_rows for name in NAMES])[found["kind"]]
    hits = np.empty((len(found), 4), np.bool_)
    hits[:, :_ROWS] = (found["meters"][:, None] >> np.arange(_ROWS) & 1 == 1) & ~of_rows[:, None]
    hits[:, _ROWS] = of_rows
    hits.reshape(-1)[altered] = False
    episode, meter = np.nonzero(hits)
    return episode, meter


def _table(
    source: Source, found: Records, episode: Index, meter: Index, start: Seconds, end: Seconds,
    effective: NDArray[np.bool_],
) -> pa.Table:  # fmt: skip
    names, texts = _names(found), _parameters(found)
    meters = [_METER_NAMES[number] for number in meter.tolist()]
    kinds = [NAMES[number] for number in found["kind"].tolist()]
    which = pa.array(episode)
    return pa.Table.from_arrays(
        [
            pa.array([source.name] * len(episode), pa.string()),
            pa.array(meters, pa.string()),
            pa.array(names, pa.string()).take(which),
            pa.array(kinds, pa.string()).take(which),
            pa.array(start).cast(pa.timestamp("s", "UTC")),
            pa.array(end).cast(pa.timestamp("s", "UTC")),
            pa.array(effective),
            pa.array(texts, pa.string()).take(which),
        ],
        schema=SCHEMA,
    )


def _names(found: Records) -> list[str]:
    """`2026-05-01.0.17`: the local day, the plan's entry, and a number of its own among those of the day and entry."""
    days = {ordinal: date.fromordinal(ordinal).isoformat() for ordinal in np.unique(found["day"]).tolist()}
    parts = zip(found["day"].tolist(), found["entry"].tolist(), found["number"].tolist(), strict=True)
    return [f"{days[ordinal]}.{entry}.{number}" for ordinal, entry, number in parts]


def _parameters(found: Records) -> list[str]:
    """JSON of each episode: its strength, the meters it swapped, and whether it waited or was dropped."""
    texts: list[list[str]] = [[] for _ in range(len(found))]
    for number in np.unique(found["kind"]).tolist():
        kind, mine = KINDS[NAMES[number]], np.flatnonzero(found["kind"] == number)
        for place, parameter in enumerate(kind.parameters):
            for index, value in zip(mine.tolist(), found["strength"][mine, place].tolist(), strict=True):
                texts[index].append(f'"{parameter.name}": {value if parameter.scale == 1 else value / parameter.scale}')
        if any(len(target) == 2 for target in kind.targets):
            for index, bits in zip(mine.tolist(), found["meters"][mine].tolist(), strict=True):
                names = [f'"{meter}"' for place, meter in enumerate(METERS) if bits >> place & 1]
                texts[index].append(f'"meters": [{", ".join(names)}]')
    for index in np.flatnonzero(found["waited"]).tolist():
        texts[index].append(f'"waited": {int(found["waited"][index])}')
    for index in np.flatnonzero(found["dropped"]).tolist():
        texts[index].append('"dropped": true')
    return [f"{{{', '.join(text)}}}" for text in texts]


def _true_seconds(effective: pa.Table, readings: Readings, step: int) -> Seconds:
    """The second that each row is of: when it arrived, unless it came late."""
    late = effective.filter(pc.equal(effective["kind"], "out_of_order"))
    came_late = (readings.arrival == readings.time + step) & (_covering(late, readings.time) >= 0)
    return np.where(came_late, readings.time, readings.arrival)


def _covering(runs: pa.Table, seconds: Seconds) -> Index:
    """The number of the run that covers each second, or -1; runs do not overlap and are in order."""
    start, end = (
        runs[name].combine_chunks().cast(pa.int64()).to_numpy(zero_copy_only=False) for name in ("start", "end")
    )
    run = np.searchsorted(start, seconds, side="right") - 1
    return np.where((run >= 0) & (seconds < np.append(end, 0)[run]), run, -1)
