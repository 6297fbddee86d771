"""The acts on changes that take two, and on gates that an admin connects."""

from __future__ import annotations

from typing import Any

from breakglass.actions import carrying_out, proposing, setting_up
from breakglass.changes import JoinGroup
from breakglass.models import Proposal
from tenants import actions as tenancy
from tenants.actions import in_words
from tenants.models import Member
from tenants.roles import Role
from tests.cast import NOW
from tests.domain.acting import LATER, MUCH_LATER, Act, Action, Ready, World


def _join(world: World) -> JoinGroup:
    return JoinGroup(group="sre-leads", member=in_words(world.acme.sam))


def _proposed(world: World, by: Member | None = None) -> Proposal:
    """By alex, once somebody has asked for a bypass."""
    world.ask()
    return proposing.propose(change=_join(world), by=by or world.acme.alex, now=NOW)


def _propose(world: World) -> Ready:
    world.ask()
    change, alex = _join(world), world.acme.alex
    return lambda: proposing.propose(change=change, by=alex, now=LATER)


def _consent(world: World) -> Ready:
    waiting, ben = _proposed(world), world.acme.ben
    return lambda: proposing.consent(proposal_id=waiting.pk, by=ben, now=LATER)


def _refuse(world: World) -> Ready:
    waiting, ben = _proposed(world), world.acme.ben
    return lambda: proposing.refuse(proposal_id=waiting.pk, by=ben, comment="No.", now=LATER)


def _withdraw(world: World) -> Ready:
    alex = world.acme.alex
    waiting = _proposed(world)
    return lambda: proposing.withdraw(proposal_id=waiting.pk, by=alex, now=LATER)


def _come_due(world: World) -> Ready:
    tenancy.revoke_role(member=world.acme.ben, role=Role.ADMIN, by=None, now=NOW)
    waiting = _proposed(world)
    return lambda: proposing.carry_out_due(proposal_id=waiting.pk, now=MUCH_LATER)


def _carry_out(world: World) -> Ready:
    change, alex = _join(world), world.acme.alex
    return lambda: carrying_out.carry_out(change=change, by=alex, now=LATER)


def _connect(world: World) -> Ready:
    words: dict[str, Any] = {"slug": "another", "name": "Another", "services": ["web"], "environments": ["ci"]}
    more: dict[str, Any] = {"required": [], "practice": False, "in_flight": "enforce", "by": world.acme.alex}
    return lambda: setting_up.connect_gate(**words, **more, now=LATER)


PROPOSALS: dict[Action, Act] = {
    proposing.propose: Act(_propose, ("change.proposed",)),
    proposing.consent: Act(_consent, ("group.joined", "change.consented")),
    proposing.refuse: Act(_refuse, ("change.refused",)),
    proposing.withdraw: Act(_withdraw, ("change.withdrawn",)),
    proposing.carry_out_due: Act(_come_due, ("group.joined", "change.carried-out")),
    carrying_out.carry_out: Act(_carry_out, ("group.joined",)),
    setting_up.connect_gate: Act(_connect, ("gate.created", "token.issued", "credential.issued")),
}
