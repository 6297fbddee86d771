"""Notified people cannot open it: whoever is told of something opens the link of their own letter."""

from __future__ import annotations

import contextvars
from datetime import timedelta
from urllib.parse import urlsplit

from django.test import Client

from breakglass.actions import deciding, ending, proposing, reviewing, writing
from breakglass.actions.records import find
from breakglass.changes import AddMember, JoinGroup
from breakglass.models import Message, MessageKind
from breakglass.notify import letters, proposal_letters
from breakglass.notify.letter import Letter
from breakglass.scopes import Scope
from tenants.actions import in_words, revoke_role
from tenants.roles import Role
from tests.cast import ASK, NOW, Cast
from tests.clock import Clock
from tests.conftest import Approve, Ask
from tests.domain.support import MINUTE
from tests.gates.caller import SCOPE, Caller, read

HIGH = {"gate": "deploy-gate", "environment": "production"}
PROD_DB = {"gate": "db-change", "environment": "production"}
ABOUT_BYPASSES = {
    *("asked", "approved", "opened", "denied", "lapsed", "ends_in_10", "ends_in_2"),
    *("expired", "returned", "revoked", "finding", "owed", "due_soon", "late"),
}
ABOUT_PROPOSALS = {"welcome", "proposed", "consented", "not_consented", "carried_out"}
FOR_MACHINES = {"withdrawn", "in_flight"}


def to_people() -> list[Message]:
    """The last message of each kind to each person."""
    rows = Message.objects.select_related("member__user", "proposal__proposed_by__user", "proposal__decided_by__user")
    of_each = {(one.member_id, one.kind): one for one in rows.filter(member__isnull=False).order_by("pk")}
    return list(of_each.values())


def letter(message: Message) -> Letter:
    """As the worker writes it."""
    if message.bypass_id is None:
        return proposal_letters.write(message)
    message.bypass = find(message.bypass_id)
    return letters.write(message, NOW + 6 * MINUTE)


def opens(message: Message) -> tuple[str, str, int]:
    """Who was told of what, and how the portal answers when they follow the link."""
    address, browser = urlsplit(letter(message).link), Client()
    assert message.member is not None
    if message.kind != MessageKind.WELCOME:  # they have no password yet: the link sets it
        browser.force_login(message.member.user)
    answer = contextvars.Context().run(lambda: browser.get(f"{address.path}?{address.query}", follow=True))
    return message.member.user.name, message.kind, answer.status_code


def a_night(acme: Cast, ask: Ask, approve: Approve) -> None:
    """Everything that can be told of bypasses: approved by one, opened, denied, lapsed, and ended in each way."""
    approve(approve(ask(**HIGH), by="ada"), by="sam")
    ask(**PROD_DB)
    denied, lapsed = ask(branch="denied"), ask(branch="lapsed")
    reviewing.deny(bypass_id=denied.pk, by=acme.pete, comment="No.", now=NOW)
    ending.note_the_clock(bypass_id=lapsed.pk, now=lapsed.lapses_at)
    expired, returned, revoked = (approve(ask(branch=name)) for name in ("expired", "returned", "revoked"))
    ending.return_bypass(bypass_id=returned.pk, by=acme.rosa, now=NOW + 4 * MINUTE)
    ending.revoke(bypass_id=revoked.pk, by=acme.alex, comment="Enough.", now=NOW + 4 * MINUTE)
    ending.note_the_clock(bypass_id=expired.pk, now=NOW + timedelta(hours=1))
    writing.assign(bypass_id=returned.pk, by=acme.rosa, to=acme.olga.pk, now=NOW + 5 * MINUTE)


def a_deploy_past_the_end(acme: Cast, clock: Clock) -> None:
    clock.now = NOW + timedelta(minutes=30)
    gate = Caller(acme.secret("ci-checks"))
    read(gate.post("api/v1/deploys", {"id": "late", **SCOPE, "branch": "expired", "status": "succeeded"}))


def test_notified_people_cannot_open_it(acme: Cast, clock: Clock, ask: Ask, approve: Approve) -> None:
    a_night(acme, ask, approve)
    a_deploy_past_the_end(acme, clock)
    told = [opens(message) for message in to_people()]
    assert {kind for _, kind, _ in told} == ABOUT_BYPASSES
    assert {name for name, _, _ in told} == {"Rosa", "Pete", "Ada", "Sam", "Dana", "Olga"}
    assert [one for one in told if one[2] != 200] == []


def test_notified_people_cannot_open_a_proposal(acme: Cast) -> None:
    scope = Scope("payments", "ci", ASK.branch)
    deciding.decide(credential=acme.credential("ci-checks"), scope=scope, rules=frozenset(ASK.rules), now=NOW)
    newcomer = AddMember(email="nils@acme.example", name="Nils", roles=("requester",))
    one, two = (
        proposing.propose(change=change, by=acme.alex, now=NOW)
        for change in (newcomer, JoinGroup(group="sre-leads", member=in_words(acme.sam)))
    )
    proposing.consent(proposal_id=one.pk, by=acme.ben, now=NOW)
    proposing.refuse(proposal_id=two.pk, by=acme.ben, comment="", now=NOW)
    revoke_role(member=acme.ben, role=Role.ADMIN, by=None, now=NOW)
    three = proposing.propose(change=JoinGroup(group="sre-leads", member=in_words(acme.lee)), by=acme.alex, now=NOW)
    proposing.carry_out_due(proposal_id=three.pk, now=NOW + timedelta(days=1))
    told = [opens(message) for message in to_people()]
    everybody = {"Rosa", "Pete", "Ada", "Sam", "Dana", "Lee", "Olga", "Alex", "Ben", "Nils"}
    assert {name for name, kind, _ in told if kind == "carried_out"} == everybody
    assert {kind for _, kind, _ in told} == ABOUT_PROPOSALS
    assert [one for one in told if one[2] != 200] == []


def test_every_kind_that_people_are_told_of_is_opened_above() -> None:
    assert {kind.value for kind in MessageKind} == ABOUT_BYPASSES | ABOUT_PROPOSALS | FOR_MACHINES
