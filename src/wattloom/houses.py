"""Houses: every source that a server or command knows, by name."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from typing import Final

from wattloom import profile as shelf
from wattloom.errors import Refusal
from wattloom.household import Household, UnknownHouse, household
from wattloom.profile import Profile
from wattloom.source import Source

__all__ = ["Houses", "UnknownHouse"]

_KEPT: Final = 64


class Houses:
    """Shipped profiles, the user's own, and recordings. Households are made on demand; the last 64 are kept."""

    def __init__(self, profiles: Iterable[Profile] = (), recordings: Iterable[Source] = (), seed: int = 0) -> None:
        self.seed = seed
        self._profiles: dict[str, Profile] = {}
        self._recordings: dict[str, Source] = {}
        for profile in profiles:
            self._free(profile.name)
            self._profiles[profile.name] = profile
        for recording in recordings:
            self._free(recording.name)
            self._recordings[recording.name] = recording
        self._made: OrderedDict[str, Household] = OrderedDict()
        self._lock = Lock()

    def _free(self, name: str) -> None:
        if name in self.list():
            raise Refusal(f"There is a household {name!r} already; give this one another name.")

    def list(self) -> list[str]:
        """What there is by its own name; each profile has numbered homes besides (`A/17`)."""
        return [*shelf.shipped(), *self._profiles, *self._recordings]

    def get(self, name: str) -> Source:
        """The source of that name; UnknownHouse where there is none.

        >>> Houses().get("B/3").name
        'B/3'
        """
        if name in self._recordings:
            return self._recordings[name]
        with self._lock:
            made = self._made.get(name)
            if made is None:
                made = household(name, self.seed, self._profiles)
                if made.name != name:  # A/0 is A
                    made = self._made.get(made.name, made)
                self._made[made.name] = made
                if len(self._made) > _KEPT:
                    self._made.popitem(last=False)
            return made
