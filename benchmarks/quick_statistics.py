"""Quick statistics: how often clean windows really reach the critical value, and what the usual way says.

`python benchmarks/quick_statistics.py [--seeds 10] [--before 2026-05-01]`. The tables are those of
docs/statistics.md; its times are from `benchmarks/statistics_times.py`.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wattloom.critical import ALPHA, FITTED, ORDER_STATISTICS
from wattloom.household import household
from wattloom.readings import METERS
from wattloom.statistics import QuickStats, history_of, quick_stats
from wattloom.status import by_value
from wattloom.weather import extremes
from wattloom.windows import daily, history

HOMES, CLASSICS = ("A", "B", "C"), ("classic-a", "classic-b", "classic-c")
UNSEEN = 60
#: What the usual way chooses from, by the p-value of a Kolmogorov-Smirnov test.
KS_FAMILIES = ("norm", "expon", "gamma", "lognorm", "weibull_min", "beta")


def table(*columns: str) -> Callable[..., None]:
    """Print the head of a Markdown table; the result prints a row."""
    print("\n| " + " | ".join(columns) + " |\n|" + " --- |" * len(columns))

    def row(*cells: object) -> None:
        print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)

    return row


def percent(share: float) -> str:
    """A share as per cent."""
    return f"{100 * share:.2f} %"


@cache
def studied(name: str, interval: int, seed: int, before: date) -> tuple[QuickStats, NDArray[np.int32]]:
    """The statistics of a home, and its windows of the 30 days before their history and the 30 after."""
    home = household(name, seed=seed)
    stats = quick_stats(home, interval, before)
    earlier = history(home, interval, stats.first - timedelta(UNSEEN // 2), UNSEEN // 2)
    return stats, np.concatenate([earlier, history(home, interval, before, UNSEEN // 2)], axis=1)


def achieved(stats: QuickStats, unseen: NDArray[np.int32], meter: str) -> float:
    """Share of unseen windows (of the on-state's, where it is of that) that reach the published critical value."""
    of, values = stats.meters[meter], unseen[METERS.index(meter)]
    if of.basis != "all":
        values = values[values > of.idle]
    return float((values >= of.critical).mean()) if len(values) else float("nan")


def exceedance(seeds: int, before: date) -> None:
    """Achieved exceedance on unseen days, and whether the published interval holds."""
    print(f"\n### Windows that reach the critical value, on {UNSEEN} days that were not used\n")
    print(
        f"History: the 28 days before {before}. Mean over {seeds} seeds; `1 %` and `it`: how many of the published 95 %"
    )
    print(
        "intervals hold 1 %, and what was then achieved. Critical values of the on-state are held against the on-state."
    )
    columns = ("household", "interval, s", "meter", "achieved", "lowest to highest seed", "30 days before", "30 after")
    row = table(*columns, "1 %", "it")
    for name in (*CLASSICS, *HOMES):
        for interval in (5,) if name in CLASSICS else (5, 60):
            for meter in METERS:
                found, halves, one, it = [], [], 0, 0
                for seed in range(seeds):
                    stats, unseen = studied(name, interval, seed, before)
                    of = stats.meters[meter]
                    bands = of.on if of.basis == "on-state" else of.every
                    share = achieved(stats, unseen, meter)
                    cut = unseen.shape[1] // 2
                    if of.basis == "rated" or bands is None or bands.critical.interval is None or np.isnan(share):
                        continue
                    low, high = bands.critical.interval
                    found.append(share)
                    halves.append([achieved(stats, half, meter) for half in (unseen[:, :cut], unseen[:, cut:])])
                    one, it = one + (low <= ALPHA <= high), it + (low <= share <= high)
                if found:
                    span = f"{percent(min(found))} to {percent(max(found))}"
                    means = [percent(float(share)) for share in (np.mean(found), *np.nanmean(halves, axis=0))]
                    row(name, interval, meter, means[0], span, *means[1:], f"{one}/{len(found)}", f"{it}/{len(found)}")


def season(seeds: int, before: date) -> None:
    """Why an AC leaves 1 %: what it draws rises with the weather outdoors."""
    print("\n### AC, interval 60: the days before, the history, and the days after\n")
    row = table("household", "days", "daily high outdoors, C", "on", "highest 5 % of the on-state, kW", "reached")
    for name in HOMES:
        stretches = {"30 before": (-58, 30), "the 28 of the history": (-28, 28), "30 after": (0, 30)}
        for label, (offset, days) in stretches.items():
            found = []
            for seed in range(seeds):
                home = household(name, seed=seed)
                of, first = quick_stats(home, 60, before).meters["AC"], before + timedelta(offset)
                watts = history(home, 60, first, days)[METERS.index("AC")]
                on = watts[watts > of.idle]
                place = home.profile.site
                highs = [extremes(home.seed, place, first + timedelta(day))[1] for day in range(days)]
                found.append(
                    (np.mean(highs), len(on) / len(watts), np.quantile(on, 0.95), (watts >= of.critical).mean())
                )
            high, share, most, reached = np.array(found).mean(axis=0).tolist()
            row(name, label, f"{high:.1f}", percent(share), f"{most / 1000:.3f}", percent(reached))


def ahead(seeds: int) -> None:
    """The same of the days that follow alone, when the season moves on."""
    print(f"\n### Overall in the {UNSEEN} days that follow: the season moves on\n")
    row = table("history ends before", *(f"{name}, interval 60" for name in HOMES))
    for month in range(1, 13, 2):
        before, cells = date(2026, month, 1), []
        for name in HOMES:
            found = []
            for seed in range(seeds):
                home = household(name, seed=seed)
                found.append(achieved(quick_stats(home, 60, before), history(home, 60, before, UNSEEN), "Overall"))
            cells.append(percent(float(np.mean(found))))
        row(before, *cells)


def methods(seeds: int, before: date) -> None:
    """Order statistics against the fitted distribution, for Overall."""
    print("\n### Which critical value foretells unseen days better (Overall)\n")
    row = table("interval, s", "order statistics: loss, W", "fitted: loss, W", "fitted was chosen")
    for interval in (5, 60, 900, 3600):
        losses: dict[str, list[float]] = {ORDER_STATISTICS: [], FITTED: []}
        chosen = 0
        for name in HOMES:
            for seed in range(seeds):
                bands = quick_stats(household(name, seed=seed), interval, before).meters["Overall"].every
                assert bands is not None
                chosen += bands.critical.method == FITTED
                for method, loss in bands.critical.losses.items():
                    losses[method].append(loss)
        means = [f"{np.mean(losses[method]):.2f}" for method in (ORDER_STATISTICS, FITTED)]
        row(interval, *means, f"{chosen}/{len(HOMES) * seeds}")


def usual_way(values: NDArray[np.int32]) -> tuple[float, str]:
    """A normal's 99th percentile, kW, and the family a KS test prefers, fitted to the same 2,000 windows."""
    import scipy.stats

    some = np.random.default_rng(0).choice(values / 1000, 2000)
    best, most = "none", -1.0
    for name in KS_FAMILIES:
        family = getattr(scipy.stats, name)
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
                p = scipy.stats.kstest(some, family(*family.fit(some)).cdf).pvalue
        except (scipy.stats.FitError, FloatingPointError, ValueError):
            continue
        if p > most:
            best, most = name, float(p)
    return float(values.mean() + 2.3263 * values.std()) / 1000, f"{best} (p = {most:.1g})"


def mistake(before: date) -> None:
    """What one normal and a KS test would have said."""
    print("\n### The known mistake: one normal over everything, and a family chosen by a Kolmogorov-Smirnov test\n")
    columns = ("household", "meter", "largest window", "normal: critical", "reached", "KS chooses")
    row = table(*columns, "Wattloom: critical", "reached", "distribution")
    for name in ("classic-a", "classic-b", *HOMES):
        stats, unseen = studied(name, 5, 0, before)
        past = history_of(household(name), stats)
        for place, meter in enumerate(METERS):
            if not past[place].any():
                continue
            critical, chosen = usual_way(past[place])
            reached = float((unseen[place] >= critical * 1000).mean())
            of = stats.meters[meter]
            ours = "atoms alone" if of.fit.name == "nothing" else of.fit.name
            mine = percent(float((unseen[place] >= of.critical).mean()))
            most = f"{past[place].max() / 1000:.3f}"
            row(name, meter, most, f"{critical:.3f}", percent(reached), chosen, f"{of.critical / 1000:.3f}", mine, ours)


def colours(seeds: int, before: date) -> None:
    """What colour clean windows get, and whether AC at noon in household A is noticed."""
    print("\n### Colours of 28 clean unseen days, interval 60\n")
    row = table("household", "meter", "Green", "Yellow", "of these unusual for the hour", "Red")
    for name in HOMES:
        for place, meter in enumerate(METERS):
            counts = dict.fromkeys(("Green", "Yellow", "unusual", "Red"), 0)
            for seed in range(seeds):
                home = household(name, seed=seed)
                of = quick_stats(home, 60, before).meters[meter]
                for offset, (start, watts) in enumerate(daily(home, 60, before, 28)):
                    day = before + timedelta(offset)
                    index = start - home.calendar.midnight(day)
                    for k, value in enumerate(watts[place].tolist()):
                        colour, label = by_value(value, of, day, index + 60 * k)
                        counts[colour] += 1
                        counts["unusual"] += label == "unusual"
            total = counts["Green"] + counts["Yellow"] + counts["Red"]
            row(name, meter, *(percent(counts[word] / total) for word in ("Green", "Yellow", "unusual", "Red")))
    noticed = 0
    for seed in range(seeds):
        of = quick_stats(household("A", seed=seed), 60, before).meters["AC"]
        monday = before + timedelta(-before.weekday() % 7)
        assert of.on is not None
        noticed += by_value(round(of.on.median), of, monday, 43_200)[1] == "unusual"
    print(f"\nAC at noon of a Monday in household A: noticed as unusual in {noticed} of {seeds} homes.")


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--before", type=date.fromisoformat, default=date(2026, 5, 1))
    tables: dict[str, Callable[[int, date], None]] = {
        "exceedance": exceedance,
        "season": season,
        "ahead": lambda seeds, _: ahead(seeds),
        "methods": methods,
        "mistake": lambda _, before: mistake(before),
        "colours": colours,
    }
    parser.add_argument("--only", choices=tables)
    options: Any = parser.parse_args()
    for name, printed in tables.items():
        if options.only in (None, name):
            printed(options.seeds, options.before)


if __name__ == "__main__":
    main()
