"""The ends of a bypass: withdrawn, returned, revoked, and what the clock has ended, written down."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit import kinds
from audit.canonical import timestamp
from breakglass import guards, permissions
from breakglass.actions import post_mortems, telling
from breakglass.actions.records import lock, person_of
from breakglass.asks import COMMENT_MOST, clean_text
from breakglass.models import Bypass
from breakglass.states import Status
from tenants.actions import record
from tenants.models import Member


@transaction.atomic
def withdraw(*, bypass_id: str, by: Member, now: datetime) -> Bypass:
    """The requester takes the request back. Again changes nothing. Raises Forbidden, WrongState."""
    bypass = lock(bypass_id)
    if is_repeat(bypass, Status.WITHDRAWN, by):
        return bypass
    permissions.check_can_withdraw(person_of(by), bypass, now)
    close(bypass, "withdraw", by, now)
    entry = record(kinds.BypassWithdrawn(bypass=bypass.pk), by=by, now=now, about=bypass.pk)
    telling.tell_withdrawn(bypass, entry=entry, now=now)
    return bypass


@transaction.atomic
def return_bypass(*, bypass_id: str, by: Member, now: datetime) -> Bypass:
    """The requester is done: the gate shuts now. Again changes nothing. Raises Forbidden, WrongState."""
    bypass = lock(bypass_id)
    if is_repeat(bypass, Status.RETURNED, by):
        return bypass
    permissions.check_can_return(person_of(by), bypass, now)
    unused = _unused(bypass, now)
    close(bypass, "return", by, now)
    _end(bypass, kinds.BypassReturned(bypass=bypass.pk, unused_seconds=unused), by, now)
    return bypass


@transaction.atomic
def revoke(*, bypass_id: str, by: Member, comment: str, now: datetime) -> Bypass:
    """Somebody who could approve it, or an admin, shuts the gate now. Again changes nothing.

    Raises Forbidden, WrongState, BadInput.
    """
    bypass = lock(bypass_id)
    if is_repeat(bypass, Status.REVOKED, by):
        return bypass
    permissions.check_can_revoke(person_of(by), bypass, now)
    why, unused = clean_text("comment", comment, COMMENT_MOST), _unused(bypass, now)
    close(bypass, "revoke", by, now)
    _end(bypass, kinds.BypassRevoked(bypass=bypass.pk, comment=why, unused_seconds=unused), by, now)
    return bypass


@transaction.atomic
def note_the_clock(*, bypass_id: str, now: datetime) -> bool:
    """Write down, once, that the clock has ended a bypass. False if it has not, or it was written down before."""
    bypass = lock(bypass_id)
    ended = guards.check_clock_has_ended(bypass, now)
    if ended is None:
        return False
    at = bypass.expires_at if ended == Status.EXPIRED else bypass.lapses_at
    bypass.status, bypass.closed_at = ended, at
    bypass.save(update_fields=["status", "closed_at"])
    effective_at = timestamp(at or now)
    if ended == Status.EXPIRED:
        _end(bypass, kinds.BypassExpired(bypass=bypass.pk, effective_at=effective_at), None, now)
    else:
        data = kinds.BypassLapsed(bypass=bypass.pk, effective_at=effective_at)
        telling.tell_lapsed(bypass, entry=record(data, by=None, now=now, about=bypass.pk), now=now)
    return True


def _end(bypass: Bypass, data: kinds.Kind, by: Member | None, now: datetime) -> None:
    """What every end of an open gate does: it owes a post-mortem, is an entry, and is told.

    The post-mortem is locked before the entry is appended, and filled after it, with the end in its timeline.
    """
    owed = post_mortems.owe(bypass, now)
    entry = record(data, by=by, now=now, about=bypass.pk)
    post_mortems.fill_in(owed, bypass, now)
    telling.tell_ended(bypass, entry=entry, now=now)


def is_repeat(bypass: Bypass, status: Status, by: Member) -> bool:
    """Whether the same person has closed it the same way before: a double click."""
    return bypass.status == status and bypass.closed_by_id == by.pk


def close(bypass: Bypass, transition: str, by: Member, now: datetime) -> None:
    """Take the transition, if it can be taken now."""
    bypass.status, bypass.closed_at, bypass.closed_by = guards.check_can(transition, bypass, now), now, by
    bypass.save(update_fields=["status", "closed_at", "closed_by"])


def _unused(bypass: Bypass, now: datetime) -> int:
    return max(0, int((bypass.expires_at - now).total_seconds())) if bypass.expires_at else 0
