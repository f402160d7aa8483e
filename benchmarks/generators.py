"""Household-days per second: Wattloom at one second beside public generators at one minute, on one core.

Run as `python benchmarks/generators.py`. The public generators live in an environment of their own
(`build/generators`, made at the first run), because their pins must not touch ours.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from realism_homes import Floats, Home

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = Path(os.environ.get("WATTLOOM_GENERATORS", ROOT / "build" / "generators"))
PINS = {"rampdemand": "0.5.2", "richardsonpy": "0.2.3"}


@dataclass(frozen=True)
class Speed:
    """How fast one generator works: CPU seconds per household-day and how many numbers it holds."""

    name: str
    seconds: float
    values: int


def public(name: str, homes: int, days: int) -> tuple[Floats, float]:
    """1-minute means (homes, days * 1440) of a public generator and the CPU seconds that one household-day took."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        pins = [f"{package}=={version}" for package, version in PINS.items()]
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pins]
        subprocess.run(command, check=True)
    worker = Path(__file__).with_name("generators_worker.py")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.npz"
        command = [str(python), str(worker), name, str(homes), str(days), str(out)]
        # Threads of the linear algebra would count as more than one core; none of the generators needs them.
        one_core = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
        subprocess.run(command, check=True, capture_output=True, env=one_core)
        with np.load(out) as found:
            return np.asarray(found["watts"], float), float(found["seconds"])


def public_homes(name: str, homes: int = 4, days: int = 28) -> list[Home]:
    """Homes of a public generator for the realism suites; Overall alone, by the minute."""
    watts, _ = public(name, homes, days)
    weekday = np.arange(days) % 7
    return [Home(f"{name} {k}", False, 60, {"Overall": w}, {"Overall": w}, weekday) for k, w in enumerate(watts)]


def wattloom(name: str, days: int, seed: int = 0) -> Speed:
    """Household `name`, `days` days in sequence, three meters every second."""
    from wattloom.household import household

    source = household(name, seed=seed)
    first = source.calendar.midnight(date(2026, 5, 1))
    source.truth(first - 86_400, first)  # the tables and the library are loaded beside the first request
    begin = time.process_time()
    for day in range(days):
        source.truth(first + day * 86_400, first + (day + 1) * 86_400)
    return Speed(f"Wattloom {name}", (time.process_time() - begin) / days, 3 * 86_400)


def speeds(days: int = 112) -> list[Speed]:
    """All generators, the fastest first."""
    found = [wattloom(name, days) for name in ("A", "B", "C")]
    for name in PINS:
        watts, seconds = public(name, 2, 28)
        found.append(Speed(name, seconds, watts.shape[1] // 28))
    return sorted(found, key=lambda speed: speed.seconds)


def report(found: list[Speed]) -> str:
    """The table in Markdown."""
    lines = [
        "| generator | numbers per household-day | household-days per second | CPU ms per household-day |",
        "| --- | ---: | ---: | ---: |",
    ]
    lines += [f"| {s.name} | {s.values:,} | {1 / s.seconds:,.1f} | {1000 * s.seconds:,.2f} |" for s in found]
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(speeds()))
