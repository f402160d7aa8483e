"""Homes to judge: measured ones, synthetic ones from Wattloom, and two known failures to compare with."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: The measured homes, where they exist; a clone of the project alone has none.
DATA = Path(os.environ.get("WATTLOOM_MEASURED", Path(__file__).resolve().parents[2] / "shared" / "data"))
FRANCE, UK = "measured_home_france_1min.csv.gz", "measured_home_uk_8s.csv.gz"


@dataclass(frozen=True)
class Home:
    """One home over whole local days; every array holds watts, NaN where there is no reading.

    - `step`: seconds between two rows of `fine`, 1 for synthetic homes.
    - `fine`: meter name -> (rows,), as metered, from local midnight of the first day.
    - `minutes`: meter name -> (days * 1440,), 1-minute means.
    - `weekday`: (days,), 0 is Monday.
    """

    name: str
    measured: bool
    step: int
    fine: dict[str, Floats]
    minutes: dict[str, Floats]
    weekday: NDArray[np.int64]

    def days(self, meter: str = "Overall") -> Floats:
        """1-minute means as (days, 1440)."""
        return self.minutes[meter].reshape(-1, 1440)

    def without(self, *meters: str) -> Floats:
        """1-minute means of Overall less those of `meters` that the home has."""
        watts = self.minutes["Overall"].copy()
        for meter in meters:
            if meter in self.minutes:
                watts -= self.minutes[meter]
        return watts


def means(watts: Floats, size: int) -> Floats:
    """Means over each `size` rows, NaN where no row has a value.

    >>> means(np.array([1.0, 3.0, np.nan, 5.0, np.nan, np.nan]), 2)
    array([ 2.,  5., nan])
    """
    blocks = watts[: len(watts) // size * size].reshape(-1, size)
    valid = np.isfinite(blocks)
    count = valid.sum(axis=1)
    return np.where(count > 0, np.where(valid, blocks, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)


def unstuck(watts: Floats, step: int, longest: float = 12.0) -> Floats:
    """Readings with stretches of one value for more than `longest` minutes taken out: a meter that hung, not a home.

    Real meters of 1 or 2 W never give the same value for so long while they work; the UK recording was filled
    forward over gaps, once for 13 hours at 2.7 kW.
    """
    start = np.flatnonzero(np.concatenate(([True], np.diff(watts) != 0)))
    length = np.diff(np.concatenate((start, [len(watts)])))
    return np.where(np.repeat(length * step / 60 > longest, length), np.nan, watts)


def measured_homes() -> list[Home]:
    """The measured homes beside the repository, whole days only; empty where they are absent."""
    homes = []
    for name, file, step in (("France", FRANCE, 60), ("UK", UK, 8)):
        if not (DATA / file).exists():
            continue
        table = pd.read_csv(DATA / file, parse_dates=["time"]).set_index("time") * 1000.0
        first, last = table.index[0].ceil("D"), table.index[-1].floor("D")
        if step == 8:
            last += pd.Timedelta(days=1)  # this recording ends with its last day
        grid = pd.date_range(first, last, freq=f"{step}s", inclusive="left")
        table = table.reindex(grid)
        table["Overall"] = unstuck(table["Overall"].to_numpy(float), step)
        minutes = table.resample("1min").mean()
        homes.append(
            Home(
                name=name,
                measured=True,
                step=step,
                fine={meter: table[meter].to_numpy(float) for meter in table},
                minutes={meter: minutes[meter].to_numpy(float) for meter in minutes},
                weekday=np.array([day.weekday() for day in pd.date_range(first, last, freq="D", inclusive="left")]),
            )
        )
    return homes


def from_seconds(name: str, seconds: dict[str, Floats], first: date) -> Home:
    """A synthetic home from its readings once a second, (days * 86400,) per meter, from midnight of `first`."""
    days = len(seconds["Overall"]) // 86_400
    return Home(
        name=name,
        measured=False,
        step=1,
        fine=seconds,
        minutes={meter: means(watts, 60) for meter, watts in seconds.items()},
        weekday=np.array([(first + timedelta(k)).weekday() for k in range(days)]),
    )


def synthetic_home(name: str, seed: int, first: date, days: int = 28) -> Home:
    """Household `name` of Wattloom's world, from local midnight of `first`."""
    from wattloom.household import household
    from wattloom.readings import METERS

    source = household(name, seed=seed)
    start = source.calendar.midnight(first)
    watts = source.truth(start, start + days * 86_400).watts
    return from_seconds(f"{name} (seed {seed})", {m: watts[k].astype(float) for k, m in enumerate(METERS)}, first)


def square_home(seed: int, first: date, days: int = 28) -> Home:
    """The textbook home: square waves and white noise every second (the bottom of the scale)."""
    rng = np.random.default_rng(seed)
    hour = np.arange(days * 86_400) // 3600 % 24
    cool = np.where((hour >= 18) & (hour < 23) | (hour < 7), 1500.0, 0.0)
    heat = np.where((hour >= 6) & (hour < 8) | (hour >= 18) & (hour < 20), 3000.0, 0.0)
    overall = np.rint(cool + heat + 500 + rng.uniform(100, 1000, len(hour)))
    return from_seconds("square waves + noise", {"AC": cool, "Geyser": heat, "Overall": overall}, first)


def repeated_home(home: Home, days: int = 28) -> Home:
    """A measured home whose most usual day is repeated: perfect texture, no life."""
    table = home.days()
    energy = np.where(np.isfinite(table).all(axis=1), table.mean(axis=1), np.nan)
    day = int(np.nanargmin(np.abs(energy - np.nanmedian(energy))))
    rows = 86_400 // home.step
    return Home(
        name=f"one day of {home.name}, repeated",
        measured=False,
        step=home.step,
        fine={m: np.tile(w[day * rows : (day + 1) * rows], days) for m, w in home.fine.items()},
        minutes={m: np.tile(w[day * 1440 : (day + 1) * 1440], days) for m, w in home.minutes.items()},
        weekday=np.arange(days) % 7,
    )
