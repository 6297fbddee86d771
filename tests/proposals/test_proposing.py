"""Widening takes two: who has to consent to what, and what happens where there is no second."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from breakglass import changes, demo, tasks
from breakglass.actions import deploying, gate_changes, judging, offline, proposing
from breakglass.actions.carrying_out import NothingToChange
from breakglass.actions.proposing import carry_out_due, consent, propose, refuse, withdraw
from breakglass.actions.setting_up import publish_policy
from breakglass.changes import AddMember, CreateGroup, RemoveMember, RevokeRole, WidenGate
from breakglass.consents import OwnProposal
from breakglass.errors import BadInput, Forbidden, NotFound, PolicyError, WrongState
from breakglass.models import GateCredential, Message, PolicyVersion, Proposal, ProposalState
from breakglass.scopes import Scope
from tenants import actions as tenancy
from tenants import context
from tenants.actions import in_words
from tenants.models import Group, GroupMembership, Member, RoleGrant, User
from tenants.roles import Role
from tests.cast import ASK, NOW, Cast
from tests.domain.support import TICK, document, entries, refused, second_account
from tests.proposals.conftest import POLICY, PUBLISH, grant, join, last, newest, proposed, told

LATER = NOW + timedelta(minutes=5)
DUE = NOW.replace(microsecond=0) + timedelta(hours=24)
NEW = AddMember(email="nina@acme.example", name="Nina", roles=("requester",))


def in_group(member: Member, group: str = "sre-leads") -> bool:
    return GroupMembership.objects.filter(group__slug=group, member=member, until=None).exists()


def is_admin(member: Member) -> bool:
    return RoleGrant.objects.filter(member=member, role=Role.ADMIN, until=None).exists()


def state(proposal: Proposal) -> str:
    return Proposal.objects.get(pk=proposal.pk).state


def test_in_the_first_set_up_one_admin_is_enough(acme: Cast) -> None:
    done = proposed(join(acme.sam), acme.alex)
    assert (done.state, done.due_at, in_group(acme.sam)) == (ProposalState.DONE, NOW, True)
    assert newest(1) == ["group.joined"]


def test_a_request_ends_the_first_set_up_as_a_check_does(acme: Cast, ask: object) -> None:
    ask()  # type: ignore[operator]
    assert proposed(join(acme.sam), acme.alex).state == ProposalState.OPEN


def _fetch(credential: GateCredential, scope: Scope) -> None:
    offline.note_sync(credential=credential, now=NOW)


def _judge(credential: GateCredential, scope: Scope) -> None:
    said = judging.read_verdict(id="v", scope=scope, decision="pass", rules=[], evidence_url="", evaluated_at="")
    judging.record_verdicts(credential=credential, reports=[said], now=NOW)


def _deploy(credential: GateCredential, scope: Scope) -> None:
    report = deploying.read_report(id="d", scope=scope, status="succeeded", url="", provenance_url="")
    deploying.record_deploy(credential=credential, report=report, now=NOW)


@pytest.mark.parametrize("live", [_fetch, _judge, _deploy])
def test_a_gate_that_decides_alone_ends_the_first_set_up(
    acme: Cast, live: Callable[[GateCredential, Scope], None]
) -> None:
    live(acme.credential("ci-checks"), Scope("payments", "ci", ASK.branch))
    second = AddMember(email="alex.two@acme.example", name="Alex", roles=("requester",))
    assert proposed(second, acme.alex).state == ProposalState.OPEN


@pytest.mark.parametrize("signed_in", [True, False])
def test_in_the_first_set_up_an_admin_who_has_signed_in_is_not_removed_by_one(acme: Cast, signed_in: bool) -> None:
    User.objects.filter(pk=acme.ben.user_id).update(last_login=NOW if signed_in else None)
    for change in (RevokeRole(member=in_words(acme.ben), role="admin"), RemoveMember(member=in_words(acme.ben))):
        assert proposed(change, acme.alex).state == (ProposalState.OPEN if signed_in else ProposalState.DONE)
    assert is_admin(acme.ben) is signed_in


def test_with_two_admins_the_other_one_consents(running: Cast) -> None:
    waiting = proposed(PUBLISH, running.alex)
    assert (waiting.state, waiting.due_at, PolicyVersion.objects.count()) == (ProposalState.OPEN, None, 1)
    assert (newest(1), told("proposed")) == (["change.proposed"], ["ben"])
    done = consent(proposal_id=waiting.pk, by=running.ben, now=LATER)
    version = PolicyVersion.objects.select_related("published_by").get(number=2)
    assert (done.state, version.published_by, version.published_at) == (ProposalState.DONE, running.alex, LATER)
    assert newest(2) == ["policy.published", "change.consented"]
    assert told("consented") == ["alex"]


def test_the_entry_of_a_consent_names_both_and_the_acts_own_entries(running: Cast) -> None:
    waiting = proposed(join(running.sam), running.alex)
    consent(proposal_id=waiting.pk, by=running.ben, now=LATER)
    joined = entries()[-2]
    assert last()["data"] == {
        "proposal": waiting.pk,
        "change": "join-group",
        "says": "put Sam (sam@acme.example) in the group sre-leads",
        "proposed_by": {"id": running.alex.pk, "name": "Alex", "email": "alex@acme.example"},
        "consented_by": {"id": running.ben.pk, "name": "Ben", "email": "ben@acme.example"},
        "entries": [joined.id],
    }
    assert (document(joined)["actor"]["name"], last()["actor"]["name"]) == ("Alex", "Ben")


def test_nobody_consents_to_their_own(running: Cast) -> None:
    waiting = proposed(join(running.sam), running.alex)
    again = second_account(running.alex, Role.ADMIN)
    for by in (running.alex, again):
        error = refused(OwnProposal, lambda by=by: consent(proposal_id=waiting.pk, by=by, now=LATER))  # type: ignore[misc]
        assert error.sentence == "You proposed this yourself: another admin has to consent to it."


def test_a_second_account_of_the_only_admin_is_no_second_admin(alone: Cast) -> None:
    second_account(alone.alex, Role.ADMIN)
    assert proposed(join(alone.sam), alone.alex).due_at == DUE


def test_only_admins_propose_consent_and_refuse(running: Cast) -> None:
    refused(Forbidden, lambda: proposed(join(running.sam), running.rosa))
    waiting = proposed(join(running.sam), running.alex)
    refused(Forbidden, lambda: consent(proposal_id=waiting.pk, by=running.rosa, now=LATER))
    refused(Forbidden, lambda: refuse(proposal_id=waiting.pk, by=running.olga, comment="", now=LATER))
    refused(Forbidden, lambda: withdraw(proposal_id=waiting.pk, by=running.ben, now=LATER))


def test_an_admin_who_lost_the_role_does_not_consent(running: Cast) -> None:
    waiting, ben = proposed(join(running.sam), running.alex), running.ben
    tenancy.revoke_role(member=ben, role=Role.ADMIN, by=None, now=NOW)
    refused(Forbidden, lambda: consent(proposal_id=waiting.pk, by=ben, now=LATER))


def test_what_somebody_proposed_who_is_no_admin_any_more_gets_no_consent(running: Cast) -> None:
    waiting = proposed(join(running.sam), running.alex)
    tenancy.revoke_role(member=running.alex, role=Role.ADMIN, by=None, now=NOW)
    error = refused(WrongState, lambda: consent(proposal_id=waiting.pk, by=running.ben, now=LATER))
    assert error.sentence == "Alex, who proposed this, is no admin any more: refuse it, and propose it yourself."


def test_a_refusal_ends_it_and_tells_why(running: Cast) -> None:
    waiting = proposed(join(running.sam), running.alex)
    refuse(proposal_id=waiting.pk, by=running.ben, comment=" Sam is new. ", now=LATER)
    assert (state(waiting), in_group(running.sam)) == (ProposalState.REFUSED, False)
    assert (newest(1), last()["data"]["comment"], told("not_consented")) == (
        ["change.refused"],
        "Sam is new.",
        ["alex"],
    )


def test_its_proposer_takes_it_back(running: Cast) -> None:
    waiting = proposed(join(running.sam), running.alex)
    withdraw(proposal_id=waiting.pk, by=running.alex, now=LATER)
    assert (state(waiting), newest(1)) == (ProposalState.WITHDRAWN, ["change.withdrawn"])


def test_each_act_again_by_the_same_person_changes_nothing(running: Cast) -> None:
    one = proposed(join(running.sam), running.alex)
    assert proposed(join(running.sam), running.alex, now=LATER) == one
    consent(proposal_id=one.pk, by=running.ben, now=LATER)
    two, three = proposed(join(running.lee), running.alex), proposed(join(running.dana), running.alex)
    refuse(proposal_id=two.pk, by=running.ben, comment="", now=LATER)
    withdraw(proposal_id=three.pk, by=running.alex, now=LATER)
    before = [entry.id for entry in entries()]
    consent(proposal_id=one.pk, by=running.ben, now=LATER)
    refuse(proposal_id=two.pk, by=running.ben, comment="Another word.", now=LATER)
    withdraw(proposal_id=three.pk, by=running.alex, now=LATER)
    assert proposed(join(running.sam), running.alex, now=LATER) == one
    assert [entry.id for entry in entries()] == before


def test_what_is_decided_is_decided(running: Cast) -> None:
    waiting = proposed(join(running.sam), running.alex)
    refuse(proposal_id=waiting.pk, by=running.ben, comment="", now=LATER)
    for act in (
        lambda: consent(proposal_id=waiting.pk, by=running.ben, now=LATER),
        lambda: withdraw(proposal_id=waiting.pk, by=running.alex, now=LATER),
    ):
        assert refused(WrongState, act).sentence.startswith("This was refused before:")


def test_the_same_by_somebody_else_is_pointed_at(running: Cast) -> None:
    proposed(join(running.sam), running.alex)
    error = refused(WrongState, lambda: proposed(join(running.sam), running.ben))
    assert error.sentence.startswith("The same is proposed already and waits for consent:")


def test_a_lone_admin_waits_a_day_and_everybody_is_told(alone: Cast) -> None:
    waiting = proposed(join(alone.sam), alone.alex)
    assert waiting.due_at == DUE
    assert told("proposed") == sorted(["rosa", "pete", "ada", "sam", "dana", "lee", "olga", "alex", "ben"])
    carry_out_due(proposal_id=waiting.pk, now=DUE - TICK)
    assert (state(waiting), proposing.due(DUE - TICK)) == (ProposalState.OPEN, [])
    assert proposing.due(DUE) == [waiting.pk]
    carry_out_due(proposal_id=waiting.pk, now=DUE)
    assert (state(waiting), in_group(alone.sam)) == (ProposalState.DONE, True)
    assert newest(2) == ["group.joined", "change.carried-out"]
    assert (last()["actor"]["type"], len(told("carried_out"))) == ("portal", 9)
    before = len(entries())
    carry_out_due(proposal_id=waiting.pk, now=DUE)
    assert len(entries()) == before


def test_while_it_waits_for_the_clock_any_admin_stops_it(alone: Cast) -> None:
    one, two = proposed(join(alone.sam), alone.alex), proposed(join(alone.lee), alone.alex)
    tenancy.grant_role(member=alone.ben, role=Role.ADMIN, by=None, now=NOW)
    withdraw(proposal_id=one.pk, by=alone.ben, now=LATER)
    refuse(proposal_id=two.pk, by=alone.ben, comment="", now=LATER)
    assert (state(one), state(two), proposing.due(DUE)) == (ProposalState.WITHDRAWN, ProposalState.REFUSED, [])


def test_what_can_not_be_done_when_it_is_due_is_refused_by_the_portal(alone: Cast) -> None:
    waiting = proposed(join(alone.sam), alone.alex)
    tenancy.remove_member(member=alone.sam, by=None, now=LATER)
    carry_out_due(proposal_id=waiting.pk, now=DUE)
    sentence = "Sam is not a member here now: look at the list of members again."
    assert (state(waiting), last()["data"]["comment"], last()["actor"]["type"]) == ("refused", sentence, "portal")


def test_the_worker_carries_out_what_is_due(alone: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = proposed(join(alone.sam), alone.alex)
    for moment, was in ((DUE - TICK, ProposalState.OPEN), (DUE + timedelta(days=3), ProposalState.DONE)):
        monkeypatch.setattr("django.utils.timezone.now", lambda moment=moment: moment)
        tasks.sweep()
        assert state(waiting) == was


def test_what_the_operator_proposes_needs_one_admin(alone: Cast) -> None:
    waiting = proposed(PUBLISH, None)
    assert (waiting.due_at, told("proposed"), last()["data"]["proposed_by"]) == (None, ["alex"], None)
    consent(proposal_id=waiting.pk, by=alone.alex, now=LATER)
    assert (PolicyVersion.objects.get(number=2).published_by_id, told("consented")) == (None, [])


def test_what_the_operator_proposes_to_nobody_waits_a_day(alone: Cast) -> None:
    tenancy.revoke_role(member=alone.alex, role=Role.ADMIN, by=None, now=NOW)
    assert (proposed(PUBLISH, None).due_at, "rosa" in told("proposed")) == (DUE, True)


def test_a_policy_that_was_overtaken_is_refused(running: Cast) -> None:
    first, second = proposed(PUBLISH, running.alex), proposed(changes.PublishPolicy(source=other()), running.alex)
    consent(proposal_id=second.pk, by=running.ben, now=LATER)
    assert (state(first), told("not_consented")) == (ProposalState.REFUSED, ["alex"])
    assert [version.source for version in PolicyVersion.objects.order_by("number")][1:] == [other()]


def test_a_policy_published_beside_it_overtakes_it_too(running: Cast) -> None:
    waiting = proposed(PUBLISH, running.alex)
    publish_policy(source=other(), by=None, now=NOW)
    error = refused(WrongState, lambda: consent(proposal_id=waiting.pk, by=running.ben, now=LATER))
    assert error.sentence.startswith("Policy version 2 was published after this was proposed:")


def other() -> str:
    """Yet another policy."""
    return POLICY.replace("5d", "6d")


def test_a_policy_that_no_longer_parses_gets_no_consent(running: Cast) -> None:
    waiting = proposed(PUBLISH, running.alex)
    group = Group.objects.get(slug="security-duty")
    tenancy.leave_group(group=group, member=running.sam, by=None, now=NOW)
    error = refused(PolicyError, lambda: consent(proposal_id=waiting.pk, by=running.ben, now=LATER))
    assert "which has no members" in error.sentence


def test_a_new_member_gets_a_letter_and_the_roles(running: Cast) -> None:
    waiting = proposed(NEW, running.alex)
    assert not User.objects.filter(email=NEW.email).exists()
    consent(proposal_id=waiting.pk, by=running.ben, now=LATER)
    nina = running.nina
    assert list(RoleGrant.objects.filter(member=nina).values_list("role", flat=True)) == ["requester"]
    assert (told("welcome"), nina.user.has_usable_password()) == (["nina"], False)
    assert newest(2) == ["member.added", "change.consented"]
    assert last()["data"]["entries"] == [entries()[-2].id]


def test_each_kind_of_change_is_carried_out(running: Cast) -> None:
    made: list[changes.Change] = [
        CreateGroup(slug="cto", name="CTO", members=(in_words(running.ada),)),
        grant(running.ada),
        RevokeRole(member=in_words(running.ben), role="admin"),
        RemoveMember(member=in_words(running.ben)),
    ]
    for change, by in zip(made[:3], (running.ben, running.ben, running.ada), strict=True):
        consent(proposal_id=proposed(change, running.alex).pk, by=by, now=LATER)
    assert proposed(made[3], running.alex).state == ProposalState.DONE
    assert (in_group(running.ada, "cto"), is_admin(running.ada), running.ben.left_at) == (True, True, NOW)


def test_what_narrows_takes_one(running: Cast) -> None:
    for change in (
        RevokeRole(member=in_words(running.ada), role="approver"),
        RemoveMember(member=in_words(running.sam)),
    ):
        assert proposed(change, running.alex).state == ProposalState.DONE
    assert newest(2) == ["role.revoked", "member.removed"]


def test_an_admin_is_not_removed_by_one(running: Cast) -> None:
    for change in (RemoveMember(member=in_words(running.ben)), RevokeRole(member=in_words(running.ben), role="admin")):
        assert proposed(change, running.alex).state == ProposalState.OPEN
    assert is_admin(running.ben)


def test_a_gate_is_not_widened_by_one(running: Cast) -> None:
    gate = running.gate("ci-checks")
    lists = {"services": gate.services, "environments": [*gate.environments, "prod"], "required": gate.required}
    words: dict[str, Any] = {"name": gate.name, "in_flight": gate.in_flight, **lists}
    refused(WrongState, lambda: gate_changes.change_gate(gate_id=gate.pk, **words, by=running.alex, now=NOW))
    more = WidenGate(gate="ci-checks", environments=("prod",))
    waiting = proposed(more, running.alex)
    assert (waiting.state, waiting.change.says) == (
        ProposalState.OPEN,
        "let a bypass of the gate ci-checks name the environments prod",
    )
    assert "prod" not in running.gate("ci-checks").environments
    consent(proposal_id=waiting.pk, by=running.ben, now=LATER)
    assert running.gate("ci-checks").environments == [*gate.environments, "prod"]
    refused(NothingToChange, lambda: proposed(more, running.ben))
    refused(WrongState, lambda: proposed(WidenGate(gate="no-such", services=("a",)), running.alex))


@pytest.mark.parametrize("cls", [RemoveMember, RevokeRole])
def test_the_only_admin_stays(alone: Cast, cls: type) -> None:
    more = {"role": "admin"} if cls is RevokeRole else {}
    change = cls(member=in_words(alone.alex), **more)
    error = refused(WrongState, lambda: proposed(change, alone.alex))
    assert error.sentence == "Alex is the only admin: make somebody else an admin first."


def test_what_is_so_already_is_not_proposed(running: Cast) -> None:
    source = PolicyVersion.objects.get().source
    for change, sentence in (
        (join(running.ada), "Ada is in the group sre-leads already."),
        (grant(running.ben), "Ben has the role admin already."),
        (
            changes.PublishPolicy(source=source),
            "It is in force already, as version 1: change a line of it, or leave it as it is.",
        ),
        (AddMember(email="rosa@acme.example", name="Rosa", roles=()), "rosa@acme.example is a member already."),
    ):
        assert refused(NothingToChange, lambda change=change: proposed(change, running.alex)).sentence == sentence  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        (CreateGroup(slug="peers", name="Peers"), {"slug"}),
        (CreateGroup(slug="sre-leads", name="Again"), {"slug"}),
        (CreateGroup(slug="", name=""), {"slug", "name"}),
        (CreateGroup(slug="a" * 5000, name="b" * 5000), {"slug", "name"}),
        (CreateGroup(slug="cto", name="C\x00TO"), {"name"}),
        (AddMember(email="no address", name="\n", roles=()), {"email", "name"}),
        (AddMember(email="x\x00@acme.example", name="X", roles=()), {"email"}),
        (AddMember(email="x@acme.example", name="X", roles=("king",)), {"role"}),
        (WidenGate(gate="ci-checks", services=("a*",), environments=("b c",)), {"service", "environment"}),
    ],
)
def test_bad_input_is_said_by_field(running: Cast, change: changes.Change, fields: set[str]) -> None:
    assert set(refused(BadInput, lambda: proposed(change, running.alex)).fields) == fields


def test_who_is_named_is_of_this_tenant(running: Cast, globex: Cast) -> None:
    with context.entered(globex.tenant):
        stranger = in_words(globex.rosa)
    change = changes.JoinGroup(group="sre-leads", member=stranger)
    refused(WrongState, lambda: proposed(change, running.alex))
    waiting = proposed(join(running.sam), running.alex)
    with context.entered(globex.tenant):
        alex = globex.rosa
        refused(NotFound, lambda: consent(proposal_id=waiting.pk, by=alex, now=LATER))


def test_a_change_survives_json(running: Cast) -> None:
    every: list[changes.Change] = [
        PUBLISH,
        CreateGroup(slug="cto", name="CTO", members=(in_words(running.ada), in_words(running.sam))),
        join(running.sam),
        NEW,
        grant(running.ada),
        RevokeRole(member=in_words(running.ben), role="admin"),
        RemoveMember(member=in_words(running.ben)),
        WidenGate(gate="ci-checks", services=("search",), environments=("prod",), unnamed=("branch",)),
    ]
    assert [changes.from_json(one.kind, changes.to_json(one)) for one in every] == every
    assert {one.kind for one in every} == changes.KINDS.keys()


def test_a_message_about_a_proposal_is_about_no_bypass(running: Cast) -> None:
    waiting = proposed(join(running.sam), running.alex)
    assert list(Message.objects.filter(proposal=waiting, bypass=None)) == list(Message.objects.all())


def test_propose_takes_the_operator_for_none(running: Cast) -> None:
    assert propose(change=NEW, by=None, now=NOW).proposer_name == "The operator"


def test_a_policy_whose_names_mean_somebody_else_by_now_gets_no_consent(running: Cast) -> None:
    source = demo.POLICY.replace("SENIOR", '"person:lee@acme.example"')
    waiting = proposed(changes.PublishPolicy(source=source), running.alex)
    lee, dana = running.lee.user_id, running.dana.user_id
    for user, email in ((lee, "lee.old@acme.example"), (dana, "lee@acme.example")):
        User.objects.filter(pk=user).update(email=email)
    error = refused(WrongState, lambda: consent(proposal_id=waiting.pk, by=running.ben, now=LATER))
    assert error.sentence == "A name in this policy means somebody else by now: refuse it, and have it proposed anew."
