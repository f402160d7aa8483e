"""`wattloom switch`: switch something off in a simulated home, for everybody who watches it."""

from __future__ import annotations

import getpass
import http.client
import json
import os
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import typer

from wattloom.errors import Refusal

METERS: Final = ("AC", "Geyser")
#: The variable that holds the token.
TOKEN: Final = "WATTLOOM_TOKEN"


def switch(
    household: Annotated[str, typer.Argument(help="As A or A/17.")],
    meter: Annotated[str | None, typer.Argument(help="AC or Geyser; without it: show what is off.")] = None,
    state: Annotated[str | None, typer.Argument(help="off, or on to undo that.")] = None,
    minutes: Annotated[float, typer.Option(help="How long it stays off, up to 1440.")] = 30,
    by: Annotated[str | None, typer.Option(help="Your name for those who watch. [default: your login]")] = None,
    server: Annotated[
        str | None, typer.Option(help="Address of a server; without it the one on port 5000 here.")
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(help=f"File with the server's token; the variable {TOKEN} can hold it too.")
    ] = None,
) -> None:
    """Switch the AC or the geyser of a simulated home off for a while, for everybody who watches it live.

    Example: wattloom switch A AC off --minutes 30
    """
    from wattloom.cli.follow import USUAL, reachable

    if meter is not None:
        _check(meter, state)
    token = _token(token_file)
    address = (server or USUAL).rstrip("/")
    if not reachable(address):
        raise Refusal(
            f"No Wattloom server answers at {address}; start one with wattloom serve, or name it by --server."
        )
    url = f"{address}/households/{quote(household)}/switches"
    if meter is None:
        typer.echo(_listed(_ask(Request(url), token)))
        return
    order = {"on": state == "on", "minutes": minutes, "by": _login() if by is None else by}
    body, headers = json.dumps(order).encode(), {"Content-Type": "application/json"}
    typer.echo(_said(_ask(Request(f"{url}/{meter}", body, headers, method="PUT"), token)))


def _check(meter: str, state: str | None) -> None:
    if meter not in METERS:
        raise Refusal(f"{meter!r} cannot be switched; {' and '.join(METERS)} can.")
    if state not in ("on", "off"):
        raise Refusal(f"Say on or off after {meter}, as in: wattloom switch A {meter} off --minutes 30.")


def _token(file: Path | None) -> str:
    """The token from the file, else from the environment; never from the command line, which others can see."""
    if file is None:
        return os.environ.get(TOKEN, "").strip()
    token = file.read_text("utf-8").strip()
    if not token:
        raise Refusal(f"{file} has no token in it.")
    return token


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name
        return "terminal"


def _ask(request: Request, token: str) -> dict[str, Any]:
    if token:
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    try:
        with urlopen(request, timeout=20) as answer:
            found = json.loads(answer.read())
    except HTTPError as error:
        raise Refusal(_complaint(error)) from None
    except (http.client.HTTPException, ValueError) as error:
        raise Refusal(f"The server's answer could not be read: {error}.") from None
    if not isinstance(found, dict):
        raise Refusal("The server's answer could not be read.")
    return found


def _complaint(error: HTTPError) -> str:
    try:
        return str(json.loads(error.read())["error"])
    except (ValueError, KeyError, TypeError):
        return f"The server answers {error.code}."


def _said(answer: dict[str, Any]) -> str:
    """What was done.

    >>> _said({"household": "A", "meter": "AC", "on": True, "from": "2026-05-01T18:53:20+05:30"})
    'AC of A is on again from 18:53:20.'
    """
    what = f"{answer['meter']} of {answer['household']} is"
    if answer["on"]:
        return f"{what} on again from {answer['from'][11:19]}."
    return f"{what} off from {answer['from'][11:19]} until {answer['until'][11:19]}, house time."


def _listed(answer: dict[str, Any]) -> str:
    """What is off, a line for each.

    >>> _listed({"household": "A", "off": []})
    'Nothing is switched off in A.'
    """
    lines = [f"{off['meter']} is off until {off['until'][11:19]}, by {off['by']}" for off in answer["off"]]
    return "\n".join(lines) or f"Nothing is switched off in {answer['household']}."
