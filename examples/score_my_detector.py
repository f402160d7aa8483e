"""Scores your own detector on labelled days, window by window, beside Wattloom's judge.

Replace `mine` by your detector. It sees what the meters reported, and clean days to learn from; it gives the start of
each window that it would not believe.
"""

import numpy as np

import wattloom as wl
from wattloom import faults
from wattloom.quality import Judge

INTERVAL, DAYS = 15, 3
home = wl.household("A", seed=7)
plan = faults.plan("rare")
start = home.calendar.midnight(home.calendar.day(1_777_573_800))
end = start + DAYS * 86_400
rows = faults.reported(home, plan, start, end)
clean = home.truth(start - 7 * 86_400, start)


def mine() -> list[int]:
    """A first idea: no reading may be absent, below zero, or higher than in the clean week."""
    most = clean.watts.max(axis=1, keepdims=True)
    bad = ((rows.watts < 0) | (rows.watts > most)).any(axis=0)
    windows = (rows.arrival - start) // INTERVAL
    came = np.bincount(windows, minlength=(end - start) // INTERVAL)
    return [start + INTERVAL * int(k) for k in np.union1d(windows[bad], np.flatnonzero(came == 0))]


def judge() -> list[int]:
    """Wattloom's own."""
    windows = (rows.arrival - start) // INTERVAL
    came = np.bincount(windows, minlength=(end - start) // INTERVAL)
    bad = (Judge(home).flags(rows) != 0).any(axis=0)
    return [start + INTERVAL * int(k) for k in np.union1d(windows[bad], np.flatnonzero(came < INTERVAL))]


labels = faults.labels(home, plan, start, end)
for name, detector in (("mine", mine), ("judge", judge)):
    print(f"## {name}\n\n{wl.score(labels, {'time': detector()}, INTERVAL, start, end)}\n")
