"""Histograms: counted values in equal bins, few enough to be sent and drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from wattloom.tally import Tally

#: Bins of a histogram, at most.
BINS: Final = 80


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bin i holds the values of [i, i + 1) times `width` W; `shares` (0 to 1) are of all windows."""

    width: int
    shares: tuple[float, ...]

    def json(self) -> dict[str, Any]:
        """Its figures, the width in kW."""
        return {"width": self.width / 1000, "shares": [round(share, 6) for share in self.shares]}


def histogram(part: Tally, whole: Tally) -> Histogram:
    """The histogram of a part of the values of `whole`; without bins where there is no such value.

    >>> tally = Tally.of([np.array([0, 0, 100, 159])])
    >>> found = histogram(tally.part(tally.values > 0), tally)
    >>> found.width, len(found.shares), found.shares[50], sum(found.shares)
    (2, 80, 0.25, 0.5)
    """
    if not len(part):
        return Histogram(1, ())
    width = int(part.values[-1]) // BINS + 1
    counts = np.bincount(part.values // width, weights=part.counts)
    return Histogram(width, tuple((counts / len(whole)).tolist()))
