"""The pictures of docs/statistics.md, into docs/img: `python benchmarks/statistics_pictures.py`."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from wattloom.household import household
from wattloom.plots import plot
from wattloom.quality import flags
from wattloom.readings import METERS
from wattloom.statistics import QuickStats, history_of, quick_stats
from wattloom.status import judge
from wattloom.windows import average

IMAGES = Path(__file__).parents[1] / "docs" / "img"
BEFORE = date(2026, 5, 1)
COLOURS = {"Green": "#2e7d32", "Yellow": "#f9a825", "Red": "#c62828"}


def figure(panels: int, height: float) -> tuple[Any, Any]:
    """A figure with panels one below the other."""
    drawn = Figure(figsize=(9, height), layout="constrained", dpi=110)
    FigureCanvasAgg(drawn)
    return drawn, drawn.subplots(panels, squeeze=False)[:, 0]


def mistake() -> None:
    """One normal over everything, against what the data are."""
    drawn, panels = figure(3, 6.4)
    for axes, (name, meter) in zip(
        panels, (("classic-a", "AC"), ("classic-a", "Overall"), ("A", "Overall")), strict=True
    ):
        home = household(name)
        stats = quick_stats(home, 5, BEFORE)
        watts = history_of(home, stats)[METERS.index(meter)] / 1000
        mean, deviation, critical = watts.mean(), watts.std(), stats.meters[meter].critical / 1000
        normal = mean + 2.3263 * deviation
        top = 1.1 * max(watts.max(), normal)
        edges = np.linspace(0, top, 121)
        shares = np.histogram(watts, edges)[0] / len(watts)
        x = np.linspace(0, top, 600)
        curve = np.exp(-0.5 * ((x - mean) / deviation) ** 2) / deviation / np.sqrt(2 * np.pi) * edges[1]
        axes.stairs(shares, edges, fill=True, color="#b9c9d9", label="windows of 5 s")
        axes.plot(x, curve, color="#555555", linewidth=1.3, label="one normal fitted to everything")
        axes.axvline(normal, color="#555555", linestyle="--", label=f"its critical value {normal:.2f}")
        axes.axvline(critical, color="#c62828", label=f"Wattloom's {critical:.3f}")
        axes.set(yscale="log", ylim=(1e-6, 2), xlim=(0, top), ylabel="share of windows")
        axes.set_title(f"{name}: {meter}", loc="left", fontsize=10, fontweight="bold")
        axes.legend(fontsize=8, ncols=4, loc="lower right", bbox_to_anchor=(1, 1), edgecolor="none")
    panels[-1].set_xlabel("mean power of a window, kW")
    drawn.savefig(IMAGES / "statistics-mistake.png")


def day() -> None:
    """A day of household A in the colours of its windows."""
    home = household("A")
    stats = quick_stats(home, 60, BEFORE)
    start = home.calendar.midnight(BEFORE + timedelta(3))
    rows = home.truth(start, start + 86_400)
    windows = average(rows, flags(home, rows), start, 60, 1440)
    judged = judge(windows, stats, home.calendar)
    drawn, panels = figure(3, 6.0)
    hours = np.arange(1440) / 60
    for place, (axes, meter) in enumerate(zip(panels, METERS, strict=True)):
        kilowatts, of = windows.watts[place] / 1000, stats.meters[meter]
        axes.step(hours, kilowatts, where="post", color="#9aa7b4", linewidth=0.7)
        for colour, ink in COLOURS.items():
            here = np.array([each.by_value[meter] == colour for each in judged])
            axes.scatter(hours[here] + 1 / 120, kilowatts[here], s=5, color=ink, label=colour, zorder=3)
        axes.axhline(of.red / 1000, color=COLOURS["Red"], linewidth=0.8, linestyle="--")
        usual = (
            np.array([of.usual.limit(BEFORE + timedelta(3), 3600 * hour) for hour in range(24)]) if of.usual else None
        )
        if usual is not None:
            axes.stairs(usual / 1000, np.arange(25), color="#7a3e9d", linewidth=0.8, label="usual for the hour")
        axes.set(xlim=(0, 24), xticks=range(0, 25, 3), ylabel="kW")
        axes.set_ylim(bottom=0)
        axes.set_title(meter, loc="left", fontsize=10, fontweight="bold")
    panels[0].legend(fontsize=8, ncols=4, loc="lower right", bbox_to_anchor=(1, 1), edgecolor="none")
    panels[-1].set_xlabel("hour of the day")
    drawn.savefig(IMAGES / "statistics-day.png")


def of(name: str, interval: int = 5) -> QuickStats:
    """The picture of `wattloom stats --plot`."""
    home = household(name)
    stats = quick_stats(home, interval, BEFORE)
    plot(stats, history_of(home, stats), IMAGES / f"statistics-{name}.png")
    return stats


def main() -> None:
    """Draw all of them."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name in ("A", "classic-a"):
        of(name)
    mistake()
    day()
    print(*sorted(path.name for path in IMAGES.glob("statistics-*.png")), sep="\n")


if __name__ == "__main__":
    main()
