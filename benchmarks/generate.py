"""Data sets: CPU time of `wattloom generate` against the way it is usually done, and its memory; prints a table.

The usual way is a loop over the seconds that appends a row of random numbers to a list, a second loop that spoils every
25th, and `pandas.DataFrame.to_csv`. It draws square waves, so it does less than Wattloom and is still the one to beat.
Both run as processes of their own, so imports count.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

HOURS = {
    "A": ({*range(18, 23), *range(7)}, 1.5, {6, 7, 18, 19}),
    "B": ({*range(9, 17)}, 2.0, set[int]()),
    "C": ({22, 23, *range(6), *range(10, 14)}, 1.5, {5, 6, 21, 22}),
}


def usual_way(days: int, every: int, out: Path) -> None:
    """Row by row, as in many a notebook: two CSV files and no labels."""
    import pandas as pd

    rows = []
    for time in pd.date_range("2026-05-01", periods=days * 86_400, freq="s", tz="Asia/Kolkata"):
        row: dict[str, object] = {"time": time}
        for home, (cool, power, warm) in HOURS.items():
            ac = power if time.hour in cool else 0.0
            geyser = 3.0 if time.hour in warm else 0.0
            row[f"{home}_AC"] = ac
            row[f"{home}_Geyser"] = geyser
            row[f"{home}_Overall"] = round(ac + geyser + 0.5 + random.uniform(0.1, 1.0), 3)
        rows.append(row)
    frame = pd.DataFrame(rows)
    frame.to_csv(out / "realistic_fake_energy_data_without_errors.csv", index=False)
    for number, row in enumerate(rows):
        if number % every == 0:
            for name in frame.columns[1:]:
                value = float(str(row[name]))
                row[name] = random.choice([-value, value * random.uniform(10, 100), None])
    pd.DataFrame(rows).to_csv(out / "realistic_fake_energy_data_with_errors.csv", index=False)


def measured(*command: str) -> tuple[float, float]:
    """CPU seconds (user and system) and peak memory (MB) of a command."""
    pid = subprocess.Popen(command, stdout=subprocess.DEVNULL).pid
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"failed: {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    """Prints the table of docs/performance.md."""
    wattloom = str(Path(sys.executable).with_name("wattloom"))
    ten = ",".join(f"A/{number}" for number in range(10))
    work = {
        "usual way: 3 households x 3 days, CSV": (sys.executable, __file__, "usual-way"),
        "wattloom generate --days 3": (wattloom, "generate", "--days", "3", "--out"),
        "... --format parquet": (wattloom, "generate", "--days", "3", "--format", "parquet", "--out"),
        "... --format arrow": (wattloom, "generate", "--days", "3", "--format", "arrow", "--out"),
        "... --days 30, ten households": (wattloom, "generate", "--days", "30", "--households", ten, "--out"),
    }
    print("| work | CPU, s | against the usual way | peak memory, MB | written, MB |")
    print("| --- | --- | --- | --- | --- |")
    usual = 0.0
    for name, command in work.items():
        with tempfile.TemporaryDirectory() as folder:
            cpu, memory = measured(*command, folder)
            written = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 1e6
        usual = usual or cpu
        days = 300 if "30" in name else 9
        ratio = f"{usual / 9 / (cpu / days):.1f} x"
        print(f"| `{name}` | {cpu:.2f} | {ratio} | {memory:.0f} | {written:.1f} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["usual-way"]:
        usual_way(3, 25, Path(sys.argv[2]))
    else:
        main()
