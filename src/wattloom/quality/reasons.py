"""Reasons: every way in which a second can be bad, as one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from wattloom.quality.balance import Imbalance, Spike
from wattloom.quality.chunk import Chunk, Mask
from wattloom.quality.clamps import Swap
from wattloom.quality.gain import Bypass, Drift
from wattloom.quality.shape import Noise, Stuck
from wattloom.quality.stamps import Clock, Duplicate, OutOfOrder
from wattloom.quality.values import Impossible, Missing, Negative, Reversed, Unit


class Check(Protocol):
    """Finds one reason, row after row; remembers a fixed number of figures per meter."""

    def find(self, chunk: Chunk) -> Mask:
        """Marks (3, rows) or (rows,) where it holds; the tail's columns do not matter."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One way in which a second can be bad.

    - `severity`: the colour it gives its meter, `Red` or `Critical Red`.
    - `noun`: completes "2 ... in AC"; the plural takes an s on its last word.
    - `check`: makes what finds it; None where no row is there to be marked (`gap`).
    """

    name: str
    severity: str
    noun: str
    check: type[Check] | None


#: Every reason, worst first, and in the order in which they are sought: a reading that was found bad is left alone by
#: the checks after it. A reason's place is its bit in `flags`.
REASONS: Final = (
    Reason("missing", "Critical Red", "missing value", Missing),
    Reason("gap", "Critical Red", "missing row", None),
    Reason("clock", "Critical Red", "wrong timestamp", Clock),
    Reason("out_of_order", "Critical Red", "row out of order", OutOfOrder),
    Reason("duplicate", "Critical Red", "repeated row", Duplicate),
    Reason("reversed", "Red", "second with a turned clamp", Reversed),
    Reason("negative", "Red", "negative second", Negative),
    Reason("swap", "Red", "second with exchanged clamps", Swap),
    Reason("unit", "Red", "second in a wrong unit", Unit),
    Reason("impossible", "Red", "impossible second", Impossible),
    Reason("stuck", "Red", "stuck second", Stuck),
    Reason("noise", "Red", "noisy second", Noise),
    Reason("bypass", "Red", "second past the meter", Bypass),
    Reason("drift", "Red", "drifting second", Drift),
    Reason("imbalance", "Red", "second out of balance", Imbalance),
    Reason("spike", "Red", "spike", Spike),
)
#: Name of a reason -> its bit in `flags`.
BITS: Final = {reason.name: 1 << place for place, reason in enumerate(REASONS)}
