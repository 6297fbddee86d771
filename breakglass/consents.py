"""Who may propose a change, consent to it, refuse it and take it back. Nobody consents to their own."""

from __future__ import annotations

from breakglass.errors import Forbidden, WrongState
from breakglass.models import Proposal, ProposalState
from tenants.people import Person
from tenants.roles import Role

_WAS = {
    ProposalState.DONE: "was carried out",
    ProposalState.REFUSED: "was refused",
    ProposalState.WITHDRAWN: "was withdrawn",
}


class OwnProposal(Forbidden):
    """Somebody tried to consent to what they proposed."""


def check_can_propose(person: Person) -> None:
    """Admins."""
    _check_admin(person, "propose")


def check_can_consent(person: Person, proposal: Proposal) -> None:
    """An admin who is another human than its proposer, while it waits."""
    _check_admin(person, "consent to")
    if person.human == proposal.proposer_human_id:
        raise OwnProposal("You proposed this yourself: another admin has to consent to it.")
    check_open(proposal)


def check_can_refuse(person: Person, proposal: Proposal) -> None:
    """The same people."""
    _check_admin(person, "refuse")
    if person.human == proposal.proposer_human_id:
        raise OwnProposal("You proposed this yourself: withdraw it instead.")
    check_open(proposal)


def check_can_withdraw(person: Person, proposal: Proposal) -> None:
    """Its proposer; any admin, too, where the clock would carry it out."""
    if person.human != proposal.proposer_human_id and (proposal.due_at is None or Role.ADMIN not in person.roles):
        raise Forbidden(f"Only {proposal.proposer_name}, who proposed this, can withdraw it.")
    check_open(proposal)


def check_open(proposal: Proposal) -> None:
    """Raises WrongState for a proposal that was decided."""
    if proposal.state != ProposalState.OPEN:
        raise WrongState(f"This {_WAS[ProposalState(proposal.state)]} before: look at it again, and propose it anew.")


def _check_admin(person: Person, verb: str) -> None:
    if Role.ADMIN not in person.roles:
        raise Forbidden(f"Only admins {verb} a change of the policy, of groups and of roles: ask one of them.")
