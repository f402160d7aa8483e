"""The log of switches: shared, append-only, and never in the way of a stream."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from wattloom import switchlog
from wattloom.houses import Houses
from wattloom.switches import FOREVER, Offs
from wattloom.switchlog import MEMORY, NothingOff, SwitchLog, Unavailable, default_path

HOME, OTHER = Houses().get("A"), Houses().get("A/17")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "switches.db"


def all_of(log: SwitchLog) -> Offs:
    log.look(at_once=True)
    return log.off(HOME, 0, FOREVER)


def soon(log: SwitchLog, count: int, seconds: float = 1.0) -> Offs:
    """What is off as a stream sees it, asking as it does, until there are so many or the time is over."""
    end = time.monotonic() + seconds
    while len(found := log.off(HOME, 0, FOREVER)) != count and time.monotonic() < end:
        time.sleep(0.01)
    return found


@pytest.mark.parametrize("where", [MEMORY, "file"])
def test_off_replaced_and_undone(where: str, path: Path) -> None:
    log = SwitchLog(where if where == MEMORY else str(path))
    assert all_of(log) == ()
    first = log.switch_off(HOME, "AC", 1800, "Ada", now=1000.0)
    assert (first.begin, first.until) == (1001, 2801)
    log.switch_off(HOME, "Geyser", 60, "Bob", now=1010.5)
    log.switch_off(HOME, "AC", 900, "Cem", now=1100.2)
    assert log.undo(HOME, "AC", "Dee", now=1200.9).begin == 1201
    assert [(off.meter, off.begin, off.end, off.by) for off in all_of(log)] == [
        ("AC", 1001, 1101, "Ada"),
        ("AC", 1101, 1201, "Cem"),
        ("Geyser", 1011, 1071, "Bob"),
    ]
    assert log.off(OTHER, 0, FOREVER) == ()
    with pytest.raises(NothingOff, match=r"^AC of A is not switched off\.$"):
        log.undo(HOME, "AC", "Dee", now=1300.0)
    with pytest.raises(NothingOff):
        log.undo(HOME, "Geyser", "Dee", now=1071.0)  # over by itself
    with pytest.raises(NothingOff):
        log.undo(OTHER, "AC", "Dee", now=1300.0)
    assert [entry.number for entry in log.entries(HOME)] == [1, 2, 3, 4]


def test_an_undo_in_the_same_second_leaves_nothing(path: Path) -> None:
    log = SwitchLog(str(path))
    log.switch_off(HOME, "AC", 1800, "Ada", now=1000.1)
    log.undo(HOME, "AC", "Ada", now=1000.8)
    assert all_of(log) == ()


def test_reading_makes_no_file(path: Path) -> None:
    assert all_of(SwitchLog(str(path))) == ()
    assert not path.parent.exists()


def test_another_worker_follows_within_a_second(path: Path) -> None:
    here, there = SwitchLog(str(path)), SwitchLog(str(path))
    assert soon(there, 0) == ()
    for count in range(1, 6):
        here.switch_off(HOME, "AC", 10, "Ada", now=1000.0 * count)
        assert len(soon(there, count)) == count
    there.switch_off(HOME, "Geyser", 10, "Bob", now=9000.0)
    assert soon(here, 6) == soon(there, 6)
    assert here.entries(HOME) == there.entries(HOME)


def test_a_restart_remembers(path: Path) -> None:
    before = SwitchLog(str(path))
    before.switch_off(HOME, "AC", 1800, "Ada")
    assert all_of(SwitchLog(str(path))) == all_of(before) != ()


def test_worlds_of_other_seeds_are_other_houses(path: Path) -> None:
    log = SwitchLog(str(path))
    log.switch_off(HOME, "AC", 1800, "Ada")
    assert log.off(Houses(seed=1).get("A"), 0, FOREVER) == ()


def test_kill_9_after_the_write_keeps_it_and_before_leaves_nothing(path: Path) -> None:
    program = """
        import os, signal, sys
        from wattloom.household import household
        from wattloom.switchlog import SwitchLog
        log = SwitchLog(sys.argv[1])
        if sys.argv[2] == "before":
            insert = log._insert
            def dies(*values):
                insert(*values)
                os.kill(os.getpid(), signal.SIGKILL)
            log._insert = dies
        log.switch_off(household("A"), "AC", 1800, "Ada")
        os.kill(os.getpid(), signal.SIGKILL)
    """
    for when, count in (("before", 0), ("after", 1), ("before", 1), ("after", 2)):
        command = [sys.executable, "-c", textwrap.dedent(program), str(path), when]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert len(SwitchLog(str(path)).entries(HOME)) == count
    SwitchLog(str(path)).undo(HOME, "AC", "Bob")


def test_a_thousand_switches_of_many_writers(path: Path) -> None:
    """Four workers at once: none is lost, all see the same in the same order, and the last word holds."""
    logs = [SwitchLog(str(path)) for _ in range(4)]

    def work(log: SwitchLog, name: str) -> None:
        for i in range(250):
            log.switch_off(HOME, ("AC", "Geyser")[i % 2], 60, f"{name} {i}", now=1000.0 + i / 4)

    threads = [threading.Thread(target=work, args=(log, str(k))) for k, log in enumerate(logs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = [log.entries(HOME) for log in [*logs, SwitchLog(str(path))]]
    assert [entry.number for entry in seen[0]] == list(range(1, 1001))
    assert all(entries == seen[0] for entries in seen)
    assert len({entry.by for entry in seen[0]}) == 1000


def test_the_log_is_append_only(path: Path) -> None:
    SwitchLog(str(path)).switch_off(HOME, "AC", 60, "Ada")
    connection = sqlite3.connect(path)
    for statement in ("DELETE FROM switches", "UPDATE switches SET until = 0"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()


def test_a_log_that_is_deleted_is_said_once_and_begun_anew(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    here, there = SwitchLog(str(path)), SwitchLog(str(path))
    here.switch_off(HOME, "AC", 1800, "Ada")
    assert soon(there, 1) == soon(here, 1) != ()
    for file in path.parent.iterdir():
        file.unlink()
    caplog.clear()
    assert soon(here, 0) == soon(there, 0) == ()
    assert [record.message.split()[0] for record in caplog.records] == ["switches.gone"] * 2
    here.switch_off(HOME, "Geyser", 1800, "Bob")
    assert [off.by for off in soon(there, 1)] == ["Bob"]
    assert len(caplog.records) == 2


def test_a_log_that_is_replaced_is_read_anew(path: Path, tmp_path: Path) -> None:
    log, other = SwitchLog(str(path)), SwitchLog(str(tmp_path / "other.db"))
    log.switch_off(HOME, "AC", 1800, "Ada")
    other.switch_off(HOME, "Geyser", 1800, "Bob")
    other._close()
    (tmp_path / "other.db").replace(path)
    for rest in path.parent.glob("*.db-*"):
        rest.unlink()
    assert [off.by for off in all_of(log)] == ["Bob"]


@pytest.mark.parametrize("content", [b"not a database, but long enough to be taken for one" * 100, b"\0" * 4096])
def test_a_log_that_cannot_be_read_is_said_once(path: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    log = SwitchLog(str(path))
    for _ in range(3):
        log._again = float("-inf")
        assert all_of(log) == ()
    with pytest.raises(Unavailable, match="cannot be kept just now"):
        log.switch_off(HOME, "AC", 60, "Ada")
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert all(words in record.message for words in (str(path), "streams go on", "--state"))
    assert path.read_bytes() == content
    path.unlink()
    log.switch_off(HOME, "AC", 60, "Ada")
    assert len(all_of(log)) == 1


def test_a_log_that_breaks_leaves_what_was_known(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switchlog, "AGAIN", 0.0)
    log = SwitchLog(str(path))
    log.switch_off(HOME, "AC", 1800, "Ada")
    known = all_of(log)
    log._close()
    with path.open("r+b") as file:
        file.write(b"garbage" * 2000)
    for rest in path.parent.glob("*.db-*"):
        rest.unlink()
    for _ in range(3):
        assert all_of(log) == known
    assert [record.message.split()[0] for record in caplog.records] == ["switches.broken"]


def test_the_database_of_another_program_is_left_alone(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    log = SwitchLog(str(path))
    assert all_of(log) == ()
    with pytest.raises(Unavailable):
        log.switch_off(HOME, "AC", 60, "Ada")
    assert "another program" in caplog.text
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]
    connection.close()
    assert before[:16] == path.read_bytes()[:16]


def test_a_place_where_nothing_can_be_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    log = SwitchLog(str(tmp_path / "file" / "switches.db"))
    assert all_of(log) == ()
    with pytest.raises(Unavailable):
        log.switch_off(HOME, "AC", 60, "Ada")
    assert "switches.broken" in caplog.text


def test_who_holds_the_log_too_long_does_not_hold_the_streams(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switchlog, "PATIENCE", 0.05)
    log = SwitchLog(str(path))
    log.switch_off(HOME, "AC", 1800, "Ada")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        log.switch_off(HOME, "AC", 60, "Bob")
    assert len(soon(log, 1)) == 1
    assert "switches.busy" in caplog.text
    holder.execute("ROLLBACK")
    holder.close()
    log.undo(HOME, "AC", "Bob")


def test_a_stream_does_not_wait_for_a_write(path: Path) -> None:
    log = SwitchLog(str(path))
    log.switch_off(HOME, "AC", 1800, "Ada")
    with log._lock:  # a write that lasts
        log._looked = float("-inf")
        assert len(log.off(HOME, 0, FOREVER)) == 1


def test_where_the_log_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert Path(default_path()) == tmp_path / "wattloom" / "switches.db"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    if sys.platform != "win32":
        assert Path(default_path()) == tmp_path / ".local" / "state" / "wattloom" / "switches.db"
    assert SwitchLog().path == default_path()
    assert os.fspath(SwitchLog(MEMORY).path) == MEMORY
