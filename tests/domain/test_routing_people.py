"""Whom a request goes to, and what happens when that is nobody."""

from __future__ import annotations

import pytest

from breakglass.actions.asking import find_gate, request_bypass, route
from breakglass.actions.setting_up import create_gate, publish_policy
from breakglass.asks import parse_ask
from breakglass.demo import POLICY
from breakglass.errors import BadInput, PolicyError, WrongState
from breakglass.models import PolicyVersion
from breakglass.permissions import NoRight
from breakglass.scopes import Scope
from tenants import context
from tenants.actions import add_member, create_tenant, grant_role, join_group, leave_group, remove_member
from tenants.models import Group, User
from tenants.roles import Role
from tests.cast import ASK, NOW, SET_UP, Cast
from tests.conftest import Approve, Ask
from tests.domain.support import refused, second_account

LOW_ASKS_LEADS = POLICY.replace("SENIOR", "sre-leads").replace(
    "low:\n    approvals: [{from: peers, count: 1}]", "low:\n    approvals: [{from: sre-leads, count: 1}]"
)
UNREADABLE = (
    "the stored policy is not one that this version wrote, so nothing can be routed by it; publish the policy again "
    "from its YAML"
)


def names(acme: Cast, gate: str, environment: str, by: str = "rosa") -> dict[str, list[str]]:
    """Each clause and who could fill it."""
    scope = Scope("payments", environment, "main")
    routing = route(by=getattr(acme, by), gate=find_gate(gate), scope=scope, now=NOW)
    return {clause.clause: [person.name for person in clause.people] for clause in routing.clauses}


def test_low_goes_to_the_other_requesters(acme: Cast) -> None:
    assert names(acme, "ci-checks", "ci") == {"one peer": ["Pete"]}
    assert names(acme, "ci-checks", "ci", by="pete") == {"one peer": ["Rosa"]}


def test_high_goes_to_both_groups(acme: Cast) -> None:
    assert names(acme, "deploy-gate", "production") == {"one of sre-leads": ["Ada"], "one of security-duty": ["Sam"]}


def test_the_deputy_is_asked_only_while_the_senior_is_away(acme: Cast) -> None:
    senior = "dana@acme.example, or lee@acme.example when away"
    assert names(acme, "db-change", "production") == {"one peer": ["Pete"], senior: ["Dana"]}


def test_admins_and_auditors_are_nobodys_approvers(acme: Cast) -> None:
    asked = [
        person
        for gate, environment in (("ci-checks", "ci"), ("deploy-gate", "production"), ("db-change", "production"))
        for people in names(acme, gate, environment).values()
        for person in people
    ]
    assert sorted(set(asked)) == ["Ada", "Dana", "Pete", "Sam"]


def test_rule_returns_no_approvers(acme: Cast, ask: Ask) -> None:
    remove_member(member=acme.pete, by=acme.alex, now=SET_UP)
    assert refused(WrongState, ask).sentence == (
        "Nobody could approve this: tier low asks one peer, and too few people other than you have that right. "
        "Ask an admin to add approvers, then send it again."
    )


def test_only_a_second_account_of_the_requester_is_nobody(acme: Cast, ask: Ask) -> None:
    second_account(acme.rosa, Role.REQUESTER)
    remove_member(member=acme.pete, by=acme.alex, now=SET_UP)
    refused(WrongState, ask)


def test_approver_group_empty(acme: Cast, ask: Ask) -> None:
    leave_group(group=Group.objects.get(slug="security-duty"), member=acme.sam, by=acme.alex, now=SET_UP)
    error = refused(WrongState, lambda: ask(gate="deploy-gate", environment="production"))
    assert error.sentence == (
        "Nobody could approve this: tier high asks one of security-duty, and too few people other than you have that "
        "right. Ask an admin to add approvers, then send it again."
    )


def test_one_person_in_both_groups_is_too_few(acme: Cast, ask: Ask) -> None:
    for group, member in (("sre-leads", acme.ada), ("security-duty", acme.sam)):
        leave_group(group=Group.objects.get(slug=group), member=member, by=acme.alex, now=SET_UP)
    for group in ("sre-leads", "security-duty"):
        join_group(group=Group.objects.get(slug=group), member=acme.ben, by=acme.alex, now=SET_UP)
    error = refused(WrongState, lambda: ask(gate="deploy-gate", environment="production"))
    assert error.sentence == (
        "Nobody could approve this: tier high asks one of sre-leads and one of security-duty, and too few people other "
        "than you have that right. Ask an admin to add approvers, then send it again."
    )


def test_the_senior_can_not_ask_herself(acme: Cast, ask: Ask) -> None:
    grant_role(member=acme.dana, role=Role.REQUESTER, by=acme.alex, now=SET_UP)
    error = refused(WrongState, lambda: ask(by="dana", gate="db-change", environment="production"))
    assert error.sentence == (
        "Nobody could approve this: tier prod-db asks dana@acme.example, or lee@acme.example when away, and too few "
        "people other than you have that right. Ask an admin to add approvers, then send it again."
    )


def test_no_policy_is_no_approver(db: None) -> None:
    with context.entered(create_tenant(slug="initech", name="Initech", now=SET_UP)):
        user = User.objects.create(email="milena@initech.example", name="Milena")
        milena = add_member(user=user, roles=[Role.REQUESTER], by=None, now=SET_UP)
        create_gate(slug="ci-checks", name="CI", services=["payments"], environments=["ci"], by=None, now=SET_UP)
        asked = parse_ask(ASK)
        error = refused(BadInput, lambda: request_bypass(by=milena, gate="ci-checks", ask=asked, now=NOW))
    assert error.fields == {
        "gate": ("No policy is published yet, so nobody could approve: ask an admin to publish one.",)
    }


def test_lookup_of_rule_fails(ask: Ask) -> None:
    PolicyVersion.objects.create(number=2, source="", document={"tiers": []}, digest="sha256:0", published_at=NOW)
    assert refused(PolicyError, ask).sentence == UNREADABLE


@pytest.mark.parametrize("document", [[], {}, {"version": 1, "tiers": [], "routes": []}])
def test_a_policy_that_says_nothing_approves_nothing(ask: Ask, document: object) -> None:
    PolicyVersion.objects.create(number=2, source="", document=document, digest="sha256:0", published_at=NOW)
    refused(PolicyError, ask)


def test_a_later_policy_does_not_reach_an_open_request(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = ask()
    publish_policy(source=LOW_ASKS_LEADS, by=acme.alex, now=NOW)
    assert approve(bypass).status == "active"


def test_a_later_policy_does_not_let_its_people_into_an_open_request(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = ask()
    publish_policy(source=LOW_ASKS_LEADS, by=acme.alex, now=NOW)
    refused(NoRight, lambda: approve(bypass, by="ada"))


def test_a_later_policy_holds_for_the_next_request(acme: Cast, ask: Ask, approve: Approve) -> None:
    publish_policy(source=LOW_ASKS_LEADS, by=acme.alex, now=NOW)
    assert approve(ask(), by="ada").status == "active"


def test_sibling_rules_approvers(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = ask(gate="deploy-gate", environment="production")
    refused(NoRight, lambda: approve(bypass, by="dana"))
