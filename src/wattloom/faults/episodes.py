"""Episodes: when which fault has which meter of a source, known for every local day on its own.

Where two want one meter, the one that starts later waits or is dropped (docs/decisions/0010).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import numpy as np

from wattloom.faults.compiled import Records, settle
from wattloom.faults.drawn import DAY, NOTHING, Home, drawn, drawn_day, join
from wattloom.faults.planfile import Plan, check_plan
from wattloom.source import Source

_SHORTEST_DAY: Final = DAY - 2 * 3600


def episodes(source: Source, plan: Plan, start: int, end: int) -> Records:
    """The episodes with a second in [start, end), dropped ones too; raises Refusal where the plan does not fit."""
    home = Home.of(source)
    _fits(plan, home)
    calendar = source.calendar
    day, last = calendar.day(start), calendar.day(max(start, end - 1))
    days = [day + timedelta(further) for further in range((last - day).days + 1)]
    if len(plan.fault) == 1 and _longest(plan, home.step) <= home.step:  # no two can meet: the day need not be known
        return join([drawn(plan, home, each, start, end) for each in days])
    spilt = _spilt(plan, home, day)
    earlier = np.unique(spilt["day"][spilt["end"] > start]).tolist()
    found = join([_resolved(plan, home, each) for each in [*map(date.fromordinal, earlier), *days]])
    touching = (found["start"] < end) & (found["end"] > start)
    return found if touching.all() else found[touching]


@lru_cache(maxsize=512)
def _fits(plan: Plan, home: Home) -> None:
    check_plan(plan, home)  # type: ignore[arg-type]


@lru_cache(maxsize=512)
def _longest(plan: Plan, step: int) -> int:
    """No episode of a plan is longer, s."""
    units = [(step * kind.readings, entry.lengths(kind)[1]) for entry in plan.fault for kind in entry.kinds]
    return max((-(-seconds // unit) * unit for unit, seconds in units), default=0)


@lru_cache(maxsize=256)
def _spilt(plan: Plan, home: Home, day: date) -> Records:
    """The episodes drawn for earlier days that would last beyond the midnight before `day`."""
    longest, midnight = _longest(plan, home.step), home.calendar.midnight(day)
    days = [day - timedelta(back) for back in range(-(-longest // _SHORTEST_DAY), 0, -1)]
    drawn = [found[found["end"] > midnight] for found in (drawn_day(plan, home, each) for each in days)]
    return join([found for found in drawn if len(found)] or [NOTHING])


@lru_cache(maxsize=128)
def _resolved(plan: Plan, home: Home, day: date) -> Records:
    """The episodes of a day, none of which overlap on a meter unless dropped."""
    midnight, end = home.calendar.midnight(day), home.calendar.midnight(day + timedelta(1))
    found = drawn_day(plan, home, day)
    free = [midnight, midnight, midnight]
    spilt = _spilt(plan, home, day)
    for bits, until in zip(spilt["meters"].tolist(), spilt["end"].tolist(), strict=True):
        free = [max(second, until) if bits >> meter & 1 else second for meter, second in enumerate(free)]
    return settle(found, free, end, plan.overlap == "wait")
