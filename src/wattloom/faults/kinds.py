"""The catalogue: one row for each kind of fault, and what it does as one of the formulas of faults.c.

A new kind is a row in `KINDS` and, if no formula fits, a line in faults.c.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from wattloom.faults.compiled import Formula
from wattloom.readings import METERS

WEEK: Final = 7 * 86_400
#: Strengths with a decimal point are held in thousandths.
THOUSAND: Final = 1000


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
    formula: Formula
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
        return self.formula >= Formula.GAP

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
    Kind("negative", "The sign is lost: -|v|.", "per_day = 20", (1, 1), Formula.NEGATIVE),
    Kind("large", "The reading is multiplied by a large factor.", "per_day = 20\nstrength = { factor = [10, 100] }",
         (1, 1), Formula.MULTIPLIED, parameters=(_LARGE,)),
    Kind("missing", "The row comes without a value.", "rate = 0.01", (1, 1), Formula.LOST),
    Kind("spike", "The reading jumps up for a moment.", "per_day = 50\nlength = [1, 3]",
         (1, 3), Formula.MULTIPLIED, parameters=(_SPIKE,), longest=_MINUTES),
    Kind("stuck", "The last value repeats.", 'per_day = 2\nmeters = ["Overall"]',
         (5 * _MINUTES, 4 * _HOURS), Formula.STUCK),
    Kind("drift", "The gain creeps away from one, evenly in time.", "per_day = 0.5\nstrength = { gain = [0.1, 0.2] }",
         (2 * _HOURS, 12 * _HOURS), Formula.DRIFT, parameters=(_GAIN,)),
    Kind("noise", "Extra noise, or coarse quantisation.", "per_day = 2\nstrength = { coarse = 0, deviation = 50 }",
         (5 * _MINUTES, 2 * _HOURS), Formula.NOISE, parameters=(_COARSE, _DEVIATION, _GRID)),
    Kind("unit", "Watts are taken for kilowatts, or kilowatts are divided by 1000.",
         "per_day = 1\nstrength = { down = 0 }", (_MINUTES, _HOURS), Formula.UNIT, parameters=(_DOWN,)),
    Kind("reversed", "The current clamp is turned: the sign is flipped.", 'per_day = 0.2\nmeters = ["AC"]',
         (10 * _MINUTES, 6 * _HOURS), Formula.TURNED),
    Kind("swap", "Two clamps are exchanged.", 'per_day = 0.2\nmeters = ["AC", "Geyser"]',
         (10 * _MINUTES, 6 * _HOURS), Formula.SWAP,
         targets=(("AC", "Geyser"), ("AC", "Overall"), ("Geyser", "Overall"))),
    Kind("bypass", "Theft: a part of the supply passes by the meter.",
         "per_day = 0.3\nstrength = { factor = [0.3, 0.6] }", (_HOURS, 8 * _HOURS), Formula.MULTIPLIED,
         parameters=(_BYPASS,), targets=(("Overall",),)),
    Kind("gap", "No rows at all: an outage.", "per_day = 1\nlength = [60, 600]",
         (30, 30 * _MINUTES), Formula.GAP, targets=_ROWS),
    Kind("duplicate", "The row comes twice.", "per_day = 20", (1, 2), Formula.DUPLICATE, targets=_ROWS),
    Kind("out_of_order", "Every other row comes a step late, after the row that follows it.", "per_day = 20",
         (2, 2), Formula.OUT_OF_ORDER, targets=_ROWS, readings=2),
    Kind("clock", "The timestamps jump and stay shifted.", "per_day = 0.5\nstrength = { offset = [-120, 120] }",
         (5 * _MINUTES, 3 * _HOURS), Formula.CLOCK, parameters=(_OFFSET,), targets=_ROWS),
)  # fmt: skip

#: The catalogue by name.
KINDS: Final = {kind.name: kind for kind in _TABLE}
NAMES: Final = tuple(KINDS)
