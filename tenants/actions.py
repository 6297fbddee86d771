"""The acts on who there is. Each is one transaction: check, write, append the entry.

`by` is the admin who acts; None is the operator, for whom the portal signs (the first set-up of a tenant).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import transaction

from audit import kinds, log
from audit.canonical import timestamp
from audit.models import Entry
from tenants import actors, context
from tenants.models import Group, GroupMembership, Human, MachineToken, Member, RoleGrant, Tenant, User
from tenants.models.tokens import digest, new_secret
from tenants.roles import Role

_seen: ContextVar[list[Entry] | None] = ContextVar("seen", default=None)


def record(data: kinds.Kind, *, by: Member | MachineToken | None, now: datetime, about: str = "") -> Entry:
    """Append an entry to the entered tenant's log, signed in the actor's name; None is the portal itself."""
    tenant = context.current()
    actor = actors.of(by, tenant)
    entry = log.append(tenant_id=str(tenant.pk), actor=actor, data=data, now=now, about=about)
    if (seen := _seen.get()) is not None:
        seen.append(entry)
    return entry


@contextmanager
def recorded() -> Iterator[list[Entry]]:
    """The entries that are appended in the block, for an entry that has to name them. Blocks may nest."""
    seen: list[Entry] = []
    around, token = _seen.get(), _seen.set(seen)
    try:
        yield seen
    finally:
        _seen.reset(token)
        if around is not None:
            around += seen


@transaction.atomic
def create_tenant(*, slug: str, name: str, now: datetime) -> Tenant:
    """A tenant and its log, whose first entry is the genesis."""
    tenant = Tenant(slug=slug, name=name, created_at=now)
    tenant.full_clean()
    tenant.save()
    with context.entered(tenant):
        log.open_log(tenant=actors.tenant(tenant), portal=actors.portal(tenant), now=now)
        record(kinds.TenantCreated(slug=slug, name=name), by=None, now=now)
    return tenant


@transaction.atomic
def add_member(*, user: User, roles: Iterable[Role], by: Member | None, now: datetime) -> Member:
    """An account becomes a member of the entered tenant, with these roles; one that comes back is the same human."""
    before = Member.objects.select_related("human").filter(user=user).first()
    human = Human.objects.create() if before is None else before.human
    member = Member.objects.create(user=user, human=human, joined_at=now)
    held = sorted(set(roles))
    RoleGrant.objects.bulk_create([RoleGrant(member=member, role=role, since=now) for role in held])
    data = kinds.MemberAdded(member=in_words(member), human=str(human.pk), roles=tuple(role.value for role in held))
    record(data, by=by, now=now)
    return member


@transaction.atomic
def remove_member(*, member: Member, by: Member | None, now: datetime) -> Member:
    """A member leaves: every role and group ends with it."""
    locked = _lock(member)
    if locked.left_at is not None:
        return locked
    locked.left_at = now
    locked.save(update_fields=["left_at"])
    RoleGrant.objects.filter(member=locked, until=None).update(until=now)
    GroupMembership.objects.filter(member=locked, until=None).update(until=now)
    record(kinds.MemberRemoved(member=in_words(locked)), by=by, now=now)
    return locked


@transaction.atomic
def grant_role(*, member: Member, role: Role, by: Member | None, now: datetime) -> None:
    """A member holds a role from now on; nothing happens if they do already."""
    _, new = RoleGrant.objects.get_or_create(member=member, role=role, until=None, defaults={"since": now})
    if new:
        record(kinds.RoleGranted(member=in_words(member), role=role.value), by=by, now=now)


@transaction.atomic
def revoke_role(*, member: Member, role: Role, by: Member | None, now: datetime) -> None:
    """A member no longer holds a role; nothing happens if they don't."""
    _lock(member)
    if RoleGrant.objects.filter(member=member, role=role, until=None).update(until=now):
        record(kinds.RoleRevoked(member=in_words(member), role=role.value), by=by, now=now)


@transaction.atomic
def create_group(*, slug: str, name: str, members: Iterable[Member], by: Member | None, now: datetime) -> Group:
    """An approver group with its first members."""
    group = Group(slug=slug, name=name)
    group.full_clean()
    group.save()
    record(kinds.GroupCreated(group=slug, name=name), by=by, now=now)
    for member in members:
        join_group(group=group, member=member, by=by, now=now)
    return group


@transaction.atomic
def join_group(*, group: Group, member: Member, by: Member | None, now: datetime) -> None:
    """A member is in a group from now on; nothing happens if they are already."""
    _, new = GroupMembership.objects.get_or_create(group=group, member=member, until=None, defaults={"since": now})
    if new:
        record(kinds.GroupJoined(group=group.slug, member=in_words(member)), by=by, now=now)


@transaction.atomic
def leave_group(*, group: Group, member: Member, by: Member | None, now: datetime) -> None:
    """A member is no longer in a group; nothing happens if they weren't."""
    _lock(member)
    if GroupMembership.objects.filter(group=group, member=member, until=None).update(until=now):
        record(kinds.GroupLeft(group=group.slug, member=in_words(member)), by=by, now=now)


@transaction.atomic
def issue_token(
    *, name: str, by: Member | None, now: datetime, expires_at: datetime | None = None
) -> tuple[MachineToken, str]:
    """A machine token and its secret, which can't be shown again."""
    secret = new_secret()
    token = MachineToken.objects.create(
        name=name, digest=digest(secret), hint=secret[-4:], created_at=now, expires_at=expires_at
    )
    record(
        kinds.TokenIssued(token=token.pk, name=name, expires_at=None if expires_at is None else timestamp(expires_at)),
        by=by,
        now=now,
    )
    return token, secret


@transaction.atomic
def revoke_token(*, token: MachineToken, by: Member | None, now: datetime) -> None:
    """A machine token stops working; nothing happens if it was revoked before."""
    if MachineToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
        record(kinds.TokenRevoked(token=token.pk, name=token.name), by=by, now=now)


def _lock(member: Member) -> Member:
    """A right is not lost between the check of an approval and its entry: an approval holds the same lock."""
    return Member.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=member.pk)


def in_words(member: Member) -> kinds.PersonWords:
    """The member in the words of the time."""
    return kinds.PersonWords(id=member.pk, name=member.user.name, email=member.user.email)
