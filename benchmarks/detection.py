"""Detection: each kind of fault on each household, judged in windows of 15 s, beside the usual way and PyOD.

Run as `python benchmarks/detection.py` (`--write` publishes in docs/detection.md). Homes and days were not used for
tuning. PyOD lives in an environment of its own, `build/pyod` or `WATTLOOM_PYOD`; where it is not, its columns are left
out: `python -m venv build/pyod && build/pyod/bin/pip install pyod==3.6.7`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import thread_time
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wattloom import check, faults
from wattloom.household import Household, household
from wattloom.quality import Judge
from wattloom.readings import METERS, MISSING, OVERALL, Readings
from wattloom.recording import read_recording
from wattloom.scoring import KindScore, Score, score
from wattloom.statistics import quick_stats
from wattloom.windows import average

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs" / "detection.md"
PYOD: Final = Path(os.environ.get("WATTLOOM_PYOD", ROOT / "build" / "pyod")) / "bin" / "python"
MEASURED: Final = ROOT / ".." / "shared" / "data" / "measured_home_france_1min.csv.gz"
PYOD_MODELS: Final = ("HBOS", "IForest")
INTERVAL: Final = 15
HOUSEHOLDS: Final = ("A", "B", "C")
#: Seeds of the homes that are scored; the judge was tuned on seeds below 100.
SEED: Final = 4096
FIRST: Final = date(2026, 2, 2)
EPISODES: Final = 75
MOST_DAYS: Final = 240
CLEAN_DAYS: Final = 30
#: Homes of each profile.
HOMES: Final = 3
#: Those of one or two seconds cost little; more of them make the figures firm.
SHORT: Final = ("negative", "large", "missing", "spike", "duplicate", "out_of_order")
SHORT_EPISODES: Final = 240
#: Only seconds that are off by so much count, W: below it nothing is lost.
COUNTS: Final = {"large": 250, "unit": 250, "noise": 250, "swap": 250}
PER_DAY: Final = {
    "negative": 40, "large": 40, "missing": 40, "spike": 40, "duplicate": 40, "out_of_order": 40, "gap": 12,
    "unit": 8, "reversed": 3, "swap": 2, "stuck": 3, "noise": 6, "clock": 4, "bypass": 1.5, "drift": 1,
}  # fmt: skip
#: Where not the catalogue's default.
STRENGTH: Final = {"bypass": {"factor": 0.5}}
#: A meter at rest that is stuck at rest reads what it read before: told apart from the others.
AT_REST: Final = "stuck at rest"

Mask = NDArray[np.bool_]


@dataclass
class Trial:
    """One kind on one household: days judged, and what was found in them by each detector."""

    kind: str
    home: str
    days: int = 0
    scores: dict[str, Score] = field(default_factory=dict)
    best: dict[str, dict[str, float]] = field(default_factory=dict)
    """F1 by detector and kind, for those that only say how odd a window is."""
    within_hour: tuple[int, int] = (0, 0)


@dataclass
class Material:
    """Windows of consecutive days: labels that count and others, and flagged windows by detector."""

    labels: list[dict[str, Any]] = field(default_factory=list)
    ignored: list[dict[str, Any]] = field(default_factory=list)
    flags: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    features: list[NDArray[np.float64]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    odd: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    """By detector, how odd it finds each window."""

    @property
    def episodes(self) -> dict[str, int]:
        """Episodes that count, by kind."""
        found: dict[str, set[str]] = {}
        for row in self.labels:
            found.setdefault(row["kind"], set()).add(row["episode"])
        return {kind: len(names) for kind, names in found.items()}


def trial_home(name: str, number: int = 0) -> Household:
    """A home that nothing was tuned on."""
    return household(name, seed=SEED + number)


def judged_days(home: Household, plan: faults.Plan) -> Iterator[tuple[int, int, Readings, Readings, Any]]:
    """Local days without end: start, end, truth, what was reported, and its flags."""
    judge = Judge(home)
    for number in range(MOST_DAYS):
        start, end = (home.calendar.midnight(FIRST + timedelta(number + k)) for k in (0, 1))
        rows = faults.reported(home, plan, start, end)
        yield start, end, home.truth(start, end), rows, judge.flags(rows)


def gather(name: str, kind: str, pyod: bool) -> Material:
    """Days of the homes of a profile under a plan of one kind, home after home, until enough episodes count."""
    found = Material(flags={"judge": [], "usual": []})
    enough = SHORT_EPISODES if kind in SHORT else EPISODES
    for number in range(HOMES):
        add_home(found, trial_home(name, number), kind, pyod, -(-enough * (number + 1) // HOMES))
    return found


def add_home(found: Material, home: Household, kind: str, pyod: bool, enough: int) -> None:
    """Add days of one home."""
    fault: Any = {"kind": kind, "per_day": PER_DAY[kind], "strength": STRENGTH.get(kind, {})}
    plan = faults.Plan(name=kind, fault=(faults.Fault(**fault),))
    stats = quick_stats(home, INTERVAL, FIRST).meters
    for start, end, truth, rows, flags in judged_days(home, plan):
        count = (end - start) // INTERVAL
        windows = average(rows, flags, start, INTERVAL, count)
        names = np.full(count, "", object)
        for name, hits in windows.counts.items():
            names += np.where(hits.any(axis=0), f"{name};", "")
        begin = found.starts[-1] + 86_400 if found.starts else start
        shift = begin - start  # homes follow one another as if they were one
        times = begin + INTERVAL * np.arange(count)
        bad = names != ""
        found.flags["judge"] += [
            {"time": int(t), "reasons": n.rstrip(";")} for t, n in zip(times[bad], names[bad], strict=True)
        ]
        present = np.where(rows.watts == MISSING, np.uint32(1), np.uint32(0))
        raw = average(rows, present, start, INTERVAL, count)
        red = np.zeros(count, np.bool_)
        for place, meter in enumerate(METERS):
            red |= (raw.watts[place] == MISSING) | (raw.watts[place] >= stats[meter].red)
        found.flags["usual"] += [{"time": int(t), "reasons": None} for t in times[red]]
        if pyod:
            found.features.append(features(rows, start, count))
        found.starts.append(begin)
        label(found, home, plan, kind, (start, end, shift), truth, rows)
        if found.episodes.get(kind, 0) >= enough:
            break


def label(
    found: Material, home: Household, plan: faults.Plan, kind: str, day: tuple[int, int, int], truth: Readings,
    rows: Readings,
) -> None:  # fmt: skip
    """Add the labels of a day (start, end, by how much to shift): seconds that count, altered ones that do not."""
    start, end, shift = day
    table = faults.labels(home, plan, start, end)
    table = table.filter(table["effective"])
    starts, ends = (table[name].cast(pa.int64()).to_numpy() for name in ("start", "end"))
    for place, row in enumerate(table.to_pylist()):
        low, high = int(starts[place]), int(ends[place])
        about = {"meter": row["meter"], "episode": f"{home.seed} {row['episode']}", "effective": True}
        if kind in COUNTS:
            meter, part = METERS.index(row["meter"]), slice(low - start, high - start)
            off = np.abs(rows.watts[meter, part].astype(np.int64) - truth.watts[meter, part]) >= COUNTS[kind]
            found.labels += [
                about | {"kind": kind, "start": low + shift + a, "end": low + shift + b} for a, b in runs(off)
            ]
            found.ignored += [about | {"start": low + shift + a, "end": low + shift + b} for a, b in runs(~off)]
            continue
        name = kind
        if kind == "stuck" and row["meter"] != METERS[OVERALL]:
            meter = METERS.index(row["meter"])
            if rows.watts[meter, low - start] <= 0.05 * 1000 * home.rated[row["meter"]]:
                name = AT_REST
        found.labels.append(about | {"kind": name, "start": low + shift, "end": high + shift})


def runs(mask: Mask) -> list[tuple[int, int]]:
    """Where runs of true begin and end (exclusive).

    >>> runs(np.array([0, 1, 1, 0, 1], bool))
    [(1, 3), (4, 5)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def features(rows: Readings, start: int, count: int) -> NDArray[np.float64]:
    """Per window and meter minimum, maximum and nulls, the rows, and the extremes of the balance: (windows, 12)."""
    window = (rows.arrival - start) // INTERVAL
    edges = np.searchsorted(window, np.arange(count))
    came = np.bincount(window, minlength=count)
    columns: list[NDArray[np.float64]] = [came.astype(float)]
    known = rows.watts != MISSING
    rest = np.where(known.all(axis=0), rows.watts[OVERALL].astype(float) - rows.watts[0] - rows.watts[1], np.nan)
    for values in (*np.where(known, rows.watts, np.nan), rest):
        least, most, nulls = (np.full(count, fill) for fill in (0.0, 0.0, float(INTERVAL)))
        some = came > 0
        low = np.minimum.reduceat(np.nan_to_num(values, nan=np.inf), edges[some])
        high = np.maximum.reduceat(np.nan_to_num(values, nan=-np.inf), edges[some])
        nulls[some] = np.add.reduceat(np.isnan(values).astype(float), edges[some])
        least[some], most[some] = np.where(np.isfinite(low), low, 0), np.where(np.isfinite(high), high, 0)
        columns += [least, most, nulls]
    return np.stack(columns[:-1], axis=1)


def add_pyod(materials: dict[tuple[str, str], Material]) -> None:
    """How odd HBOS and IForest, fitted on 14 clean days of each home, find each window."""
    worker = Path(__file__).with_name("detection_worker.py")
    with tempfile.TemporaryDirectory() as folder:
        given, taken = Path(folder) / "in.npz", Path(folder) / "out.npz"
        arrays: dict[str, Any] = {}
        for name in {home for _, home in materials}:
            days = []
            for home in (trial_home(name, number) for number in range(HOMES)):
                for number in range(-14, 0):
                    start, end = (home.calendar.midnight(FIRST + timedelta(number + k)) for k in (0, 1))
                    days.append(features(home.truth(start, end), start, (end - start) // INTERVAL))
            arrays[f"clean {name}"] = np.concatenate(days)
        for (kind, name), material in materials.items():
            arrays[f"test {name} {kind}"] = np.concatenate(material.features)
        np.savez(given, **arrays)
        subprocess.run([str(PYOD), str(worker), str(given), str(taken)], check=True)
        with np.load(taken) as found:
            for (kind, name), material in materials.items():
                material.odd = {detector: found[f"{detector} {name} {kind}"] for detector in PYOD_MODELS}


def scored(kind: str, home: str, material: Material) -> Trial:
    """The scores of all detectors on one material."""
    start = material.starts[0]
    end = material.starts[-1] + 86_400
    trial = Trial(kind, home, len(material.starts))
    empty: dict[str, list[Any]] = {"start": [], "end": [], "meter": []}
    for detector, flags in material.flags.items():
        table = pa.Table.from_pylist(flags, pa.schema([("time", pa.int64()), ("reasons", pa.string())]))
        ignored = pa.Table.from_pylist(material.ignored) if material.ignored else pa.table(empty)
        labels = pa.Table.from_pylist(material.labels)
        trial.scores[detector] = score(labels, table, INTERVAL, start, end, ignored=ignored)
    for detector, odd in material.odd.items():
        trial.best[detector] = {name: best_f1(material, name, odd, end) for name in trial.scores["judge"].kinds}
    flagged = np.array([row["time"] for row in material.flags["judge"]], np.int64)
    begun: dict[str, int] = {}
    ended: dict[str, int] = {}
    for row in material.labels:
        begun[row["episode"]] = min(row["start"], begun.get(row["episode"], row["start"]))
        ended[row["episode"]] = max(row["end"], ended.get(row["episode"], row["end"]))
    soon = 0
    for episode, second in begun.items():
        last = min(second + 3600, ended[episode])
        soon += bool(((flagged + INTERVAL > second) & (flagged < last)).any())
    trial.within_hour = soon, len(begun)
    return trial


def best_f1(material: Material, kind: str, odd: NDArray[np.float32], end: int) -> float:
    """The highest F1 that any limit reaches on windows of this kind: more than anybody could choose beforehand."""
    start = material.starts[0]
    mine, others = np.zeros((end - start) // INTERVAL, np.bool_), np.zeros((end - start) // INTERVAL, np.bool_)
    for row in (*material.labels, *material.ignored):
        first, last = ((second - start) // INTERVAL + 1 for second in (row["start"], row["end"]))
        others[first - 1 : last] = True  # the window after it is excused
        if row.get("kind") == kind:
            mine[first - 1 : (row["end"] - 1 - start) // INTERVAL + 1] = True
    order = np.argsort(-odd, kind="stable")
    order = order[mine[order] | ~others[order]]
    hits = np.cumsum(mine[order])
    limits = np.append(np.diff(odd[order]) != 0, True)  # equals are over a limit together
    return float((2 * hits / (np.arange(1, len(order) + 1) + mine.sum()))[limits].max())


def clean() -> list[str]:
    """False alarms on clean days."""
    lines = ["| household | clean days | flagged windows | false alarms | per household-day | reasons |",
             "| --- | ---: | ---: | ---: | ---: | --- |"]  # fmt: skip
    for name in HOUSEHOLDS:
        windows = alarms = 0
        reasons: dict[str, int] = {}
        for number in range(HOMES):
            home = trial_home(name, 100 + number)
            judge = Judge(home)
            for day in range(CLEAN_DAYS):
                start, end = (home.calendar.midnight(FIRST + timedelta(3 * day + k)) for k in (0, 1))
                rows = home.truth(start, end)
                found = average(rows, judge.flags(rows), start, INTERVAL, (end - start) // INTERVAL)
                bad = np.asarray((found.valid < INTERVAL).any(axis=0))
                windows += int(bad.sum())
                alarms += len(runs(bad))
                for reason, hits in found.counts.items():
                    reasons[reason] = reasons.get(reason, 0) + len(runs(np.asarray(hits.any(axis=0))))
        days = HOMES * CLEAN_DAYS
        why = ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))
        lines.append(f"| {name} | {days} | {windows} | {alarms} | {alarms / days:.3f} | {why} |")
    return lines


def speed() -> list[str]:
    """CPU time of the judge."""
    home = trial_home("A")
    start = home.calendar.midnight(FIRST)
    days = [home.truth(start + k * 86_400, start + (k + 1) * 86_400) for k in range(4)]
    judge, times = Judge(home), []
    for rows in days:
        before = thread_time()
        judge.flags(rows)
        times.append(thread_time() - before)
    day = median(times)
    lines = [
        "| work, on one core | time |",
        "| --- | ---: |",
        f"| judge a day of 1-second data | {1000 * day:.0f} ms |",
    ]
    return [*lines, f"| per meter and second | {day / 86_400 / 3 * 1e6:.2f} µs |"]


def table(trials: list[Trial]) -> list[str]:
    """One row for each kind and household."""
    others = ["usual", *(name for name in PYOD_MODELS if all(name in trial.best for trial in trials))]
    names = ("kind", "household", "days", "episodes", "found", "windows", "precision", "recall", "F1 judge", "named")
    heads = " | ".join((*names, "median delay", *(f"F1 {name}" for name in others)))
    lines = [f"| {heads} |", "| --- | --- |" + " ---: |" * (9 + len(others))]
    for trial in trials:
        for kind, mine in sorted(trial.scores["judge"].kinds.items()):
            rest = [trial.scores["usual"].kinds[kind].f1, *(of[kind] for of in trial.best.values())]
            lines.append(f"| {kind} | {trial.home} | {trial.days} | {cells(mine)} | {' | '.join(map(short, rest))} |")
    return lines


def cells(mine: KindScore) -> str:
    """The judge's part of a row."""
    delay = "" if mine.delay is None else f"{mine.delay:.0f} s"
    named = f"{mine.named / mine.hits:.2f}" if mine.hits else ""
    shares = " | ".join(short(share) for share in (mine.precision, mine.recall, mine.f1))
    return f"{mine.episodes} | {mine.found} | {mine.windows} | {shares} | {named} | {delay}"


def short(share: float | None) -> str:
    """A share with three decimals."""
    return "" if share is None else f"{share:.3f}"


def main() -> None:
    """Prints the tables; with `--write`, puts them into docs/detection.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", choices=PER_DAY, default=list(PER_DAY))
    parser.add_argument("--households", nargs="+", default=list(HOUSEHOLDS))
    parser.add_argument("--seed", type=int, default=SEED, help="of the homes; below 100 for tuning")
    parser.add_argument("--write", action="store_true", help="publish in docs/detection.md")
    asked = parser.parse_args()
    globals()["SEED"] = asked.seed
    pyod = PYOD.exists()
    if not pyod:
        print("PyOD is not installed (see the head of this file); its columns are left out.\n")
    materials = {(kind, name): gather(name, kind, pyod) for kind in asked.kinds for name in asked.households}
    if pyod:
        add_pyod(materials)
    trials = [scored(kind, name, material) for (kind, name), material in materials.items()]
    soon = [t for t in trials if t.kind in ("bypass", "clock", "drift")]
    hours = ["| kind | household | episodes | found within an hour |", "| --- | --- | ---: | ---: |"] + [
        f"| {t.kind} | {t.home} | {t.within_hour[1]} | {t.within_hour[0] / max(1, t.within_hour[1]):.0%} |"
        for t in soon
    ]
    sections = {"table": table(trials), "hour": hours, "clean": clean(), "speed": speed()} | measured()
    for name, lines in sections.items():
        print(f"### {name}\n\n" + "\n".join(lines) + "\n", flush=True)
    if asked.write:
        publish(sections)


def measured() -> dict[str, list[str]]:
    """The reports of the measured home as it is, and with faults; nothing where it is not there."""
    if not MEASURED.exists():
        print(f"There is no {MEASURED.name}; the worked example stays as it is.\n")
        return {}
    home = read_recording(MEASURED, "home", "Europe/Paris")
    found = {"measured": str(check(home))}
    assert home.span is not None
    rows = faults.reported(home, faults.plan("rare"), *home.span)
    with_faults = replace(home, rows=Readings(np.maximum.accumulate(rows.time), rows.time, rows.watts))
    found["injected"] = str(check(with_faults, baseline=home))
    return {name: ["```", *report.splitlines(), "```"] for name, report in found.items()}


def publish(sections: dict[str, list[str]]) -> None:
    """Put each section between its marks in the page, `<!-- name -->` and `<!-- /name -->`."""
    text = PAGE.read_text("utf-8")
    for name, lines in sections.items():
        opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, after = text.split(opening)[0], text.split(closing)[1]
        text = f"{before}{opening}\n\n" + "\n".join(lines) + f"\n\n{closing}{after}"
    PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
