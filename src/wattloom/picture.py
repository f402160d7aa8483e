"""Picture: a recording and what was found in it, one panel per meter, however long it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wattloom.errors import Refusal
from wattloom.inspection import CRITICAL, Block, Inspection
from wattloom.plots import FORMATS
from wattloom.quality import REASONS
from wattloom.readings import METERS, MISSING

#: Columns are joined in pairs when there are more than twice so many.
COLUMNS: Final = 1200
_INK, _LINE, _BAND = "#30363d", "#1f5a91", "#b9c9d9"
_PALETTE: Final = ("#c62828", "#7a3e9d", "#b35c00", "#00695c", "#3f51b5", "#ad1457", "#5d4037", "#827717")


@dataclass
class _Column:
    """A stretch of windows: least and greatest mean of each meter, W, and the reasons found."""

    start: int
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    reasons: tuple[set[str], set[str], set[str]]

    def join(self, later: _Column) -> None:
        """Take in the next stretch."""
        self.low, self.high = np.minimum(self.low, later.low), np.maximum(self.high, later.high)
        for mine, theirs in zip(self.reasons, later.reasons, strict=True):
            mine |= theirs


_NONE: Final = np.iinfo(np.int64).max


@dataclass
class Picture:
    """Collects blocks in fixed memory and draws them; PNG or SVG by the suffix. Needs the extra `plot`."""

    path: Path
    force: bool = False
    _columns: list[_Column] = field(default_factory=list)
    _size: int = 1
    _filled: int = 0

    def __post_init__(self) -> None:
        if self.path.suffix.lower() not in FORMATS:
            raise Refusal(f"--plot is {str(self.path)!r}; allowed are files that end in {' or '.join(FORMATS)}.")
        if self.path.exists() and not self.force:
            raise Refusal(f"{self.path} exists; choose another file or replace it with --force.")
        try:
            import matplotlib  # noqa: F401
        except ImportError:
            raise Refusal("Plots need matplotlib; install it with: pip install 'wattloom[plot]'.") from None

    def take(self, block: Block) -> None:
        """The next windows."""
        windows = block.windows
        found: dict[int, tuple[set[str], set[str], set[str]]] = {}
        for finding in block.findings:
            sets = found.setdefault(finding.start, (set(), set(), set()))
            sets[METERS.index(finding.meter)].update(set(finding.reasons) - {CRITICAL})
        known = windows.watts != MISSING
        low = np.where(known, windows.watts.astype(np.int64), _NONE)
        high = np.where(known, windows.watts.astype(np.int64), -_NONE)
        for k in range(len(windows)):
            start = windows.start + k * windows.interval
            self._add(_Column(start, low[:, k], high[:, k], found.get(start, (set(), set(), set()))))

    def _add(self, column: _Column) -> None:
        if self._columns and self._filled < self._size:
            self._columns[-1].join(column)
            self._filled += 1
            return
        self._columns.append(column)
        self._filled = 1
        if len(self._columns) > 2 * COLUMNS:
            last = self._columns.pop()
            for left, right in zip(self._columns[::2], self._columns[1::2], strict=True):
                left.join(right)
            self._columns = [*self._columns[::2], last]
            self._size *= 2

    def save(self, inspection: Inspection) -> None:
        """Draw what was taken."""
        import matplotlib as mpl
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
        from matplotlib.figure import Figure

        meters = inspection.meters
        zone = inspection.calendar.zone
        step = self._size * inspection.interval
        starts = [column.start for column in self._columns]
        times = date2num([datetime.fromtimestamp(start, UTC) for start in starts])  # type: ignore[no-untyped-call]
        shown = max(step / 86_400, 0.002 * (times[-1] - times[0]))  # a single window is to be seen too
        with mpl.rc_context({"svg.hashsalt": "wattloom", "font.size": 9, "axes.edgecolor": _INK}):
            figure = Figure(figsize=(11, 2.5 * len(meters) + 0.9), layout="constrained", dpi=110)
            FigureCanvasAgg(figure)
            panels = figure.subplots(len(meters), sharex=True, squeeze=False)[:, 0]
            colours: dict[str, str] = {}
            for axes, meter in zip(panels, meters, strict=True):
                place = METERS.index(meter)
                low = np.array([c.low[place] for c in self._columns], float) / 1000
                high = np.array([c.high[place] for c in self._columns], float) / 1000
                none = np.abs(low) > 1e12
                low[none] = high[none] = np.nan
                axes.fill_between(times, low, high, step="post", color=_BAND, linewidth=0)
                axes.step(times, high, where="post", color=_LINE, linewidth=0.7)
                names = [r.name for r in REASONS if any(r.name in c.reasons[place] for c in self._columns)]
                for row, name in enumerate(names):
                    colour = colours.setdefault(name, _PALETTE[len(colours) % len(_PALETTE)])
                    spans = [(t, shown) for t, c in zip(times, self._columns, strict=True) if name in c.reasons[place]]
                    top = 1.02 + 0.06 * row
                    axes.broken_barh(
                        spans, (top, 0.045), facecolor=colour, transform=axes.get_xaxis_transform(), clip_on=False
                    )
                    axes.text(1.005, top, name, color=colour, transform=axes.transAxes, fontsize=7, va="bottom")
                axes.set_ylabel(f"{meter}, kW", color=_INK)
                axes.margins(x=0.002)
            locator = AutoDateLocator(tz=zone)  # type: ignore[no-untyped-call]
            panels[-1].xaxis.set_major_locator(locator)
            panels[-1].xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=zone))  # type: ignore[no-untyped-call]
            figure.suptitle(f"{inspection.name}: {inspection.about}", color=_INK)
            beside = self.path.with_name(f".{self.path.name}.part")
            try:
                kind = self.path.suffix[1:].lower()
                figure.savefig(beside, format=kind, metadata={"Date": None} if kind == "svg" else {"Software": None})
                beside.replace(self.path)
            finally:
                beside.unlink(missing_ok=True)
