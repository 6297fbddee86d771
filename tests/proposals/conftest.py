"""Acme after its first set-up: a gate has checked, so widening takes two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from audit import log
from breakglass import demo
from breakglass.actions import deciding, proposing
from breakglass.changes import Change, GrantRole, JoinGroup, PublishPolicy
from breakglass.models import Message, Proposal
from breakglass.scopes import Scope
from tenants import context
from tenants.actions import in_words
from tenants.actions import revoke_role as revoke
from tenants.models import Member
from tenants.roles import Role
from tests.cast import ASK, NOW, Cast
from tests.domain.support import document

POLICY = demo.POLICY.replace("SENIOR", "sre-leads")
PUBLISH = PublishPolicy(source=POLICY)


def check(cast: Cast) -> None:
    """The first check: from then on the tenant is set up."""
    scope = Scope("payments", "ci", ASK.branch)
    with context.entered(cast.tenant):
        deciding.decide(credential=cast.credential("ci-checks"), scope=scope, rules=frozenset(ASK.rules), now=NOW)


@pytest.fixture
def running(acme: Cast) -> Cast:
    """Acme, entered, with alex and ben as its admins."""
    check(acme)
    return acme


@pytest.fixture
def alone(running: Cast) -> Cast:
    """The same with alex as its only admin."""
    revoke(member=running.ben, role=Role.ADMIN, by=None, now=NOW)
    return running


def join(member: Member, group: str = "sre-leads") -> JoinGroup:
    """Put them in the group."""
    return JoinGroup(group=group, member=in_words(member))


def grant(member: Member, role: str = "admin") -> GrantRole:
    """Give them the role."""
    return GrantRole(member=in_words(member), role=role)


def proposed(change: Change, by: Member | None, **more: Any) -> Proposal:
    """A proposal by somebody, at NOW."""
    return proposing.propose(change=change, by=by, **{"now": NOW} | more)


def newest(count: int) -> list[str]:
    """The kinds of the last entries, oldest first."""
    return [entry.kind for entry in list(log.entries_of(str(context.current_id())))[-count:]]


def last() -> dict[str, Any]:
    """The newest entry."""
    return document(list(log.entries_of(str(context.current_id())))[-1])


def told(kind: str) -> list[str]:
    """Who is told, by the first part of their address."""
    found = Message.objects.select_related("member__user").filter(kind=kind).order_by("pk")
    return sorted(one.member.user.email.partition("@")[0] for one in found if one.member is not None)


type Act = Callable[[], object]
