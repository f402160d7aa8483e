"""Pictures of synthetic homes with the same views of measured ones beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from PIL import Image

from realism_figures import runs
from realism_homes import Floats, Home, means

COLOUR = {"Overall": "#3b4252", "AC": "#2a7fba", "Geyser": "#c8553d"}


def draw(path: Path, homes: Sequence[Home], family: Sequence[Home], measured: Sequence[Home]) -> list[Path]:
    """All pictures of homes A, B, C (in this order, with all three meters) beside the measured homes.

    `family`: homes of one profile, shown on one and the same day.
    """
    path.mkdir(parents=True, exist_ok=True)
    everyone = [*measured, *homes]
    drawn = [
        _stretch(path / "realism-days.png", everyone, 1, "One Thursday, 1-minute means, each home on its own axis"),
        _stretch(path / "realism-weeks.png", everyone, 7, "One week, 1-minute means, each home on its own axis"),
        _stretch(path / "realism-family.png", family, 1, "Six homes of profile A on the same Thursday"),
        _texture(path / "realism-texture.png", everyone),
        _session(path / "realism-ac.png", homes[0]),
        _geyser(path / "realism-geyser.png", homes[0], [h for h in measured if "Geyser" in h.fine]),
    ]
    plt.close("all")
    return drawn


def _stretch(path: Path, homes: Sequence[Home], days: int, title: str) -> Path:
    figure, axes = plt.subplots(len(homes), 1, figsize=(13, 2.1 * len(homes)), layout="constrained", squeeze=False)
    for axis, home in zip(axes[:, 0], homes, strict=True):
        first = _fullest(home, 3 if days == 1 else 0, days)
        for meter in ("Overall", "AC", "Geyser"):
            if meter in home.minutes:
                watts = home.days(meter)[first : first + days].ravel() / 1000
                axis.plot(np.arange(len(watts)) / 60, watts, lw=0.6, color=COLOUR[meter], label=meter)
        axis.set(
            xlim=(0, 24 * days), ylim=(0, None), ylabel="kW", xticks=range(0, 24 * days + 1, 2 if days == 1 else 12)
        )
        axis.set_title(f"{home.name}{', measured' if home.measured else ''}", loc="left", fontsize=10)
        legend = axis.legend(loc="lower right", bbox_to_anchor=(1, 0.97), fontsize=8, ncols=3, frameon=False)
        for line in legend.get_lines():
            line.set_linewidth(2)
    axes[-1, 0].set_xlabel("hours since midnight" if days == 1 else "hours since Monday, midnight")
    figure.suptitle(title)
    return _save(path)


def _fullest(home: Home, weekday: int, days: int) -> int:
    """The first day of the first stretch from such a weekday on that has the most readings."""
    starts = [k for k in np.flatnonzero(home.weekday == weekday) if k + days <= len(home.weekday)]
    there = [np.isfinite(home.days()[k : k + days]).sum() for k in starts]
    return int(starts[int(np.argmax(there))])


def _texture(path: Path, homes: Sequence[Home]) -> Path:
    """One hour of the small hours and one of the evening at 8 s."""
    fine = [home for home in homes if home.step <= 8]
    figure, axes = plt.subplots(len(fine), 2, figsize=(13, 2.2 * len(fine)), layout="constrained", squeeze=False)
    for row, home in zip(axes, fine, strict=True):
        eight = home.fine["Overall"] if home.step == 8 else means(home.fine["Overall"], 8)
        for axis, hour in zip(row, (3, 20), strict=True):
            begin = (4 * 24 + hour) * 450
            axis.plot(np.arange(450) * 8 / 60, eight[begin : begin + 450], lw=0.7, color=COLOUR["Overall"])
            label = f"{home.name}{', measured' if home.measured else ''}: {hour}:00 to {hour + 1}:00"
            axis.set_title(label, loc="left", fontsize=10)
            axis.set(xlim=(0, 60), ylabel="W")
    for axis in axes[-1]:
        axis.set_xlabel("minutes")
    figure.suptitle("Overall at 8 s, one hour (note the axes: each home at its own level)")
    return _save(path)


def _longest_session(watts: Floats) -> tuple[int, int]:
    starts, ends = runs(watts > 0)
    longest = int(np.argmax(ends - starts))
    return int(starts[longest]), int(ends[longest])


def _session(path: Path, home: Home) -> Path:
    """An AC session at 1 s: three hours of it, one run, and its first minute."""
    watts = home.fine["AC"]
    begin, _ = _longest_session(watts)
    plateau = float(np.median(watts[watts > 300]))
    starts, ends = runs(watts[begin : begin + 6 * 3600] > plateau / 2)
    run = min(1, len(starts) - 1)
    start, end = begin + int(starts[run]), begin + int(ends[run])
    figure, axes = plt.subplots(3, 1, figsize=(13, 8), layout="constrained")
    views = (
        (begin - 300, begin + 3 * 3600, 60, "the first three hours of an AC session"),
        (start - 30, end + 60, 60, "one run of the compressor"),
        (start - 5, start + 60, 1, "the first minute of this run"),
    )
    for axis, (low, high, unit, title) in zip(axes, views, strict=True):
        _seconds(axis, watts, low, high, "AC", unit)
        axis.set_title(f"{home.name}: {title}", loc="left", fontsize=10)
    figure.suptitle("AC at 1 s")
    return _save(path)


def _geyser(path: Path, home: Home, measured: Sequence[Home]) -> Path:
    """A geyser's day and one of its runs at 1 s, beside a measured water heater by the minute."""
    watts = home.fine["Geyser"]
    starts, ends = runs(watts > 300)
    run = int(np.argsort(ends - starts)[len(starts) * 3 // 4])
    figure, axes = plt.subplots(2 + len(measured), 1, figsize=(13, 2.7 * (2 + len(measured))), layout="constrained")
    day = int(starts[run]) // 86_400
    _seconds(axes[0], watts, day * 86_400, (day + 1) * 86_400, "Geyser", 3600)
    axes[0].set_title(f"{home.name}: a day at 1 s", loc="left", fontsize=10)
    _seconds(axes[1], watts, int(starts[run]) - 30, int(ends[run]) + 30, "Geyser", 60)
    axes[1].set_title(f"{home.name}: one run at 1 s", loc="left", fontsize=10)
    for axis, other in zip(axes[2:], measured, strict=True):
        table = other.days("Geyser")[2] / 1000
        axis.plot(np.arange(1440) / 60, table, lw=0.8, color=COLOUR["Geyser"])
        axis.set(xlim=(0, 24), ylim=(0, None), ylabel="kW", xlabel="hours", xticks=range(0, 25, 2))
        axis.set_title(f"{other.name}, measured: a day by the minute (60 W grid)", loc="left", fontsize=10)
    figure.suptitle("Geyser")
    return _save(path)


def _seconds(axis: Axes, watts: Floats, low: int, high: int, meter: str, unit: int) -> None:
    low = max(low, 0)
    shown = watts[low:high] / 1000
    axis.plot(np.arange(len(shown)) / unit, shown, lw=0.8, color=COLOUR[meter], drawstyle="steps-post")
    name = {1: "seconds", 60: "minutes", 3600: "hours"}[unit]
    axis.set(xlim=(0, len(shown) / unit), ylim=(0, None), ylabel="kW", xlabel=name)
    if unit == 3600:
        axis.set_xticks(range(0, len(shown) // unit + 1, 2))


def _save(path: Path) -> Path:
    plt.gcf().savefig(path, dpi=80)
    plt.close()
    with Image.open(path) as picture:  # lines in four colours need no more than a palette
        picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    return path
