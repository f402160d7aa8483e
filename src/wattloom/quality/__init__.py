"""Quality: which seconds of a meter cannot be believed, and why.

A baseline says what is normal for a source, one check per reason looks for what is not, row after row, and a judge
goes through the checks. `REASONS` is the table of them, `flags` the answer.
"""

from wattloom.quality.baseline import DOUBT, MOST_ROWS, Baseline, baseline, learn
from wattloom.quality.chunk import Flags
from wattloom.quality.judge import CHECKPOINT, Judge, flags
from wattloom.quality.reasons import BITS, REASONS, Check, Reason

__all__ = [
    "BITS", "CHECKPOINT", "DOUBT", "MOST_ROWS", "REASONS", "Baseline", "Check", "Flags", "Judge", "Reason", "baseline",
    "flags", "learn",
]  # fmt: skip
