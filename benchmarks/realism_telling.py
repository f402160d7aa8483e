"""Can a classifier tell synthetic homes from measured ones that it has not seen, and by what? And how new are they?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.metrics import roc_auc_score

from realism_homes import Floats, Home
from realism_windows import table

#: What is left out of a synthetic home so that it has the same meters' loads as the measured home beside it.
ALIKE = {"France": ("AC",), "UK": ("AC", "Geyser")}


@dataclass(frozen=True)
class Windows:
    """One home's windows: figures (windows, figures), and whether it is measured."""

    home: str
    measured: bool
    values: Floats


@dataclass(frozen=True)
class Telling:
    """The outcome of one split: area under the curve on unseen homes, and importance per figure (fall of the area)."""

    split: str
    auc: float
    importance: Floats


@dataclass(frozen=True)
class Difference:
    """One figure on both sides: P(synthetic window > measured window) per measured home, and the medians."""

    figure: str
    above: dict[str, float]
    measured: dict[str, float]
    synthetic: dict[str, float]

    @property
    def weight(self) -> float:
        """How far all measured homes lie on the same side: 0 where they disagree, 0.5 where nothing overlaps."""
        sides = [share - 0.5 for share in self.above.values()]
        return min(map(abs, sides)) if all(s > 0 for s in sides) or all(s < 0 for s in sides) else 0.0


def describe_homes(homes: Sequence[Home], without: tuple[str, ...] = ()) -> tuple[list[str], list[Windows]]:
    """The figures' names and every home's windows, of Overall less the meters in `without`."""
    names: list[str] = []
    result = []
    for home in homes:
        names, values = table(home.without(*without))
        result.append(Windows(home.name, home.measured, values))
    return names, result


def forest(train: Sequence[Windows], seed: int = 0) -> ExtraTreesClassifier:
    """Extra trees that learn synthetic (1) against measured (0); each home weighs the same within its side."""
    values = np.concatenate([w.values for w in train])
    label = np.concatenate([np.full(len(w.values), not w.measured, int) for w in train])
    sides = [sum(w.measured == side for w in train) for side in (False, True)]
    weight = np.concatenate([np.full(len(w.values), 1 / len(w.values) / sides[w.measured]) for w in train])
    trees = ExtraTreesClassifier(n_estimators=200, min_samples_leaf=3, n_jobs=2, random_state=seed)
    return trees.fit(values, label, sample_weight=weight * len(label))


def ask(split: str, train: Sequence[Windows], test: Sequence[Windows], why: bool = True) -> Telling:
    """Train on some homes and ask about others; the same number of windows of every side counts."""
    trees = forest(train)
    values = np.concatenate([w.values for w in test])
    label = np.concatenate([np.full(len(w.values), not w.measured, int) for w in test])
    auc = float(roc_auc_score(label, trees.predict_proba(values)[:, 1]))
    importance = auc - permuted(trees, values, label) if why else np.zeros(values.shape[1])
    return Telling(split, auc, importance)


def permuted(trees: ExtraTreesClassifier, values: Floats, label: NDArray[np.int64]) -> Floats:
    """The area under the curve when one figure after the other is shuffled among the windows, (figures,)."""
    order = np.random.default_rng(0).permutation(len(values))
    count = values.shape[1]
    shuffled = np.repeat(values[None], count, axis=0)
    for k in range(count):
        shuffled[k, :, k] = values[order, k]
    chance = trees.predict_proba(shuffled.reshape(-1, count))[:, 1].reshape(count, -1)
    return np.array([roc_auc_score(label, row) for row in chance])


def halves(synthetic: Sequence[Windows]) -> list[tuple[list[Windows], list[Windows]]]:
    """Synthetic homes to learn and unseen ones to be asked about, both ways round."""
    one, other = list(synthetic[::2]), list(synthetic[1::2])
    return [(one, other), (other, one)]


def across_homes(pairs: Sequence[tuple[Windows, Sequence[Windows]]], why: bool = True) -> list[Telling]:
    """Leave one measured home out: learn another one against some synthetic homes, be asked about it and unseen ones.

    `pairs`: each measured home with the synthetic homes that are alike it (the same homes in the same order).
    """
    found = []
    for k, (asked, alike) in enumerate(pairs):
        for j, (_, unseen) in enumerate(halves(alike)):
            train: list[Windows] = []
            for i, (known, others) in enumerate(pairs):
                if i != k:
                    train += [known, *halves(others)[j][0]]
            found.append(ask(f"never seen: {asked.home}", train, [asked, *unseen], why))
    return found


def within_homes(pairs: Sequence[tuple[Windows, Sequence[Windows]]], why: bool = True) -> list[Telling]:
    """Split by days: learn the first half of every measured home, be asked about its second half and unseen homes."""
    found = []
    for first in (True, False):
        train: list[Windows] = []
        test: list[Windows] = []
        for known, alike in pairs:
            early, late = _days(known)
            learnt, unseen = halves(alike)[0 if first else 1]
            train += [early if first else late, *learnt]
            test += [late if first else early, *unseen]
        found.append(ask("other days of seen homes", train, test, why))
    return found


def one_among(home: int, homes: Sequence[Windows]) -> float:
    """The yardstick: how well the trees know one home of `homes` by its other days, with the rest as 'synthetic'."""
    chosen = homes[home]
    early, late = (Windows(w.home, True, w.values) for w in _days(chosen))
    rest = [Windows(w.home, False, w.values) for k, w in enumerate(homes) if k != home]
    learnt, unseen = rest[::2], rest[1::2]
    return ask("yardstick", [early, *learnt], [late, *unseen], why=False).auc


def differences(names: Sequence[str], pairs: Sequence[tuple[Windows, Sequence[Windows]]]) -> list[Difference]:
    """Every figure compared on its own, those that set all measured homes on the same side first."""
    found = []
    for k, name in enumerate(names):
        above, measured, synthetic = {}, {}, {}
        for real, alike in pairs:
            made = np.concatenate([w.values[:, k] for w in alike])
            above[real.home] = exceeds(made, real.values[:, k])
            measured[real.home] = float(np.median(real.values[:, k]))
            synthetic[real.home] = float(np.median(made))
        found.append(Difference(name, above, measured, synthetic))
    return sorted(found, key=lambda d: -d.weight)


def exceeds(a: Floats, b: Floats) -> float:
    """P(a > b) + P(a = b) / 2 for independent draws.

    >>> exceeds(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    0.75
    """
    ordered = np.sort(b)
    below = np.searchsorted(ordered, a, "left") + np.searchsorted(ordered, a, "right")
    return float(below.mean() / 2 / len(b))


def novelty(pairs: Sequence[tuple[Windows, Sequence[Windows]]]) -> float:
    """Are synthetic homes as far from measured ones as these are from one another? 0.5: as new as one more real home.

    The windows of the measured homes but one are the known world. P(a synthetic window is farther from its nearest
    known window than a window of the home left out is), averaged over the homes left out; the synthetic homes are
    stripped of the meters that the home left out lacks. Distance: Euclidean over the figures in standard deviations of
    all measured windows (cut at 6, so that no figure with a heavy tail decides alone), mean of the three nearest.
    """
    measured = np.concatenate([real.values for real, _ in pairs])
    centre, spread = np.median(measured, axis=0), measured.std(axis=0)
    spread[spread == 0] = 1.0

    def place(values: Floats) -> Floats:
        scaled: Floats = np.clip((values - centre) / spread, -6.0, 6.0)
        return scaled

    shares = []
    for k, (left, alike) in enumerate(pairs):
        world = place(np.concatenate([real.values for i, (real, _) in enumerate(pairs) if i != k]))
        apart = _nearest(place(left.values), world)
        shares += [exceeds(_nearest(place(w.values), world), apart) for w in alike]
    return float(np.mean(shares))


def _nearest(asked: Floats, world: Floats) -> Floats:
    square: NDArray[np.float64] = ((asked[:, None, :] - world[None, :, :]) ** 2).sum(axis=2)
    nearest: Floats = np.sqrt(np.sort(square, axis=1)[:, :3]).mean(axis=1)
    return nearest


def _days(windows: Windows) -> tuple[Windows, Windows]:
    middle = len(windows.values) // 2
    one, other = windows.values[: middle - 1], windows.values[middle + 1 :]
    return Windows(windows.home, windows.measured, one), Windows(windows.home, windows.measured, other)
