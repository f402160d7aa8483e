"""Staging: files are written beside their place and renamed into it at the end, all of them or none."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from wattloom.errors import Refusal


class Staging:
    """A context in which files for the folder `out` are written; `commit` puts them there.

    Left without `commit` (an error, Ctrl-C, a signal that raises), nothing is there that was not there before.
    A file that exists is refused when it is asked for, unless `force` says to replace it.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Staging(Path(folder) / "new", force=False) as staging:
    ...         _ = staging.path("a/b.txt").write_text("done")
    ...         done = staging.commit()
    ...     (Path(folder) / "new/a/b.txt").read_text()
    'done'
    """

    def __init__(self, out: Path, force: bool) -> None:
        self._out = out
        self._force = force
        self._made: list[Path] = []
        self._names: list[str] = []

    def __enter__(self) -> Self:
        if self._out.exists() and not self._out.is_dir():
            raise Refusal(f"{self._out} is not a folder.")
        self._make(self._out)
        self._folder = Path(tempfile.mkdtemp(prefix=".wattloom-", dir=self._out))
        return self

    def path(self, name: str) -> Path:
        """Where to write the file that will be `out/name`."""
        if (self._out / name).exists() and not self._force:
            raise Refusal(f"{self._out / name} exists; choose another folder or replace it with --force.")
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._names.append(name)
        return path

    def commit(self) -> list[Path]:
        """Renames every file into its place and gives the places."""
        for name in self._names:
            target = self._out / name
            self._make(target.parent)
            (self._folder / name).replace(target)
        self._made.clear()
        return [self._out / name for name in self._names]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        for folder in reversed(self._made):
            if not any(folder.iterdir()):
                folder.rmdir()

    def _make(self, folder: Path) -> None:
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        self._made += reversed(missing)
