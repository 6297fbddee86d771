"""The few races that matter, as they happen: real threads on a real PostgreSQL, in the order that hurts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from audit.models import Entry
from breakglass.actions import ending, sealing
from breakglass.actions.deciding import Decision
from breakglass.actions.deploying import RecordedDeploy
from breakglass.errors import Forbidden, WrongState
from breakglass.models import Bypass, Check, ChecksBatch, Review
from breakglass.permissions import Late, NoRight
from breakglass.states import Status
from tenants import actions as tenancy
from tenants.models import Group
from tenants.roles import Role
from tests.cast import SET_UP, Cast
from tests.conftest import Approve, Ask
from tests.domain.racers import LATER, approval, denial, lose_role, question, report, request, revocation
from tests.domain.racing import Racer, at_once, in_order
from tests.domain.support import document, entries, kinds

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes one writer at a time."),
]


def status(bypass: Bypass) -> str:
    return Bypass.objects.values_list("status", flat=True).get(pk=bypass.pk)


@pytest.mark.parametrize("order", [("ada", "sam"), ("sam", "ada")])
def test_two_approve_at_once(acme: Cast, ask: Ask, order: tuple[str, str]) -> None:
    bypass = ask(gate="deploy-gate", environment="production")
    in_order(acme.tenant, *(approval(acme, bypass, name) for name in order))
    assert (status(bypass), Review.objects.count()) == (Status.ACTIVE, 2)
    assert kinds(bypass) == ["bypass.requested", "bypass.approved", "bypass.approved"]
    assert [document(entry)["data"]["active"] for entry in entries(bypass.pk)[1:]] == [False, True]


def test_same_approver_twice(acme: Cast, ask: Ask) -> None:
    bypass = ask()
    in_order(acme.tenant, approval(acme, bypass, "pete"), approval(acme, bypass, "pete"))
    assert (status(bypass), Review.objects.count()) == (Status.ACTIVE, 1)
    assert kinds(bypass) == ["bypass.requested", "bypass.approved"]


@pytest.fixture
def two_peers(acme: Cast) -> Cast:
    """Dana may fill a peer's place, as pete may."""
    tenancy.grant_role(member=acme.dana, role=Role.REQUESTER, by=acme.alex, now=SET_UP)
    return acme


def test_quorum_overshoot(two_peers: Cast, ask: Ask) -> None:
    bypass = ask()
    outcome = in_order(two_peers.tenant, *(approval(two_peers, bypass, name) for name in ("pete", "dana")))
    assert (outcome[1], status(bypass), Review.objects.count()) == (Late, Status.ACTIVE, 1)


def test_approve_and_deny_race(two_peers: Cast, ask: Ask) -> None:
    bypass = ask()
    outcome = in_order(two_peers.tenant, approval(two_peers, bypass, "pete"), denial(two_peers, bypass, "dana"))
    assert (outcome[1], status(bypass)) == (Late, Status.ACTIVE)
    assert kinds(bypass) == ["bypass.requested", "bypass.approved"]


def test_deny_and_approve_race(two_peers: Cast, ask: Ask) -> None:
    bypass = ask()
    outcome = in_order(two_peers.tenant, denial(two_peers, bypass, "dana"), approval(two_peers, bypass, "pete"))
    assert (outcome[1], status(bypass)) == (Late, Status.DENIED)
    assert kinds(bypass) == ["bypass.requested", "bypass.denied"]


def test_a_double_click_is_one_request(acme: Cast) -> None:
    outcome = in_order(acme.tenant, request(acme), request(acme))
    assert outcome[0] == outcome[1]
    assert Entry.objects.filter(kind="bypass.requested").count() == Bypass.objects.count() == 1


def test_eight_clicks_are_one_request(acme: Cast) -> None:
    outcome = at_once(acme.tenant, *[request(acme)] * 8)
    assert outcome == [outcome[0]] * 8
    assert Entry.objects.filter(kind="bypass.requested").count() == Bypass.objects.count() == 1


def test_two_first_checks_are_one_entry(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    answers = in_order(acme.tenant, question(acme, bypass), question(acme, bypass))
    assert [isinstance(one, Decision) and one.bypass == bypass for one in answers] == [True, True]
    assert kinds(bypass)[2:] == ["gate.checked"]
    assert sorted(Check.objects.values_list("first", flat=True)) == [False, True]


def ends(acme: Cast, bypass: Bypass) -> tuple[Racer, Racer]:
    """The requester's return just before the end, and the worker's note at it."""
    rosa, end = acme.rosa, bypass.expires_at
    assert end is not None
    return (
        lambda: ending.return_bypass(bypass_id=bypass.pk, by=rosa, now=end - timedelta(seconds=1)),
        lambda: ending.note_the_clock(bypass_id=bypass.pk, now=end),
    )


def test_a_return_before_the_sweep_stays(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    give_back, note = ends(acme, bypass)
    assert in_order(acme.tenant, give_back, note)[1] is False
    assert (status(bypass), kinds(bypass)[2:]) == (Status.RETURNED, ["bypass.returned"])


def test_an_expiry_before_the_return_stays(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    give_back, note = ends(acme, bypass)
    assert in_order(acme.tenant, note, give_back) == [True, WrongState]
    assert (status(bypass), kinds(bypass)[2:]) == (Status.EXPIRED, ["bypass.expired"])


def test_two_sweeps_note_an_end_once(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    _, note = ends(acme, bypass)
    assert in_order(acme.tenant, note, note) == [True, False]


def test_two_sweeps_seal_nothing_twice(acme: Cast, ask: Ask, approve: Approve) -> None:
    ask_gate = question(acme, approve(ask()))
    for _ in range(4):
        ask_gate()
    at_once(acme.tenant, *[lambda: sealing.seal_checks(now=LATER)] * 2)
    assert sum(ChecksBatch.objects.values_list("count", flat=True)) == 3
    assert Check.objects.exclude(batch=None).count() == 3


def test_a_check_behind_a_revocation_is_enforce(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    _, answer = in_order(acme.tenant, revocation(acme, bypass), question(acme, bypass))
    assert isinstance(answer, Decision)
    assert (answer.bypass, kinds(bypass)[2:]) == (None, ["bypass.revoked"])


def test_a_check_behind_a_revocation_falls_back_on_the_next_bypass(acme: Cast, ask: Ask, approve: Approve) -> None:
    other, longest = approve(ask()), approve(ask(ttl="1h"), ttl=3600)
    _, answer = in_order(acme.tenant, revocation(acme, longest), question(acme, longest))
    assert isinstance(answer, Decision)
    assert answer.bypass == other


def test_a_deploy_behind_a_revocation_is_not_covered(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    _, found = in_order(acme.tenant, revocation(acme, bypass), report(acme, bypass))
    assert isinstance(found, RecordedDeploy)
    assert found.deploy.bypass_id is None


def test_a_removed_approver_does_not_slip_through(acme: Cast, ask: Ask) -> None:
    bypass, pete, alex = ask(), acme.pete, acme.alex
    outcome = in_order(
        acme.tenant,
        lambda: tenancy.remove_member(member=pete, by=alex, now=LATER),
        approval(acme, bypass, "pete"),
    )
    assert (outcome[1], status(bypass)) == (Forbidden, Status.REQUESTED)


def test_an_approver_removed_before_the_last_approval_does_not_count(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask(gate="deploy-gate", environment="production"), by="ada")
    ada, alex = acme.ada, acme.alex
    in_order(acme.tenant, lambda: tenancy.remove_member(member=ada, by=alex, now=LATER), approval(acme, bypass, "sam"))
    assert status(bypass) == Status.REQUESTED


def test_a_role_taken_at_the_same_moment_is_gone(acme: Cast, ask: Ask) -> None:
    bypass = ask()
    assert in_order(acme.tenant, lose_role(acme), approval(acme, bypass, "pete"))[1] is NoRight


def test_a_role_taken_behind_an_approval_is_recorded_after_it(acme: Cast, ask: Ask) -> None:
    bypass = ask()
    in_order(acme.tenant, approval(acme, bypass, "pete"), lose_role(acme))
    assert [entry.kind for entry in entries()][-2:] == ["bypass.approved", "role.revoked"]


def test_a_group_left_at_the_same_moment_is_gone(acme: Cast, ask: Ask) -> None:
    bypass, ada, alex = ask(gate="deploy-gate", environment="production"), acme.ada, acme.alex
    group = Group.objects.get(slug="sre-leads")
    outcome = in_order(
        acme.tenant,
        lambda: tenancy.leave_group(group=group, member=ada, by=alex, now=LATER),
        approval(acme, bypass, "ada"),
    )
    assert outcome[1] is NoRight
