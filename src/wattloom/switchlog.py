"""The log of switches: an append-only file that all workers share, and what each of them knows of it."""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
import threading
import time
from pathlib import Path
from typing import Final

from wattloom.errors import Refusal
from wattloom.source import Source
from wattloom.switches import FOREVER, Board, Entry, Offs

#: Keeps the log in memory alone: for one worker, and gone with it.
MEMORY: Final = ":memory:"
#: Seconds between two looks for what others wrote. An entry holds from the next whole second on and no window that it
#: touches is sent before the second after that, so whoever sends one knows the entry.
LOOK: Final = 0.2
#: Seconds after which a log that could not be read is tried again; s that a writer waits for another.
AGAIN, PATIENCE = 5.0, 2.0
#: Marks a file as ours ("Watt").
_APPLICATION: Final = 0x57617474
_SCHEMA: Final = (
    f"PRAGMA application_id = {_APPLICATION}",
    """CREATE TABLE switches (
        number INTEGER PRIMARY KEY AUTOINCREMENT, seed INTEGER NOT NULL, household TEXT NOT NULL, meter TEXT NOT NULL,
        made REAL NOT NULL, begin INTEGER NOT NULL, until INTEGER NOT NULL, who TEXT NOT NULL)""",
    "CREATE TRIGGER no_update BEFORE UPDATE ON switches BEGIN SELECT raise(ABORT, 'the log is append-only'); END",
    "CREATE TRIGGER no_delete BEFORE DELETE ON switches BEGIN SELECT raise(ABORT, 'the log is append-only'); END",
)
_COLUMNS: Final = "number, seed, household, meter, made, begin, until, who"

log = logging.getLogger("wattloom.switches")


class Unavailable(Refusal):
    """The log cannot be read or written just now."""


class NothingOff(Refusal):
    """There is nothing to undo."""


def default_path() -> str:
    """Where the log is kept if nobody says otherwise: in the user's state folder."""
    if folder := os.environ.get("XDG_STATE_HOME"):
        return str(Path(folder) / "wattloom" / "switches.db")
    if sys.platform == "win32" and (folder := os.environ.get("LOCALAPPDATA")):
        return str(Path(folder) / "wattloom" / "switches.db")
    try:
        return str(Path("~/.local/state/wattloom/switches.db").expanduser())
    except RuntimeError:  # a user without a home
        return MEMORY


class SwitchLog:
    """What people switched off, in a SQLite file; `path` may be `:memory:`. Any thread; not over a fork once used.

    The file is made by the first entry. A file that is deleted is forgotten, one that cannot be read leaves what was
    known of it; both are said once in the server's log, and nothing that only reads ever fails.

    >>> from wattloom.household import household
    >>> kept, home = SwitchLog(MEMORY), household("A")
    >>> entry = kept.switch_off(home, "AC", 1800, "Ada", now=99.25)
    >>> entry.begin, kept.off(home, 0, 3600)
    (100, (Off(meter='AC', begin=100, end=1900, until=1900, by='Ada'),))
    >>> kept.undo(home, "AC", "Bob", now=159.5).begin, kept.off(home, 160, 3600)
    (160, ())
    """

    def __init__(self, path: str = "") -> None:
        self.path = path or default_path()
        self._boards: dict[tuple[int, str], Board] = {}
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._version, self._number = -1, 0
        self._looked = self._again = float("-inf")
        self._trouble = ""
        self._lock = threading.Lock()

    def __del__(self) -> None:
        self._close()

    def off(self, source: Source, start: int, end: int) -> Offs:
        """What of a household is off at some time in [start, end)."""
        self.look()
        board = self._boards.get((source.seed, source.name))
        return board.during(start, end) if board else ()

    def entries(self, source: Source) -> list[Entry]:
        """All that was done to a household, the oldest first."""
        self.look(at_once=True)
        board = self._boards.get((source.seed, source.name))
        return list(board.entries) if board else []

    def switch_off(self, source: Source, meter: str, seconds: int, by: str, now: float | None = None) -> Entry:
        """Switch off from the next whole second on, for so long; replaces what is in force."""
        return self._write(source, meter, seconds, by, now)

    def undo(self, source: Source, meter: str, by: str, now: float | None = None) -> Entry:
        """Switch on again from the next whole second on; NothingOff if it is."""
        return self._write(source, meter, 0, by, now)

    def look(self, at_once: bool = False) -> None:
        """Learn what others wrote, if the last look is a while ago; never fails, and waits only if `at_once`."""
        now = time.monotonic()
        if now - self._looked < LOOK and not at_once:
            return
        if not self._lock.acquire(blocking=at_once):
            return  # this process is writing, and reads the log as it does
        try:
            self._looked = now
            if now >= self._again and (connection := self._open(create=self.path == MEMORY)) is not None:
                self._read(connection)
        except (sqlite3.Error, OSError) as error:
            self._broken(error)
        finally:
            self._lock.release()

    def _write(self, source: Source, meter: str, seconds: int, by: str, now: float | None) -> Entry:
        with self._lock:
            try:
                connection = self._open(create=True)
                assert connection is not None
                connection.execute("BEGIN IMMEDIATE")
                try:
                    self._read(connection)
                    entry = self._insert(connection, source, meter, seconds, by, time.time() if now is None else now)
                    connection.execute("COMMIT")
                except BaseException:
                    connection.execute("ROLLBACK")
                    raise
                self._take(self._boards, source.seed, source.name, entry)
            except (sqlite3.Error, OSError) as error:
                self._broken(error)
                raise Unavailable("Switches cannot be kept just now; the server's log says why.") from error
            return entry

    def _insert(
        self, connection: sqlite3.Connection, source: Source, meter: str, seconds: int, by: str, now: float
    ) -> Entry:
        begin = int(now // 1) + 1
        board = self._boards.get((source.seed, source.name), Board())
        if not seconds and not any(off.meter == meter for off in board.during(begin, FOREVER)):
            raise NothingOff(f"{meter} of {source.name} is not switched off.")
        values = source.seed, source.name, meter, now, begin, begin + seconds, by
        row = connection.execute(f"INSERT INTO switches VALUES (NULL{', ?' * len(values)})", values)
        assert row.lastrowid is not None
        return Entry(row.lastrowid, meter, now, begin, begin + seconds, by)

    def _read(self, connection: sqlite3.Connection) -> None:
        """Take what is new in the file."""
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return
        boards = self._boards if self._number else {}
        rows = connection.execute(f"SELECT {_COLUMNS} FROM switches WHERE number > ? ORDER BY 1", [self._number])
        for number, seed, household, *rest in rows:
            self._take(boards, seed, household, Entry(number, *rest))
        self._boards, self._version = boards, version

    def _take(self, boards: dict[tuple[int, str], Board], seed: int, household: str, entry: Entry) -> None:
        boards.setdefault((seed, household), Board()).take(entry)
        self._number = entry.number

    def _open(self, create: bool) -> sqlite3.Connection | None:
        """The connection to the file that is there now; None where there is none."""
        file = self._identity()
        if self._connection is not None and file == self._file:
            return self._connection
        if self._connection is not None:
            log.warning("switches.gone path=%s: the log was deleted; what it had switched off is on again", self.path)
            self._close()
            self._boards = {}
        if file is None:
            self._boards = {}
            if not create:
                return None
        connection = _connect(self.path, create)
        if connection is not None:
            self._connection, self._file, self._trouble = connection, self._identity(), ""
        return connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._version, self._number = None, -1, 0

    def _identity(self) -> tuple[int, int] | None:
        """Which file is there now."""
        if self.path == MEMORY:
            return 0, 0
        try:
            found = Path(self.path).stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    def _broken(self, error: sqlite3.Error | OSError) -> None:
        """Say once what is wrong, go on with what is known, and try again later."""
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            log.warning("switches.busy path=%s: another process has held the log for %g s", self.path, PATIENCE)
            return
        self._close()
        self._again = time.monotonic() + AGAIN
        if str(error) != self._trouble:
            self._trouble = str(error)
            log.error(
                "switches.broken path=%s reason=%r: nothing can be switched, streams go on; "
                "delete or replace the file, or choose another one with --state",
                self.path,
                self._trouble,
            )


def _connect(path: str, create: bool) -> sqlite3.Connection | None:
    """A connection to a log; None where the file is empty yet. An error where it is something else."""
    if create and path != MEMORY:
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        if create:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and application != _APPLICATION:
            raise sqlite3.DatabaseError("it is a database of another program")
        if create:
            for statement in () if tables else _SCHEMA:
                connection.execute(statement)
            connection.execute("COMMIT")
        elif not tables:
            connection.close()
            return None
        connection.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection
