"""Changes that let more people approve, or approve more, as values: each can say what it does, and be stored.

`says` finishes the sentence "somebody proposes to ...". Nothing here is carried out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

from audit.canonical import canonical
from audit.kinds import PersonWords
from tenants.roles import Role

type Payload = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class PublishPolicy:
    """The YAML becomes the policy in force."""

    kind: ClassVar[str] = "publish-policy"

    source: str

    @property
    def says(self) -> str:
        """The page and the entry show the YAML itself."""
        return "publish another policy"


@dataclass(frozen=True, kw_only=True)
class CreateGroup:
    """An approver group with its first members."""

    kind: ClassVar[str] = "create-group"

    slug: str
    name: str
    members: tuple[PersonWords, ...] = ()

    @property
    def says(self) -> str:
        """With whom."""
        who = ", ".join(_person(member) for member in self.members)
        return f"make the group {self.slug} with {who or 'nobody in it yet'}"


@dataclass(frozen=True, kw_only=True)
class JoinGroup:
    """A member is put in a group."""

    kind: ClassVar[str] = "join-group"

    group: str
    member: PersonWords

    @property
    def says(self) -> str:
        """Whom, and in which."""
        return f"put {_person(self.member)} in the group {self.group}"


@dataclass(frozen=True, kw_only=True)
class AddMember:
    """Somebody becomes a member, with these roles."""

    kind: ClassVar[str] = "add-member"

    email: str
    name: str
    roles: tuple[str, ...]

    @property
    def says(self) -> str:
        """Whom, and as what."""
        return f"add {self.name} ({self.email}) as {', '.join(self.roles) or 'a member without a role'}"


@dataclass(frozen=True, kw_only=True)
class GrantRole:
    """A member gets a role."""

    kind: ClassVar[str] = "grant-role"

    member: PersonWords
    role: str

    @property
    def says(self) -> str:
        """Whom, and which."""
        return f"give {_person(self.member)} the role {self.role}"


@dataclass(frozen=True, kw_only=True)
class RevokeRole:
    """A member loses a role. It takes two when the role is admin: one admin fewer could object."""

    kind: ClassVar[str] = "revoke-role"

    member: PersonWords
    role: str

    @property
    def says(self) -> str:
        """Whom, and which."""
        return f"take the role {self.role} from {_person(self.member)}"


@dataclass(frozen=True, kw_only=True)
class RemoveMember:
    """A member leaves, with every role and group. It takes two when they are an admin."""

    kind: ClassVar[str] = "remove-member"

    member: PersonWords

    @property
    def says(self) -> str:
        """Whom."""
        return f"remove {_person(self.member)}"


@dataclass(frozen=True, kw_only=True)
class WidenGate:
    """A gate lists more, or a scope need not name something any more: more can be asked for, by more routes."""

    kind: ClassVar[str] = "widen-gate"

    gate: str
    services: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        """What more."""
        more = {"the services": self.services, "the environments": self.environments, "no": self.unnamed}
        what = "; ".join(f"{said} {', '.join(names)}" for said, names in more.items() if names)
        return f"let a bypass of the gate {self.gate} name {what}"


type Change = PublishPolicy | CreateGroup | JoinGroup | AddMember | GrantRole | RevokeRole | RemoveMember | WidenGate

_ALL = (PublishPolicy, CreateGroup, JoinGroup, AddMember, GrantRole, RevokeRole, RemoveMember, WidenGate)
KINDS: dict[str, type[Change]] = {one.kind: one for one in _ALL}
_READ: dict[str, Callable[[Any], Any]] = {
    "member": lambda one: PersonWords(**one),
    "members": lambda all_: tuple(PersonWords(**one) for one in all_),
    **dict.fromkeys(("roles", "services", "environments", "unnamed"), tuple),
}


def to_json(change: Change) -> Payload:
    """Only objects, lists, strings and whole numbers."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(change).items()}


def from_json(kind: str, payload: Payload) -> Change:
    """What `to_json` wrote. Raises KeyError, TypeError for anything else."""
    cls = KINDS[kind]
    known = {field.name for field in fields(cls)}
    if known != payload.keys():
        raise TypeError(f"{kind} has {sorted(known)}, not {sorted(payload)}.")
    return cls(**{name: _READ.get(name, lambda same: same)(value) for name, value in payload.items()})


def digest(change: Change) -> str:
    """What makes two changes the same one: `sha256:` and hex."""
    document = {"kind": change.kind, "change": to_json(change)}
    return "sha256:" + hashlib.sha256(canonical(document)).hexdigest()


def always_widens(change: Change) -> bool:
    """Whether it takes two whoever it is about; of who is removed only the tenant knows whether they are an admin."""
    match change:
        case RevokeRole(role=role):
            return role == Role.ADMIN
        case RemoveMember():
            return False
    return True


def members_of(change: Change) -> list[int]:
    """The ids of the members that it is about."""
    match change:
        case CreateGroup(members=members):
            return [member.id for member in members]
        case JoinGroup(member=member) | GrantRole(member=member) | RevokeRole(member=member):
            return [member.id]
        case RemoveMember(member=member):
            return [member.id]
    return []


def _person(member: PersonWords) -> str:
    return f"{member.name} ({member.email})"
