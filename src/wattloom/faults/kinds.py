"""The catalogue: one row and one function for each kind of fault.

A value fault is a function of the touched readings (`Touched`) and gives what the meter reports instead, in W.
A fault of rows or time is a function of the touched rows (`Rows`) and changes when and how often they come.
A new kind is a function and a row in `KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from wattloom.faults.draws import Integers, Words
from wattloom.readings import METERS, MISSING, Seconds

WEEK: Final = 7 * 86_400
#: Strengths with a decimal point are held in thousandths.
THOUSAND: Final = 1000


class Touched(Protocol):
    """The readings that the episodes of one kind touch: arrays with one number for each reading."""

    watts: Integers
    """True power, W."""
    step: int
    """Seconds between readings."""

    def strength(self, name: str) -> Integers:
        """A parameter of the reading's episode: an integer, or thousandths where its scale says so."""

    def position(self) -> Integers:
        """Seconds since the episode's start."""

    def length(self) -> Integers:
        """The episode's length, s."""

    def before(self) -> Integers:
        """The meter's true power in the reading before the episode, W, or MISSING."""

    def other(self) -> Integers:
        """The true power of the episode's other meter, W, or MISSING."""

    def words(self) -> Words:
        """A random word for each reading."""


class Rows(Protocol):
    """The rows that the episodes of one kind touch: arrays with one number for each row, to be changed in place."""

    copies: NDArray[np.int8]
    """How often the row arrives: 1."""
    time: Seconds
    """What it is stamped with: its true second."""
    arrival: Seconds
    """When it arrives: in its true second."""
    step: int
    """Seconds between rows."""

    def strength(self, name: str) -> Integers:
        """A parameter of the row's episode."""

    def position(self) -> Integers:
        """Seconds since the episode's start."""

    def followed(self) -> NDArray[np.bool_]:
        """Whether there is a row one step later."""


def negative(readings: Touched) -> Integers:
    return -np.abs(readings.watts)


def multiplied(readings: Touched) -> Integers:
    return _rounded(readings.watts * readings.strength("factor"), THOUSAND)


def missing(readings: Touched) -> Integers:
    return np.full(len(readings.watts), MISSING, np.int64)


def stuck(readings: Touched) -> Integers:
    before = readings.before()
    return np.where(before == MISSING, readings.watts, before)


def drift(readings: Touched) -> Integers:
    crept = readings.strength("gain") * (readings.position() + readings.step)
    return readings.watts + _rounded(readings.watts * crept, readings.length() * THOUSAND)


def noise(readings: Touched) -> Integers:
    # The sum of four 16-bit integers is near normal, with mean 2 * 65535 and deviation 65536 / sqrt(3) = 37837.
    parts = readings.words()[:, None] >> np.array([0, 16, 32, 48], np.uint64) & np.uint64(0xFFFF)
    bell = parts.sum(axis=1).astype(np.int64) - 2 * 65_535
    shaken = readings.watts + _rounded(readings.strength("deviation") * bell, 37_837)
    grid = readings.strength("grid")
    coarse = _rounded(readings.watts, grid) * grid
    return np.where(readings.strength("coarse") == 1, coarse, np.where(readings.watts >= 0, np.abs(shaken), shaken))


def unit(readings: Touched) -> Integers:
    down = readings.strength("down") == 1
    return np.where(down, _rounded(readings.watts, THOUSAND), readings.watts * THOUSAND)


def turned(readings: Touched) -> Integers:
    return -readings.watts


def swap(readings: Touched) -> Integers:
    other = readings.other()
    return np.where(other == MISSING, readings.watts, other)


def gap(rows: Rows) -> None:
    rows.copies[:] = 0


def duplicate(rows: Rows) -> None:
    rows.copies[:] = 2


def out_of_order(rows: Rows) -> None:
    late = (rows.position() // rows.step % 2 == 0) & rows.followed()
    rows.arrival[late] += rows.step


def clock(rows: Rows) -> None:
    rows.time += rows.strength("offset")


def _rounded(numerator: Integers, denominator: Integers | int) -> Integers:
    """The nearest integer to a quotient, halves up."""
    return (2 * numerator + denominator) // (2 * denominator)


@dataclass(frozen=True, slots=True)
class Parameter:
    """How strong a fault is: drawn evenly for each episode from a range within limits."""

    name: str
    unit: str
    limits: tuple[float, float]
    default: tuple[float, float]
    doc: str
    scale: int = 1
    """Held as an integer of 1/scale."""
    whole_steps: bool = False
    """Rounded to whole readings, one at least."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A row of the catalogue."""

    name: str
    doc: str
    example: str
    """The keys of an entry of a plan, in TOML, without `kind`."""
    length: tuple[int, int]
    """Seconds that an episode lasts unless the plan says otherwise."""
    value: Callable[[Touched], Integers] | None = None
    rows: Callable[[Rows], None] | None = None
    parameters: tuple[Parameter, ...] = ()
    targets: tuple[tuple[str, ...], ...] = (("AC",), ("Geyser",), ("Overall",))
    """The sets of meters that one episode can hit; `METERS` for faults of rows and time."""
    longest: int = WEEK
    """The most seconds that a plan may ask for."""
    readings: int = 1
    """An episode has a multiple of so many readings."""

    @property
    def of_rows(self) -> bool:
        """Whether it alters rows or their times, and so all meters at once."""
        return self.rows is not None

    def parameter(self, name: str) -> Parameter | None:
        """Its parameter of that name."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)


_MINUTES, _HOURS = 60, 3600
_ROWS: Final = (METERS,)
_LARGE = Parameter("factor", "", (1.1, 10_000), (10, 100), "what the reading is multiplied by", THOUSAND)
_SPIKE = Parameter("factor", "", (1.1, 100), (1.2, 10), "what the reading is multiplied by", THOUSAND)
_GAIN = Parameter("gain", "", (-0.9, 1), (-0.2, 0.2), "by how much the gain is off when the drift ends", THOUSAND)
_COARSE = Parameter("coarse", "0 or 1", (0, 1), (0, 1), "0 adds noise, 1 rounds to a coarse grid")
_DEVIATION = Parameter("deviation", "W", (0, 10_000), (10, 100), "standard deviation of the noise added")
_GRID = Parameter("grid", "W", (1, 10_000), (50, 250), "width of the coarse grid")
_DOWN = Parameter("down", "0 or 1", (0, 1), (0, 1), "0 multiplies by 1000 (W for kW), 1 divides by it (kW/1000)")
_BYPASS = Parameter("factor", "", (0, 1), (0.2, 0.8), "the share that still passes the meter", THOUSAND)
_OFFSET = Parameter("offset", "s", (-86_400, 86_400), (-_HOURS, _HOURS), "how far the clock is off, in whole readings",
                    whole_steps=True)  # fmt: skip

_TABLE: Final = (
    Kind("negative", "The sign is lost: -|v|.", "per_day = 20", (1, 1), negative),
    Kind("large", "The reading is multiplied by a large factor.", "per_day = 20\nstrength = { factor = [10, 100] }",
         (1, 1), multiplied, parameters=(_LARGE,)),
    Kind("missing", "The row comes without a value.", "rate = 0.01", (1, 1), missing),
    Kind("spike", "The reading jumps up for a moment.", "per_day = 50\nlength = [1, 3]",
         (1, 3), multiplied, parameters=(_SPIKE,), longest=_MINUTES),
    Kind("stuck", "The last value repeats.", 'per_day = 2\nmeters = ["Overall"]', (5 * _MINUTES, 4 * _HOURS), stuck),
    Kind("drift", "The gain creeps away from one, evenly in time.", "per_day = 0.5\nstrength = { gain = [0.1, 0.2] }",
         (2 * _HOURS, 12 * _HOURS), drift, parameters=(_GAIN,)),
    Kind("noise", "Extra noise, or coarse quantisation.", "per_day = 2\nstrength = { coarse = 0, deviation = 50 }",
         (5 * _MINUTES, 2 * _HOURS), noise, parameters=(_COARSE, _DEVIATION, _GRID)),
    Kind("unit", "Watts are taken for kilowatts, or kilowatts are divided by 1000.",
         "per_day = 1\nstrength = { down = 0 }", (_MINUTES, _HOURS), unit, parameters=(_DOWN,)),
    Kind("reversed", "The current clamp is turned: the sign is flipped.", 'per_day = 0.2\nmeters = ["AC"]',
         (10 * _MINUTES, 6 * _HOURS), turned),
    Kind("swap", "Two clamps are exchanged.", 'per_day = 0.2\nmeters = ["AC", "Geyser"]',
         (10 * _MINUTES, 6 * _HOURS), swap, targets=(("AC", "Geyser"), ("AC", "Overall"), ("Geyser", "Overall"))),
    Kind("bypass", "Theft: a part of the supply passes by the meter.",
         "per_day = 0.3\nstrength = { factor = [0.3, 0.6] }", (_HOURS, 8 * _HOURS), multiplied,
         parameters=(_BYPASS,), targets=(("Overall",),)),
    Kind("gap", "No rows at all: an outage.", "per_day = 1\nlength = [60, 600]",
         (30, 30 * _MINUTES), rows=gap, targets=_ROWS),
    Kind("duplicate", "The row comes twice.", "per_day = 20", (1, 2), rows=duplicate, targets=_ROWS),
    Kind("out_of_order", "Every other row comes a step late, after the row that follows it.", "per_day = 20",
         (2, 2), rows=out_of_order, targets=_ROWS, readings=2),
    Kind("clock", "The timestamps jump and stay shifted.", "per_day = 0.5\nstrength = { offset = [-120, 120] }",
         (5 * _MINUTES, 3 * _HOURS), rows=clock, parameters=(_OFFSET,), targets=_ROWS),
)  # fmt: skip

#: The catalogue by name.
KINDS: Final = {kind.name: kind for kind in _TABLE}
NAMES: Final = tuple(KINDS)
