"""The containers cannot be built here; that what they name exists and what they start runs can be tested."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as (instruction, rest), continued lines joined."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def environment() -> dict[str, str]:
    """What ENV sets."""
    pairs = [pair for name, rest in instructions() if name == "ENV" for pair in shlex.split(rest)]
    return dict(pair.split("=", 1) for pair in pairs)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def copied() -> list[str]:
    return [
        source
        for name, rest in instructions()
        if name == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]


def test_everything_that_is_copied_exists_and_is_let_through() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    let_through = [line[1:] for line in ignored if line.startswith("!")]
    assert copied()
    for source in copied():
        assert (ROOT / source).exists(), source
        assert source in let_through, source
    assert set(let_through) == set(copied())
    assert not any(fnmatch("src/wattloom/kernel.c", line) for line in ignored if not line.startswith(("!", "*", "#")))


def test_the_build_has_what_the_project_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {project["readme"], *project["license-files"], "pyproject.toml", "setup.py"} <= set(copied())
    install = next(rest for name, rest in instructions() if name == "RUN" and "pip install" in rest)
    constraints = re.search(r"--constraint (\S+)", install)
    assert constraints is not None
    assert constraints[1] in copied()


def test_the_last_stage_is_slim_and_not_root() -> None:
    names = [name for name, _ in instructions()]
    last = instructions()[len(names) - 1 - names[::-1].index("FROM") :]
    assert last[0][1].startswith("python:3.11-slim")
    assert [rest for name, rest in last if name == "USER"] == ["wattloom"]
    assert not any("apt-get" in rest for _, rest in last)


@pytest.mark.parametrize("port_from", ["the file", "the host"])
def test_the_container_starts_answers_its_health_check_and_stops(port_from: str) -> None:
    command = json.loads(next(rest for name, rest in instructions() if name == "CMD"))
    check = next(rest for name, rest in instructions() if name == "HEALTHCHECK").split(" CMD ", 1)[1]
    port = str(free_port())
    assert environment()["PORT"] == "5000"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WATTLOOM_")}
    path = environment()["PATH"].replace("/opt/wattloom/bin", str(BIN)).replace("$PATH", os.environ["PATH"])
    inside = clean | {"PATH": path, "PORT": port}
    if port_from == "the file":  # the port that the file sets may be taken here
        command = [part.replace("$PORT", port) for part in command]
        inside.pop("PORT")
    with subprocess.Popen(command, env=inside, stdout=-3, stderr=-3) as server:
        try:
            deadline = time.monotonic() + 30
            while subprocess.run(["sh", "-c", check], env=inside | {"PORT": port}, stderr=-3, check=False).returncode:
                assert time.monotonic() < deadline
                assert server.poll() is None
                time.sleep(0.1)
        finally:
            server.send_signal(signal.SIGTERM)
            code = server.wait(20)
    assert code == 0
    assert subprocess.run(["sh", "-c", check], env=inside | {"PORT": port}, stderr=-3, check=False).returncode


def read_yaml(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text())


def test_compose_builds_this_folder_and_maps_the_port_of_the_container() -> None:
    service = read_yaml("compose.yaml")["services"]["wattloom"]
    assert (ROOT / service["build"] / "Dockerfile").exists()
    assert [mapping.rsplit(":", 1)[1] for mapping in service["ports"]] == [environment()["PORT"]]
    assert all(mapping.startswith("127.0.0.1:") for mapping in service["ports"])


def test_render_names_the_dockerfile_and_a_route_that_is_there() -> None:
    (service,) = read_yaml("render.yaml")["services"]
    assert (ROOT / service["dockerfilePath"]).is_file()
    check = next(rest for name, rest in instructions() if name == "HEALTHCHECK")
    assert service["healthCheckPath"] in check


@pytest.mark.parametrize("script", [".ci/run", "tools/browser"])
def test_scripts_run_where_they_stand(script: str) -> None:
    path = ROOT / script
    assert os.access(path, os.X_OK)
    shell = path.read_text().splitlines()[0].removeprefix("#!").split()[-1]
    subprocess.run([shell, "-n", str(path)], check=True)


def test_the_gate_calls_make_test_and_nothing_after_it() -> None:
    lines = [line for line in (ROOT / ".ci/run").read_text().splitlines() if line.strip()]
    assert lines[-1] == "make test"


def test_every_file_that_the_makefile_names_exists() -> None:
    text = (ROOT / "Makefile").read_text()
    named = re.findall(r"(?:tools|benchmarks|src)/[\w./-]+", re.sub(r"^\trm.*$", "", text, flags=re.MULTILINE))
    assert named
    for name in named:
        assert (ROOT / name).exists(), name
