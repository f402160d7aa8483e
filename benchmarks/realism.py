"""How real is Wattloom's world? `python benchmarks/realism.py [--write]`: ranges, telling, novelty, pictures.

Prints tables in Markdown; with `--write` they take their places in docs/realism.md and the pictures in docs/img.
The measured homes are looked for in ../shared/data or in the folder that WATTLOOM_MEASURED names.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from realism_figures import Figures, all_figures
from realism_homes import Home, measured_homes, repeated_home, square_home, synthetic_home
from realism_ranges import ASPECTS, RANGES, offenders, scores

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "realism.md"
IMAGES = ROOT / "docs" / "img"
#: The k-th seed starts in another month, so that the year is covered.
STARTS = tuple(date(2026, month, 1) for month in (5, 1, 3, 7, 9, 11))
HOUSEHOLDS = ("A", "B", "C")
#: An office's units share one meter, some are inverters, and its geyser hardly runs: homes are no measure of them.
UNLIKE_HOMES = {"B": ("AC", "geyser")}

Described = dict[str, list[Mapping[str, Figures]]]


def describe(seeds: Sequence[int], days: int = 28) -> Described:
    """Figures of A, B and C for each seed, each seed in another season."""
    found: Described = {}
    for name in HOUSEHOLDS:
        starts = [STARTS[k % len(STARTS)] for k in range(len(seeds))]
        homes = (synthetic_home(name, seed, start, days) for seed, start in zip(seeds, starts, strict=True))
        unlike = UNLIKE_HOMES.get(name, ())
        found[name] = [{a: f for a, f in all_figures(home).items() if a not in unlike} for home in homes]
    return found


def yardsticks(seed: int = 0) -> Described:
    """Figures of measured homes, of known failures, and of public generators."""
    from generators import PINS, public_homes

    measured = measured_homes()
    found: Described = {home.name: [all_figures(home)] for home in measured}
    found |= {home.name: [all_figures(home)] for home in map(repeated_home, measured)}
    for name in PINS:
        try:
            found[name] = [all_figures(home) for home in public_homes(name)]
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
    square = square_home(seed, STARTS[0])
    found[square.name] = [all_figures(square)]
    return found


def score_table(described: Described) -> str:
    """Scores by aspect, mean over the seeds and the lowest of them in brackets."""
    columns = (*ASPECTS, "all")
    lines = [f"| | {' | '.join(columns)} |", "| --- |" + " ---: |" * len(columns)]
    for name, many in described.items():
        rows = [scores(figures) for figures in many]
        cells = []
        for column in columns:
            values = [row[column] for row in rows if column in row]
            low = f" ({min(values):.0f})" if len(values) > 1 else ""
            cells.append(f"{np.mean(values):.0f}{low}" if values else "")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def figure_table(described: Described) -> str:
    """Every figure with its range, its source, and the middle and extent over the seeds."""
    names = list(described)
    lines = [
        f"| figure | range | measured | source | {' | '.join(names)} |",
        "| --- | --- | --- | --- |" + " ---: |" * len(names),
    ]
    aspect = ""
    for r in RANGES:
        if r.aspect != aspect:
            aspect = r.aspect
            lines.append(f"| **{aspect}** | | | |" + " |" * len(names))
        cells = []
        for name in names:
            values = [f[r.aspect][r.figure] for f in described[name] if r.figure in f.get(r.aspect, {})]
            cells.append(
                f"{_short(np.median(values))} ({_short(min(values))} to {_short(max(values))})" if values else ""
            )
        lines.append(
            f"| {r.figure} | {_short(r.low)} to {_short(r.high)} | {r.reference} | {r.source} | {' | '.join(cells)} |"
        )
    return "\n".join(lines)


def offender_list(described: Described) -> str:
    """What costs points, the worst first, per household."""
    lines = []
    for name, many in described.items():
        for lost, r, values in offenders(many)[:12]:
            seen = " ".join(_short(v) for v in values)
            lines.append(
                f"- {name}, {r.aspect}: {r.figure}: {seen}, allowed {_short(r.low)} to {_short(r.high)} (-{lost:.0f})"
            )
    return "\n".join(lines) or "- nothing"


def telling(groups: Mapping[str, Sequence[Home]]) -> tuple[str, str]:
    """Tables: can the trees tell (and novelty), and what they tell by, for groups of synthetic homes."""
    from realism_telling import ALIKE, across_homes, describe_homes, differences, novelty, one_among, within_homes

    measured = measured_homes()
    names, real = describe_homes(measured)
    lines = [
        "| homes | what is compared | "
        + " | ".join(f"never seen: {w.home}" for w in real)
        + " | mean | other days of seen homes | novelty |",
        "| --- | --- |" + " ---: |" * (len(real) + 3),
    ]
    reasons = []
    for group, homes in groups.items():
        _, whole = describe_homes(homes)
        alike = [(w, describe_homes(homes, ALIKE[w.home])[1]) for w in real]
        for what, pairs in (("Overall", [(w, whole) for w in real]), ("like with like", alike)):
            across, within = across_homes(pairs), within_homes(pairs)
            each = [np.mean([t.auc for t in across if t.split.endswith(w.home)]) for w in real]
            other = np.mean([t.auc for t in within])
            cells = [f"{v:.2f}" for v in (*each, np.mean(each), other, novelty(pairs))]
            lines.append(f"| {group} | {what} | {' | '.join(cells)} |")
            weight = np.mean([t.importance for t in [*across, *within]], axis=0)
            reasons += [f"**{group}, {what}.** Importance is the fall of the area when the figure is shuffled.", ""]
            reasons += [
                f"| figure | importance | {' | '.join(f'{w.home} | made' for w in real)} | P(made > measured) |",
                "| --- | ---: |" + " ---: | ---: |" * len(real) + " --- |",
            ]
            compared = differences(names, pairs)
            place = {name: k for k, name in enumerate(names)}
            ranked = sorted(compared, key=lambda d: -(d.weight + 4 * max(weight[place[d.figure]], 0)))
            for d in ranked[:14]:
                cells = [f"{_short(d.measured[w.home])} | {_short(d.synthetic[w.home])}" for w in real]
                share = ", ".join(f"{d.above[w.home]:.2f}" for w in real)
                reasons.append(f"| {d.figure} | {weight[place[d.figure]]:.3f} | {' | '.join(cells)} | {share} |")
            reasons.append("")
        if len(homes) > 2:
            among = np.mean([one_among(k, describe_homes(homes)[1]) for k in range(len(homes))])
            lines.append(f"| {group} | yardstick: one of these homes among the others | | | | {among:.2f} | |")
    return "\n".join(lines), "\n".join(reasons)


def again(seeds: Sequence[int]) -> str:
    """Table: telling and novelty once more for six other homes of A and C per seed, without the reasons."""
    from realism_telling import ALIKE, across_homes, describe_homes, novelty

    _, real = describe_homes(measured_homes())
    lines = ["| seed | homes | telling: Overall | like with like | novelty: Overall | like with like |"]
    lines.append("| ---: | --- | ---: | ---: | ---: | ---: |")
    for seed in seeds:
        for group, homes in families(seed).items():
            whole = [(w, describe_homes(homes)[1]) for w in real]
            alike = [(w, describe_homes(homes, ALIKE[w.home])[1]) for w in real]
            told = [np.mean([t.auc for t in across_homes(pairs, why=False)]) for pairs in (whole, alike)]
            cells = [f"{v:.2f}" for v in (*told, novelty(whole), novelty(alike))]
            lines.append(f"| {seed} | {group} | {' | '.join(cells)} |")
    return "\n".join(lines)


def families(seed: int, days: int = 28, count: int = 6) -> dict[str, list[Home]]:
    """Six homes each of A and C."""
    homes = {}
    for profile in ("A", "C"):
        numbers = [profile, *(f"{profile}/{k}" for k in range(1, count))]
        homes[profile] = [synthetic_home(name, seed, STARTS[0], days) for name in numbers]
    return homes


def write(sections: Mapping[str, str]) -> None:
    """Put each section between its marks in the page, `<!-- name -->` and `<!-- /name -->`."""
    text = PAGE.read_text(encoding="utf-8")
    for name, body in sections.items():
        opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
        if opening not in text or closing not in text:
            raise SystemExit(f"{PAGE.name} has no place for {name!r}: write {opening} and {closing}.")
        before, after = text.split(opening)[0], text.split(closing)[1]
        text = f"{before}{opening}\n\n{body}\n\n{closing}{after}"
    PAGE.write_text(text, encoding="utf-8")


def _short(value: float) -> str:
    return f"{value:.3g}"


def main() -> None:
    """Run the parts that were asked for, print them, and with `--write` publish them."""
    parts = ("ranges", "telling", "pictures")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4, 5])
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--only", choices=parts, nargs="+", default=parts)
    parser.add_argument("--write", action="store_true", help="publish in docs/realism.md and docs/img")
    parser.add_argument("--images", type=Path, help="draw the pictures there instead")
    asked = parser.parse_args()
    sections: dict[str, str] = {}
    if "ranges" in asked.only:
        described = describe(asked.seeds, asked.days)
        beside = yardsticks() if asked.write else {}
        sections["scores"] = score_table(described | beside)
        sections["offenders"] = offender_list(described)
        sections["figures"] = figure_table(described)
    if "telling" in asked.only and measured_homes():
        sections["telling"], sections["reasons"] = telling(families(asked.seeds[0], asked.days))
        sections["again"] = again(asked.seeds)
    if "pictures" in asked.only:
        from realism_pictures import draw

        folder = asked.images or (IMAGES if asked.write else ROOT / "build" / "realism")
        homes = [synthetic_home(name, asked.seeds[0], STARTS[0]) for name in HOUSEHOLDS]
        draw(folder, homes, families(asked.seeds[0], 7)["A"], measured_homes())
    for name, body in sections.items():
        print(f"\n## {name}\n\n{body}")
    if asked.write:
        write(sections)


if __name__ == "__main__":
    main()
