"""Examples run as they stand."""

import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def test_somebodys_detector_is_scored_beside_the_judge(capsys: pytest.CaptureFixture[str]) -> None:
    there = runpy.run_path(str(EXAMPLES / "score_my_detector.py"))
    mine, judge = capsys.readouterr().out.split("## judge")
    assert "| kind | episodes | found |" in mine
    assert "| kind | episodes | found |" in judge
    score = there["wl"].score
    ends = there["INTERVAL"], there["start"], there["end"]
    found = [score(there["labels"], {"time": there[name]()}, *ends) for name in ("mine", "judge")]
    hits = [sum(kind.hits for kind in each.kinds.values()) for each in found]
    assert hits[1] > hits[0] > 0
