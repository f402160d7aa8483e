"""Either every file is in its place, or nothing is there that was not there before."""

from pathlib import Path

import pytest

from wattloom.errors import Refusal
from wattloom.staging import Staging


def everything(folder: Path) -> dict[str, str | None]:
    return {str(p.relative_to(folder)): p.read_text() if p.is_file() else None for p in sorted(folder.rglob("*"))}


def test_files_appear_at_the_commit_and_not_before(tmp_path: Path) -> None:
    with Staging(tmp_path / "out", force=False) as staging:
        staging.path("a.txt").write_text("a")
        staging.path("deep/er/b.txt").write_text("b")
        assert not (tmp_path / "out/a.txt").exists()
        assert staging.commit() == [tmp_path / "out/a.txt", tmp_path / "out/deep/er/b.txt"]
    assert everything(tmp_path / "out") == {"a.txt": "a", "deep": None, "deep/er": None, "deep/er/b.txt": "b"}


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, OSError, Refusal])
def test_whatever_goes_wrong_nothing_is_left(tmp_path: Path, error: type[BaseException]) -> None:
    def fails(staging: Staging) -> None:
        staging.path("side/a.txt").write_text("half")
        raise error("it went wrong")

    before = everything(tmp_path)
    with pytest.raises(error), Staging(tmp_path / "new/deep", force=True) as staging:
        fails(staging)
    assert everything(tmp_path) == before


def test_what_exists_is_replaced_only_by_force(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(Refusal, match=r"a\.txt exists; .*--force"), Staging(tmp_path, force=False) as staging:
        staging.path("a.txt")
    assert everything(tmp_path) == {"a.txt": "old"}
    with Staging(tmp_path, force=True) as staging:
        staging.path("a.txt").write_text("new")
        assert (tmp_path / "a.txt").read_text() == "old"
        staging.commit()
    assert everything(tmp_path) == {"a.txt": "new"}


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for out in ("file", "file/below"):
        with pytest.raises((Refusal, OSError)), Staging(tmp_path / out, force=True):
            pass
