"""The one HTTP client for addresses that tenants choose. It reaches public addresses only and never follows anybody.

A name is resolved once, every answer has to be public, and the connection goes to the address that was checked:
a name that changes its mind in between (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from breakglass.notify import wire
from breakglass.notify.addresses import is_public

SECONDS = 10.0  # for everything: name, connection, TLS, request and answer
SECONDS_TO_CHECK = 3.0  # for the name alone, while somebody waits for the page
MOST = 64 * 1024  # bytes of an answer that are read
PORTS = {"https": 443, "http": 80}


class Blocked(Exception):
    """The address is not one that the portal sends to. Trying again changes nothing."""


@dataclass(frozen=True)
class Answer:
    """What the server answered; the body is cut at 64 KiB."""

    status: int
    reason: str
    body: bytes


@dataclass(frozen=True)
class Target:
    """A checked URL: where to connect, and what to ask for there."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def name(self) -> str:
        """`host:port`, as WEBHOOK_ALLOW writes it."""
        return f"{self.host}:{self.port}"

    @property
    def allowed(self) -> bool:
        """Whether the operator vouches for it: then http and private addresses are let through."""
        return self.name in settings.WEBHOOK_ALLOW

    @property
    def authority(self) -> str:
        """The Host header (RFC 9110, 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def read_url(url: str) -> Target:
    """The URL's parts. Raises Blocked for anything but https to a host, without a user name in it."""
    if not url.isascii() or not url.isprintable() or any(sign in url for sign in ' \\"<>^`{|}'):
        raise Blocked("The address holds characters that no web address has: write them percent-encoded.")
    try:
        parts = urlsplit(url)
        target = _target(parts)
    except ValueError:
        raise Blocked("The address is not a web address: write it like https://hooks.example.com/breakglass.") from None
    if parts.username is not None or parts.password is not None:
        raise Blocked("The address holds a user name or password: put what identifies you in its path.")
    if target.scheme != "https" and not target.allowed:
        raise Blocked("The address has to begin with https://.")
    return target


def _target(parts: SplitResult) -> Target:
    host = (parts.hostname or "").rstrip(".")
    port = parts.port or PORTS[parts.scheme] if parts.scheme in PORTS else None
    if not host or port is None:
        raise ValueError
    query = f"?{parts.query}" if parts.query else ""
    return Target(parts.scheme, host, port, (parts.path or "/") + query)


def check_url(url: str) -> None:
    """Whether `post` would send to it today. Raises Blocked, also for a name that is not found."""
    target = read_url(url)
    try:
        addresses = wire.resolve(target.host, target.port, wire.Clock(SECONDS_TO_CHECK))
    except OSError as error:
        raise Blocked(f"{error}: check the spelling.") from error
    if not target.allowed:
        _check(target, addresses)


def post(url: str, *, body: bytes, headers: dict[str, str]) -> Answer:
    """Send it once. Raises Blocked for an address that is never sent to, OSError for one that could not be reached."""
    target = read_url(url)
    clock = wire.Clock(SECONDS)
    addresses = wire.resolve(target.host, target.port, clock)
    if not target.allowed:
        _check(target, addresses)
    tls = target.host if target.scheme == "https" else None
    with wire.connect(addresses, target.port, tls=tls, clock=clock) as sock:
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.sock = wire.Wire(sock, clock, MOST)
        try:
            sent = {"Host": target.authority, "Connection": "close", "User-Agent": "Breakglass", **headers}
            connection.request("POST", target.path, body=body, headers=sent)
            response = connection.getresponse()
            return Answer(response.status, response.reason, _body(response))
        except http.client.HTTPException as error:
            raise ConnectionError(f"{target.host} did not answer in HTTP ({type(error).__name__})") from error


def _check(target: Target, addresses: list[str]) -> None:
    """The sentence names no address: what the operator's own resolver knows is no tenant's business."""
    if not all(is_public(address) for address in addresses):
        raise Blocked(f"{target.host} is at no public address: the portal sends nothing there.")


def _body(response: http.client.HTTPResponse) -> bytes:
    """What there is of it: the status has been read, and a body that goes on for ever does not change it."""
    try:
        return response.read(MOST)
    except (OSError, http.client.HTTPException):
        return b""
