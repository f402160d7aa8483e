"""Faults: what meters report instead of the truth, with labels.

`KINDS` is the catalogue, `plan("sparse")` says which of them occur, `reported` gives the rows and `labels` the answers.
"""

from wattloom.faults.injecting import Twin, flaws, inject
from wattloom.faults.kinds import KINDS, Kind, Parameter
from wattloom.faults.labelling import SCHEMA, columns, labels
from wattloom.faults.planfile import Fault, Plan, check_plan, load_plan, plan, read_plan
from wattloom.faults.reporting import reported

__all__ = [
    "KINDS", "SCHEMA", "Fault", "Kind", "Parameter", "Plan", "Twin", "check_plan", "columns", "flaws", "inject",
    "labels", "load_plan", "plan", "read_plan", "reported",
]  # fmt: skip
