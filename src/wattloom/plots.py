"""Plots: the quick statistics of a household as a picture, one panel per meter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from wattloom.errors import Refusal
from wattloom.meterstats import MeterStats
from wattloom.readings import METERS, MISSING, Watts
from wattloom.statistics import QuickStats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS: Final = (".png", ".svg")
_BINS: Final = 160
_BARS, _FIT, _ATOM, _RED, _INK = "#b9c9d9", "#1f5a91", "#7a3e9d", "#c62828", "#30363d"


def plot(stats: QuickStats, watts: Watts, path: str | Path) -> None:
    """Draw histogram, fitted density, atoms, quartiles and critical region of each meter; PNG or SVG by the suffix.

    `watts` (3, windows) is the history that the statistics are of. Shares are per bin on a logarithmic axis, so that
    an AC that is off half of the day and its rarest hour are seen in one picture. Needs the extra `plot`.
    """
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        raise Refusal(f"--plot is {str(path)!r}; allowed are files that end in {' or '.join(FORMATS)}.")
    try:
        import matplotlib as mpl
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise Refusal("Plots need matplotlib; install it with: pip install 'wattloom[plot]'.") from None
    with mpl.rc_context({"svg.hashsalt": "wattloom", "font.size": 9, "axes.edgecolor": _INK}):
        figure = Figure(figsize=(9, 2.6 * len(stats.meters) + 0.6), layout="constrained", dpi=110)
        FigureCanvasAgg(figure)
        panels = figure.subplots(len(stats.meters), squeeze=False)[:, 0]
        for axes, (meter, of) in zip(panels, stats.meters.items(), strict=True):
            values = watts[METERS.index(meter)]
            _panel(axes, meter, of, values[values != MISSING])
        days = f"{stats.days} days before {stats.before}"
        figure.suptitle(f"{stats.name}: windows of {stats.interval} s, {days}", color=_INK)
        temporary = path.with_name(f".{path.name}.part")
        try:
            figure.savefig(temporary, format=path.suffix[1:].lower(), metadata=_metadata(path))
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def _metadata(path: Path) -> dict[str, None]:
    return {"Date": None} if path.suffix.lower() == ".svg" else {"Software": None}


def _panel(axes: Axes, meter: str, of: MeterStats, watts: Watts) -> None:
    axes.set_title(meter, loc="left", fontweight="bold", color=_INK)
    axes.set_ylabel("share of windows")
    if of.every is None:
        axes.text(0.5, 0.5, "no history", ha="center", transform=axes.transAxes)
        return
    top = 1.08 * max(int(watts.max()), of.critical, of.red)
    edges = np.linspace(0, top, _BINS + 1)
    rest = watts[~np.isin(watts, list(of.atoms))]
    shares = np.histogram(rest, edges)[0] / len(watts)
    axes.stairs(shares, edges / 1000, fill=True, color=_BARS, label="windows")
    if of.continuous:
        x = np.linspace(max(of.idle, 1), top, 2000)
        density = np.exp(of.fit.logpdf(x / 1000)) * of.continuous * (edges[1] / 1000)
        axes.plot(x / 1000, density, color=_FIT, linewidth=1.4, label=f"{of.fit.name} ({of.continuous:.1%} of windows)")
    for place, (value, share) in enumerate(of.atoms.items()):
        label = "" if place else "atoms"
        axes.vlines(value / 1000, 0, share, color=_ATOM, linewidth=2.5, label=label)
        axes.annotate(f"{share:.1%}", (value / 1000, share), (4, -1), textcoords="offset points", color=_ATOM, va="top")
    for name, figure in (("25p", of.every.p25), ("median", of.every.median), ("75p", of.every.p75)):
        axes.axvline(figure / 1000, color=_INK, linestyle={"median": "--"}.get(name, ":"), linewidth=1)
    figures = f"25p {of.every.p25 / 1000:.3f} · median {of.every.median / 1000:.3f} · 75p {of.every.p75 / 1000:.3f}"
    where = {"all": "", "on-state": " (of the on-state)", "rated": " (rated power: never on)"}[of.basis]
    axes.axvspan(of.critical / 1000, top / 1000, color=_RED, alpha=0.12, linewidth=0)
    axes.axvline(of.critical / 1000, color=_RED, linewidth=1.4, label=f"critical {of.critical / 1000:.3f}{where}")
    if of.red != of.critical:
        axes.axvline(of.red / 1000, color=_RED, linewidth=1.2, linestyle="--", label=f"Red from {of.red / 1000:.3f}")
    axes.set_title(f"{figures} · kW", loc="right", fontsize=8, color=_INK)
    axes.set_yscale("log")
    axes.set_ylim(3e-6, 1.6)
    axes.set_xlim(-0.015 * top / 1000, top / 1000)
    axes.set_xlabel("mean power of a window, kW")
    axes.legend(loc="upper center", fontsize=8, framealpha=0.9, edgecolor="none")
