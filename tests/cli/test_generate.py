"""`wattloom generate` as a user meets it: files or one line, never half a file."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from wattloom.cli import main

WATTLOOM = str(Path(sys.executable).with_name("wattloom"))


def run(*arguments: str | Path, limit: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    command = [WATTLOOM, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, preexec_fn=limit)


def left_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_three_files_and_one_line(tmp_path: Path) -> None:
    done = run("generate", "--days", "1", "--households", "A", "--out", tmp_path / "data")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("3 files, ")
    assert len(done.stdout.splitlines()) == 1
    assert left_in(tmp_path / "data") == [
        "labels.csv",
        "realistic_fake_energy_data_with_errors.csv",
        "realistic_fake_energy_data_without_errors.csv",
    ]


def test_the_same_command_gives_the_same_bytes(tmp_path: Path) -> None:
    for out in ("one", "two"):
        assert main(["generate", "--days", "1", "--households", "B", "--out", str(tmp_path / out)]) == 0
    for name in left_in(tmp_path / "one"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_seed_is_another_world(tmp_path: Path) -> None:
    for seed in ("0", "1"):
        assert (
            main(["generate", "--days", "1", "--households", "B", "--seed", seed, "--out", str(tmp_path / seed)]) == 0
        )
    name = "realistic_fake_energy_data_without_errors.csv"
    assert (tmp_path / "0" / name).read_bytes() != (tmp_path / "1" / name).read_bytes()


def test_errors_every_is_the_plan_of_that_name(tmp_path: Path) -> None:
    base = ["generate", "--days", "1", "--households", "classic-a", "--out"]
    assert main([*base, str(tmp_path / "a"), "--errors-every", "50"]) == 0
    assert main([*base, str(tmp_path / "b"), "--faults", "every-50"]) == 0
    assert (tmp_path / "a/labels.csv").read_bytes() == (tmp_path / "b/labels.csv").read_bytes()
    assert main([*base, str(tmp_path / "c")]) == 0
    assert main([*base, str(tmp_path / "d"), "--errors-every", "25"]) == 0
    assert (tmp_path / "c/labels.csv").read_bytes() == (tmp_path / "d/labels.csv").read_bytes()


def test_a_plan_of_ones_own(tmp_path: Path) -> None:
    plan = tmp_path / "gaps.toml"
    plan.write_text("[[fault]]\nkind = 'gap'\nper_day = 3\n")
    assert main(["generate", "--days", "1", "--households", "A/2", "--faults", str(plan), "--out", str(tmp_path)]) == 0
    assert (tmp_path / "with_errors/A-2.csv").exists()


def test_files_are_replaced_only_by_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["generate", "--days", "1", "--households", "A", "--out", str(tmp_path)]
    assert main(command) == 0
    before = {name: (tmp_path / name).stat().st_mtime_ns for name in left_in(tmp_path)}
    assert main(command) == 2
    assert "exists; choose another folder or replace it with --force" in capsys.readouterr().err
    assert {name: (tmp_path / name).stat().st_mtime_ns for name in left_in(tmp_path)} == before
    assert main([*command, "--force"]) == 0


BAD = {
    "an unknown household": (["--days", "1", "--households", "Z"], "Unrecognized house 'Z'; there are A, B, C"),
    "no household": (["--days", "1", "--households", "A,,B"], "--households is 'A,,B'; allowed are names with commas"),
    "no days": (["--days", "0"], "0 days are asked for; there must be 1 or more"),
    "days in words": (["--days", "three"], "Invalid value for '--days'"),
    "days not given": ([], "Missing option '--days'"),
    "a bad start": (["--days", "1", "--start", "1 May"], "--start is '1 May'; it must be a day as 2026-05-01"),
    "a start long ago": (["--days", "1", "--start", "1066-10-14"], "days must be from 1980-01-02 to 2199-12-30"),
    "an unknown format": (["--days", "1", "--format", "xls"], "Unknown format 'xls'; allowed are csv, parquet, arrow"),
    "an unknown plan": (["--days", "1", "--faults", "chaos"], "Unknown fault plan 'chaos'; allowed: "),
    "a plan that is not there": (["--days", "1", "--faults", "no.toml"], "no.toml: No such file"),
    "two plans": (["--days", "1", "--faults", "rare", "--errors-every", "5"], "allowed is one of them"),
    "an error every 0 s": (["--days", "1", "--errors-every", "0"], "Unknown fault plan 'every-0'"),
    "a profile that is not there": (["--days", "1", "--profile", "no.toml"], "no.toml"),
    "an unknown option": (["--days", "1", "--dayz", "2"], "No such option"),
}


@pytest.mark.parametrize(("arguments", "message"), BAD.values(), ids=BAD)
def test_bad_input_is_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["generate", *arguments, "--out", str(tmp_path / "out")]) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert shown.err.count("\n") == 1
    assert shown.err.startswith("wattloom: ")
    assert shown.out == ""
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("form", ["csv", "parquet", "arrow"])
def test_a_disk_that_is_full_is_one_line_and_leaves_nothing(tmp_path: Path, form: str) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    done = run("generate", "--days", "1", "--format", form, "--out", tmp_path / "out", limit=small_files)
    assert (done.returncode, done.stdout) == (2, "")
    assert "File too large" in done.stderr
    assert done.stderr.count("\n") == 1
    assert left_in(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file/below", Path("/proc/wattloom")):
        assert main(["generate", "--days", "1", "--households", "A", "--out", str(out)]) == 2
        assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_leaves_nothing(tmp_path: Path, number: signal.Signals, code: int) -> None:
    (tmp_path / "labels.csv").write_text("older")
    command = [WATTLOOM, "generate", "--days", "400", "--households", "A", "--force", "--out", str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not any(path.stat().st_size > 1e6 for path in tmp_path.glob(".wattloom-*/*.csv")):
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == code
    assert "Traceback" not in errors
    assert left_in(tmp_path) == ["labels.csv"]
    assert (tmp_path / "labels.csv").read_text() == "older"


def test_progress_is_shown_on_a_terminal_and_not_in_a_pipe(tmp_path: Path) -> None:
    command = ["generate", "--days", "2", "--households", "A", "--out"]
    assert run(*command, tmp_path / "pipe").stderr == ""
    leader, follower = os.openpty()
    with subprocess.Popen([WATTLOOM, *command, str(tmp_path / "terminal")], stderr=follower, stdout=-3) as process:
        os.close(follower)
        seen = b""
        while True:
            try:
                part = os.read(leader, 4096)
            except OSError:
                break
            if not part:
                break
            seen += part
        assert process.wait(30) == 0
    os.close(leader)
    assert b"Household-days" in seen
