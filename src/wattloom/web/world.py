"""The world that a server shows: its households, fault plans, and the threads that work for it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, ParamSpec, TypeVar

from wattloom.errors import Refusal
from wattloom.events import Desk
from wattloom.faults import Plan, check_plan, load_plan, plan
from wattloom.houses import Houses
from wattloom.memo import Memo
from wattloom.profile import load
from wattloom.settings import Settings
from wattloom.source import Source
from wattloom.streams import Feed
from wattloom.switchlog import MEMORY, SwitchLog

P = ParamSpec("P")
T = TypeVar("T")

BUILT_IN: Final = ("none", "sparse", "rare")


class World:
    """Households and plans by name, the desk where events are made, and the threads that work for it.

    Raises Refusal for files that cannot be read and names that are not known.
    """

    def __init__(self, settings: Settings) -> None:
        profiles = [load(path) for path in settings.profile]
        self.houses = Houses(profiles, _recordings(settings), settings.seed)
        self.plans: dict[str, Plan] = {name: plan(name) for name in BUILT_IN}
        for text in settings.plan:
            name, path = _named(text, "--plan")
            self.plans[name] = load_plan(path)
        self.default = self.named_plan(settings.faults)
        self.desk = Desk()
        self.switches = switch_log(settings)
        #: Feeds by their set-up and its days.
        self.feeds: Memo[Feed] = Memo(1024)
        self.hire()

    def hire(self) -> None:
        """Threads for what streams need next, and others for requests, so that no request delays a stream."""
        self.ahead, self.pool = ThreadPoolExecutor(1, "ahead"), ThreadPoolExecutor(2, "requests")

    def warm(self) -> None:
        """Begin with what the first client most likely asks for."""
        home = self.houses.get("A")
        self.pool.submit(self.desk.statistics, home, 5, home.calendar.day(time.time()))

    def dismiss(self) -> None:
        """Begin nothing more."""
        for pool in (self.ahead, self.pool):
            pool.shutdown(wait=False, cancel_futures=True)

    def fresh(self) -> World:
        """The same world in a process that was forked: threads do not come along."""
        self.hire()
        return self

    def named_plan(self, name: object) -> Plan:
        """A built-in plan, `every-K`, or one loaded at start; never a path."""
        if isinstance(name, str):
            if name in self.plans:
                return self.plans[name]
            if re.fullmatch(r"every-[1-9][0-9]{0,4}", name):
                return plan(name)
        raise Refusal(f"faults must be one of {', '.join(self.plans)} or every-K, such as every-25.")

    def plan(self, source: Source, name: str | None) -> Plan:
        """The plan of a stream: the one named, else `none` for recordings and the server's for households."""
        if name is not None:
            found = self.named_plan(name)
            check_plan(found, source)
            return found
        return self.default if source.span is None else self.named_plan("none")

    async def work(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do a job of a request, not on the event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.pool, lambda: job(*args, **kwargs))

    def start(self, job: Callable[..., T], *args: Any) -> Future[T]:
        """Begin a job that a stream will need."""
        return self.ahead.submit(job, *args)


def switch_log(settings: Settings) -> SwitchLog:
    """The log of switches that the settings name."""
    if settings.state == MEMORY and settings.workers > 1:
        raise Refusal("--state :memory: is for one worker; several need a file that they share.")
    return SwitchLog(settings.state)


def _recordings(settings: Settings) -> list[Source]:
    """The recordings of `--data`, each against its `--baseline`."""
    if not settings.data:
        if settings.baseline:
            raise Refusal("--baseline is the history of a recording; give --data NAME=FILE too.")
        return []
    from wattloom.recording import read_recording, read_recordings

    baselines = dict(_named(text, "--baseline") for text in settings.baseline)
    found: list[Source] = []
    for text in settings.data:
        name, path = _named(text) if "=" in text else (None, text)
        for recording in read_recordings(path, name, settings.zone or None, settings.seed):
            baseline = baselines.pop(recording.name, None)
            if baseline is not None:
                history = read_recording(baseline, None, settings.zone or None, settings.seed)
                recording = recording.against(history)
            found.append(recording)
    if baselines:
        names = ", ".join(source.name for source in found)
        raise Refusal(f"--baseline {next(iter(baselines))}: there is no such recording; allowed: {names}.")
    return found


def _named(text: str, flag: str = "--data") -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise Refusal(f"{flag} takes NAME=FILE, not {text!r}.")
    return name, path
