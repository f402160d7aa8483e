"""Settings of the server: one table that flags, environment, file and documentation are read from."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from wattloom.errors import Refusal

#: A variable of the environment is the setting's name in capitals after this.
PREFIX: Final = "WATTLOOM_"
_Word: TypeAlias = Annotated[str, Meta(pattern="^[!-~]+$")]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a server runs; each field is `--flag`, `WATTLOOM_FLAG` and a key of the settings file at once."""

    host: Annotated[str, Meta(description="Address to listen on; 0.0.0.0 for all.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535, description="Port to listen on; 0 for any free one.")] = 5000
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1, description="Seed of the world.")] = 0
    workers: Annotated[int, Meta(ge=1, le=64, description="Processes that share the port.")] = 1
    faults: Annotated[str, Meta(description="Fault plan of streams that name none.")] = "sparse"
    data: Annotated[tuple[str, ...], Meta(description="NAME=FILE or FILE: a recording to stream, repeatable.")] = ()
    baseline: Annotated[tuple[str, ...], Meta(description="NAME=FILE: clean history of a recording, repeatable.")] = ()
    zone: Annotated[str, Meta(description="Time zone of recordings whose times have none.")] = ""
    profile: Annotated[tuple[str, ...], Meta(description="A household of your own (TOML), repeatable.")] = ()
    plan: Annotated[tuple[str, ...], Meta(description="NAME=FILE: a fault plan of your own, repeatable.")] = ()
    max_streams: Annotated[int, Meta(ge=1, description="Streams per worker, more get 503.")] = 20_000
    max_streams_per_address: Annotated[int, Meta(ge=0, description="Streams per address, more get 429; 0: any.")] = 0
    max_body: Annotated[int, Meta(ge=1_024, description="Largest request body, bytes.")] = 65_536
    max_backlog: Annotated[int, Meta(ge=16_384, description="Unread bytes after which a reader is let go.")] = 262_144
    header_timeout: Annotated[float, Meta(gt=0, description="Seconds a client may take for a request's head.")] = 10.0
    retry: Annotated[int, Meta(ge=100, description="Milliseconds after which clients reconnect, jittered.")] = 2_000
    cors: Annotated[tuple[str, ...], Meta(description="Origin that may read from other sites, repeatable.")] = ()
    state: Annotated[
        str, Meta(description="Log of switches: a file, or :memory:; default: one in your state folder.")
    ] = ""
    token: Annotated[_Word | None, Meta(description="Who sends it may switch; safer as a variable than as a flag.")] = (
        None
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Meta(description="What is logged.")] = "info"


def read_settings(
    flags: Mapping[str, Any], environment: Mapping[str, str] | None = None, file: str | Path | None = None
) -> Settings:
    """Settings from flags (None: not given), else environment, else file (TOML), else defaults.

    `PORT` alone is taken too, as hosting services set it.

    >>> read_settings({"port": 8000}, {"WATTLOOM_PORT": "7000", "WATTLOOM_SEED": "3"}).seed
    3
    >>> read_settings({}, {"WATTLOOM_PORT": "high"})
    Traceback (most recent call last):
    wattloom.errors.Refusal: Setting port: Expected `int`, got `str` (WATTLOOM_PORT)
    """
    given = os.environ if environment is None else environment
    values: dict[str, tuple[Any, str]] = {}
    if path := file or given.get(PREFIX + "CONFIG"):
        values |= {name: (value, str(path)) for name, value in _toml(Path(path)).items()}
    if "PORT" in given:
        values["port"] = given["PORT"], "PORT"
    for field in msgspec.structs.fields(Settings):
        if (text := given.get(PREFIX + field.name.upper())) is not None:
            several = isinstance(field.default, tuple)
            value = [part for part in text.split(",") if part] if several else text
            values[field.name] = value, PREFIX + field.name.upper()
        if flags.get(field.name) not in (None, []):
            values[field.name] = flags[field.name], f"--{field.name.replace('_', '-')}"
    for name, (value, origin) in values.items():
        _check(name, value, origin)
    return msgspec.convert({name: value for name, (value, _) in values.items()}, Settings, strict=False)


def _check(name: str, value: Any, origin: str) -> None:
    try:
        msgspec.convert({name: value}, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise Refusal(f"Setting {name}: {str(error).split(' - at')[0]} ({origin})") from error


def _toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise Refusal(f"{path}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refusal(f"{path}: not a TOML file: {error}.") from error
