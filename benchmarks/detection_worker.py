"""PyOD's HBOS and IForest on windows: run in PyOD's own environment by detection.py, `detection_worker.py IN OUT`."""

import sys
import warnings

import numpy as np
from pyod.models.hbos import HBOS  # type: ignore[import-not-found]
from pyod.models.iforest import IForest  # type: ignore[import-not-found]


def main(given: str, taken: str) -> None:
    """Fits each detector to the clean windows of each profile's homes; how odd it finds the windows under test."""
    warnings.simplefilter("ignore")
    out = {}
    with np.load(given) as arrays:
        for name in sorted(key.removeprefix("clean ") for key in arrays if key.startswith("clean ")):
            clean = arrays[f"clean {name}"]
            for label, model in (("HBOS", HBOS(n_bins=200)), ("IForest", IForest(random_state=0))):
                model.fit(clean)
                for key in arrays:
                    if key.startswith(f"test {name} "):
                        kind = key.removeprefix(f"test {name} ")
                        out[f"{label} {name} {kind}"] = model.decision_function(arrays[key]).astype(np.float32)
    np.savez(taken, **out)


if __name__ == "__main__":
    main(*sys.argv[1:])
