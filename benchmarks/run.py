"""Runs the benchmarks, all or those named, one after the other: `make bench`, `make bench ARGS="generate streaming"`.

A benchmark is a script in this folder that can be run and prints its tables; helpers of one end in `_worker.py`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def benchmarks() -> dict[str, Path]:
    """The scripts by name."""
    scripts = (path for path in sorted(HERE.glob("*.py")) if path.name != "run.py")
    runnable = (path for path in scripts if '\nif __name__ == "__main__":' in path.read_text("utf-8"))
    return {path.stem: path for path in runnable if not path.stem.endswith("_worker")}


def main(names: list[str]) -> int:
    """Prints each benchmark's tables under its name; 1 if one of them failed, 2 for a name that there is not."""
    there = benchmarks()
    if unknown := [name for name in names if name not in there]:
        print(f"No benchmark {unknown[0]!r}; there are {', '.join(there)}.", file=sys.stderr)
        return 2
    failed = 0
    for name in names or there:
        print(f"\n## {name}\n", flush=True)
        failed |= subprocess.run([sys.executable, str(there[name])], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
