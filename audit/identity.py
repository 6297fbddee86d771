"""Who an entry is signed as: the actor in words of their time, and the name that their certificate carries. Pure."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from cryptography import x509

from audit.errors import LogError

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class NoIdentity(LogError):
    """The actor has no identity that a certificate can carry."""


@dataclass(frozen=True)
class Tenant:
    """Whose log it is, in words of its time."""

    id: str
    slug: str
    name: str


@dataclass(frozen=True)
class LogWords:
    """What every entry says about its log: whose it is, which of theirs, and by what name it signs."""

    tenant: Tenant
    number: int
    host: str


@dataclass(frozen=True)
class Actor:
    """Who acts. `san` is an e-mail for a person and a URI for a machine or the portal; `issuer` vouches for it."""

    type: Literal["person", "machine", "portal"]
    id: str
    name: str
    san: str
    issuer: str
    sub: str = ""

    def __post_init__(self) -> None:
        if not self.issuer:
            raise NoIdentity(f"Nobody vouches for {self.san!r}: hand in its issuer.")
        general_name(self.type, self.identity)

    @property
    def identity(self) -> str:
        """The identity as it stands in the certificate: an e-mail's domain is in its ASCII form."""
        return ascii_email(self.san) if self.type == "person" else self.san

    def as_data(self) -> dict[str, str]:
        return {
            "type": self.type,
            "id": self.id,
            "name": self.name,
            "identity": self.identity,
            "issuer": self.issuer,
            "sub": self.sub,
        }


def general_name(actor_type: str, identity: str) -> x509.GeneralName:
    """The certificate's name for an identity; NoIdentity when it is not an ASCII e-mail or URI."""
    try:
        if actor_type == "person":
            if not _EMAIL.fullmatch(identity):
                raise NoIdentity(f"{identity!r} is not one e-mail address, so nothing can be signed in its name.")
            return x509.RFC822Name(identity)
        if not urlsplit(identity).scheme:
            raise NoIdentity(f"{identity!r} is not a URI, so nothing can be signed in its name.")
        return x509.UniformResourceIdentifier(identity)
    except ValueError as error:
        raise NoIdentity(f"{identity!r} can't stand in a certificate: {error}.") from error


def ascii_email(address: str) -> str:
    """The address with its domain in ASCII, as a certificate carries it. Raises NoIdentity."""
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise NoIdentity(f"{address!r} has a domain that no certificate can carry: {error}.") from error
