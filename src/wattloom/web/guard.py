"""The guard: who may switch."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from wattloom.settings import Settings
from wattloom.web.refusals import Denied

#: What a proxy adds: who sends one is not here, whatever the connection says.
FORWARDED: Final = (
    "forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port",
    "x-forwarded-server", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip", "fly-client-ip",
)  # fmt: skip


def local(host: str) -> bool:
    """Whether a name or an address without its port is this machine's own.

    >>> [local(host) for host in ("127.0.0.1", "::1", "localhost", "localhost.evil.example", "10.0.0.1", "")]
    [True, True, True, False, False, False]
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def authority(origin: str) -> tuple[str, str]:
    """Host with port, and host alone, of an origin or (after `//`) of a Host header; empty for what is none.

    >>> authority("http://LOCALHOST:3000"), authority("//[::1]:5000"), authority("//me@127.0.0.1"), authority("null")
    (('localhost:3000', 'localhost'), ('[::1]:5000', '::1'), ('', ''), ('', ''))
    """
    try:
        parts = urlsplit(origin.lower())
        found = parts.netloc, parts.hostname or ""
        _ = parts.port
    except ValueError:
        return "", ""
    return ("", "") if "@" in parts.netloc else found


class Guard:
    """Who may switch: with a token who has it, without one who is on this machine. Never on another site's behalf."""

    def __init__(self, settings: Settings) -> None:
        self.token = settings.token
        self.here = local(settings.host)
        self.origins = settings.cors

    def check(self, address: str, headers: Mapping[str, str]) -> None:
        """Denied where this request may not switch: 401 without a token, 403 with a wrong one or from elsewhere."""
        origin = headers.get("origin")
        host, machine = authority(f"//{headers.get('host', '')}")
        site, its_machine = authority(origin or "")
        if origin is not None and origin not in self.origins and (not site or site != host):
            raise Denied(403, "Requests of other sites may not switch.")
        if origin is None and headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise Denied(403, "Requests of other sites may not switch.")
        if self.token is not None:
            self._check_token(self.token, headers.get("authorization", ""))
            return
        if not self.here:
            raise Denied(403, "This server is open to others; it takes switches only if started with --token.")
        if any(name in headers for name in FORWARDED):
            raise Denied(403, "Requests through a proxy may switch only with --token.")
        if not (local(address) and local(machine) and (origin is None or local(its_machine))):
            raise Denied(403, "Without --token only requests from and to this machine may switch.")

    def allows(self, address: str, headers: Mapping[str, str]) -> bool:
        """Whether this request, were it to switch, might."""
        try:
            self.check(address, headers)
        except Denied:
            return False
        return True

    @staticmethod
    def _check_token(token: str, header: str) -> None:
        scheme, _, given = header.strip().partition(" ")
        if scheme.lower() != "bearer" or not given.strip():
            challenge = {"WWW-Authenticate": 'Bearer realm="switches"'}
            raise Denied(401, "Switching takes a token: Authorization: Bearer TOKEN.", challenge)
        # Of digests, so that the length tells nothing either.
        sent, right = (hmac.digest(b"wattloom", text.encode(), "sha256") for text in (given.strip(), token))
        if not hmac.compare_digest(sent, right):
            raise Denied(403, "The token is not right.")
