"""Switching over HTTP: what is asked for, and what is and was off."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import msgspec
from quart import Quart, Response, request

from wattloom.errors import Refusal
from wattloom.houses import UnknownHouse
from wattloom.settings import Settings
from wattloom.source import Source
from wattloom.switches import SWITCHABLE, Entry
from wattloom.switchlog import NothingOff, Unavailable
from wattloom.web.guard import Guard
from wattloom.web.refusals import Denied
from wattloom.web.world import World

PATH: Final = "/households/<path:house>/switches"
HINT: Final = 'The body must be a JSON object such as {"on": false, "minutes": 30}'
#: Longest time that something is switched off, minutes; past switches that are told; length of a name.
LONGEST: Final = 1_440
SHOWN: Final = 100
NAME: Final = 40


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a PUT."""

    on: bool
    minutes: float = 30
    by: str = ""


def read_order(data: bytes | str, kind: str) -> Order:
    """An order from a body; Refusal for what is wrong with it.

    >>> read_order(b'{"on": false, "minutes": 0}', "application/json")
    Traceback (most recent call last):
    wattloom.errors.Refusal: minutes must be more than 0 and at most 1440.
    """
    if kind != "application/json":
        raise Denied(415, f"Content-Type must be application/json, not {kind or 'absent'}. {HINT}.")
    try:
        order = msgspec.json.decode(data, type=Order)
    except msgspec.ValidationError as error:
        raise Refusal(f"{HINT}: {error}.") from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Refusal(f"{HINT}.") from None
    if not 0 < order.minutes <= LONGEST:
        raise Refusal(f"minutes must be more than 0 and at most {LONGEST}.")
    return msgspec.structs.replace(order, by=read_name(order.by))


def read_name(text: str) -> str:
    """Who does it, as everybody who watches will read it; `somebody` where nobody says.

    >>> read_name(" Ada's phone "), read_name("")
    ("Ada's phone", 'somebody')
    """
    name = text.strip()
    if len(name) > NAME or not name.isprintable():
        raise Refusal(f"by must be a name of at most {NAME} printable characters.")
    return name or "somebody"


class Switchboard:
    """The routes under `/households/{house}/switches`; a house's name may contain a slash, as it is or as %2F."""

    def __init__(self, app: Quart, settings: Settings, world: World) -> None:
        self.world, self.guard = world, Guard(settings)
        app.get(PATH)(self.show)
        app.put(f"{PATH}/<meter>")(self.put)
        app.delete(f"{PATH}/<meter>")(self.delete)
        world.switches.look()  # whatever is wrong with the log is said at the start

    def may(self) -> dict[str, bool]:
        """For `/households`: whether who asks may switch, and whether a token would help."""
        allowed = self.guard.allows(*_sender())
        return {"allowed": allowed, "token": self.guard.token is not None}

    async def show(self, house: str) -> Response:
        """`GET /households/{house}/switches`."""
        return _json(await self.world.work(self._shown, self._house(house)))

    async def put(self, house: str, meter: str) -> Response:
        """`PUT /households/{house}/switches/{meter}`."""
        source = self._reach(house, meter)
        order = read_order(await request.get_data(), (request.mimetype or "").lower())
        if order.on:
            return await self._undo(source, meter, order.by)
        seconds = max(1, round(order.minutes * 60))
        entry = await self._written(self.world.switches.switch_off, source, meter, seconds, order.by)
        return _json({"household": source.name, "on": False} | described(entry, source))

    async def delete(self, house: str, meter: str) -> Response:
        """`DELETE /households/{house}/switches/{meter}`."""
        source = self._reach(house, meter)
        return await self._undo(source, meter, read_name(request.args.get("by", "")))

    async def _undo(self, source: Source, meter: str, by: str) -> Response:
        entry = await self._written(self.world.switches.undo, source, meter, by)
        told = described(entry, source)
        del told["until"]
        return _json({"household": source.name, "on": True} | told)

    async def _written(self, write: Callable[..., Entry], *what: object) -> Entry:
        try:
            return await self.world.work(write, *what)
        except NothingOff as error:
            raise Denied(409, str(error)) from None
        except Unavailable as error:
            raise Denied(503, str(error), {"Retry-After": "5"}) from None

    def _reach(self, house: str, meter: str) -> Source:
        """The house, if this request may switch this meter of it."""
        if {"token", "access_token"} & set(request.args):
            raise Refusal("A token belongs into the header Authorization: Bearer TOKEN, never into a URL.")
        self.guard.check(*_sender())
        source = self._house(house)
        if source.span is not None:
            raise Denied(409, f"{source.name} is a recording; only simulated homes can be switched.")
        if meter == "Overall":
            raise Denied(409, f"Overall cannot be switched; {' and '.join(switchable(source))} can.")
        if meter not in switchable(source):
            raise Denied(
                404, f"{source.name} has no {meter} to switch; it has {', '.join(switchable(source)) or 'none'}."
            )
        return source

    def _house(self, house: str) -> Source:
        try:
            return self.world.houses.get(house)
        except UnknownHouse as error:
            raise Denied(404, str(error)) from None

    def _shown(self, source: Source) -> dict[str, Any]:
        off, was = history(self.world.switches.entries(source), source, time.time())
        return {"household": source.name, "switchable": switchable(source), "off": off, "was": was[:SHOWN]}


def _sender() -> tuple[str, dict[str, str]]:
    """The address that the request comes from and its headers, their names in small letters."""
    return request.remote_addr or "", {name.lower(): value for name, value in request.headers.items()}


def switchable(source: Source) -> list[str]:
    """The meters of a source whose appliance can be switched off.

    >>> from wattloom.household import household
    >>> switchable(household("A"))
    ['AC', 'Geyser']
    """
    if source.span is not None:
        return []
    return [meter for meter in SWITCHABLE if source.rated.get(meter)]


def described(entry: Entry, source: Source) -> dict[str, Any]:
    """An entry as JSON tells it, in the house's time."""
    iso = source.calendar.iso
    times = {"set": iso(int(entry.made)), "from": iso(entry.begin), "until": iso(entry.until)}
    return {"id": entry.number, "meter": entry.meter, "by": entry.by} | times


Told: TypeAlias = list[dict[str, Any]]


def history(entries: list[Entry], source: Source, now: float) -> tuple[Told, Told]:
    """What is off, and what was: when and how that ended and who did it; the newest first."""
    off: Told = []
    was: Told = []
    after: dict[str, Entry] = {}
    for entry in reversed(entries):
        following = after.get(entry.meter)
        after[entry.meter] = entry
        if entry.until == entry.begin:
            continue
        if following is not None and following.begin < entry.until:
            how = "undone" if following.until == following.begin else "replaced"
            ended, by = max(following.begin, entry.begin), following.by
        elif entry.until > now:
            off.append(described(entry, source))
            continue
        else:
            how, ended, by = "over", entry.until, None
        was.append(described(entry, source) | {"ended": source.calendar.iso(ended), "how": how, "ended_by": by})
    return off, was


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), content_type="application/json")
