"""Two admins at once, on a real PostgreSQL: a proposal is decided once."""

from __future__ import annotations

import pytest
from django.db import connection

from audit.models import Entry
from breakglass.actions.proposing import consent, propose, refuse, withdraw
from breakglass.changes import RemoveMember
from breakglass.errors import Forbidden, WrongState
from breakglass.models import PolicyVersion, Proposal, ProposalState
from tenants import actions as tenancy
from tenants.actions import in_words
from tenants.roles import Role
from tests.cast import NOW, Cast
from tests.conftest import Ask
from tests.domain.racers import approval
from tests.domain.racing import Racer, at_once, in_order
from tests.domain.support import MINUTE
from tests.proposals.conftest import PUBLISH, check, join, newest, proposed

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes one writer at a time."),
]

LATER = NOW + MINUTE


@pytest.fixture
def waiting(acme: Cast) -> Proposal:
    """Alex's policy, with ben and dana as the other admins."""
    check(acme)
    tenancy.grant_role(member=acme.dana, role=Role.ADMIN, by=None, now=NOW)
    return proposed(PUBLISH, acme.alex)


def consents(acme: Cast, waiting: Proposal, name: str) -> Racer:
    by = getattr(acme, name)
    return lambda: consent(proposal_id=waiting.pk, by=by, now=LATER)


def test_two_consents_publish_once(acme: Cast, waiting: Proposal) -> None:
    outcome = at_once(acme.tenant, consents(acme, waiting, "ben"), consents(acme, waiting, "dana"))
    assert sum(one is WrongState for one in outcome) == 1
    assert (PolicyVersion.objects.count(), newest(2)) == (2, ["policy.published", "change.consented"])


def test_a_double_click_publishes_once(acme: Cast, waiting: Proposal) -> None:
    outcome = at_once(acme.tenant, consents(acme, waiting, "ben"), consents(acme, waiting, "ben"))
    assert (outcome, PolicyVersion.objects.count()) == ([waiting, waiting], 2)


def test_a_consent_behind_a_withdrawal_is_too_late(acme: Cast, waiting: Proposal) -> None:
    alex = acme.alex
    outcome = in_order(
        acme.tenant,
        lambda: withdraw(proposal_id=waiting.pk, by=alex, now=LATER),
        consents(acme, waiting, "ben"),
    )
    assert (outcome[1], PolicyVersion.objects.count()) == (WrongState, 1)


def test_a_refusal_behind_a_consent_is_too_late(acme: Cast, waiting: Proposal) -> None:
    dana = acme.dana
    outcome = in_order(
        acme.tenant,
        consents(acme, waiting, "ben"),
        lambda: refuse(proposal_id=waiting.pk, by=dana, comment="", now=LATER),
    )
    assert (outcome[1], Proposal.objects.get(pk=waiting.pk).state) == (WrongState, ProposalState.DONE)


def test_an_admin_who_loses_the_role_at_the_same_moment_does_not_consent(acme: Cast, waiting: Proposal) -> None:
    ben = acme.ben
    outcome = in_order(
        acme.tenant,
        lambda: tenancy.revoke_role(member=ben, role=Role.ADMIN, by=None, now=LATER),
        consents(acme, waiting, "ben"),
    )
    assert (outcome[1], PolicyVersion.objects.count()) == (Forbidden, 1)


def test_the_same_proposed_twice_at_once_is_one(acme: Cast, waiting: Proposal) -> None:
    change, alex = join(acme.sam), acme.alex
    one, two = at_once(
        acme.tenant,
        *[lambda: propose(change=change, by=alex, now=LATER)] * 2,
    )
    assert one == two
    assert Entry.objects.filter(kind="change.proposed").count() == 2


@pytest.mark.parametrize("consent_first", [True, False])
def test_a_consent_and_an_approval_do_not_wait_for_each_other(acme: Cast, ask: Ask, consent_first: bool) -> None:
    bypass = ask()
    waiting = proposed(RemoveMember(member=in_words(acme.ben)), acme.alex)
    tenancy.grant_role(member=acme.pete, role=Role.ADMIN, by=None, now=NOW)
    acts = [consents(acme, waiting, "pete"), approval(acme, bypass, "pete")]
    in_order(acme.tenant, *(acts if consent_first else acts[::-1]))
    assert sorted(newest(3)) == ["bypass.approved", "change.consented", "member.removed"]
