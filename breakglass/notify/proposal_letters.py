"""What is said to people about a change that takes two, and to somebody who is a new member.

As in the letters about a bypass, a subject holds nothing that somebody typed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from breakglass import links
from breakglass.models import Message, MessageKind, Proposal
from breakglass.notify import welcome
from breakglass.notify.letter import Letter
from breakglass.times import in_words
from tenants import context

ABOUT = {
    "publish-policy": "the policy",
    "create-group": "a new group",
    "join-group": "a group",
    "add-member": "a new member",
    "grant-role": "a role",
    "revoke-role": "a role",
    "remove-member": "a member",
}
ADMIN = "You get this because you are an admin here. Nothing is done by e-mail: the link leads to its page."
EVERYBODY = "You get this because you are a member: where one admin acts alone, everybody is told."
PROPOSER = "You get this because you proposed it."


@dataclass(frozen=True)
class Form:
    """One kind of letter: the start of its subject, its sentence, its button, and why it is sent."""

    title: str
    says: Callable[[Proposal], str]
    button: str
    why: Callable[[Proposal], str]


def write(message: Message) -> Letter:
    """The letter; its `proposal` or `member` is loaded with its people."""
    if message.kind == MessageKind.WELCOME and message.member is not None:
        why = "You get this because an admin of the tenant named you."
        return welcome.write(context.current(), message.member.user, place="a member of it", why=why)
    if message.proposal is None:
        raise ValueError(f"{message.key} is about nothing: nothing is known to write.")
    return _write(message.proposal, FORMS[MessageKind(message.kind)])


def _write(proposal: Proposal, form: Form) -> Letter:
    tenant = context.current()
    return Letter(
        subject=f"{form.title}: {ABOUT[proposal.kind]} of {tenant.name}",
        heading=form.title,
        says=form.says(proposal),
        quote=proposal.comment,
        quoted=_decider(proposal),
        facts=_facts(proposal),
        button=form.button,
        link=links.proposal_url(tenant, proposal.pk),
        why=form.why(proposal),
    )


def _facts(proposal: Proposal) -> tuple[tuple[str, str], ...]:
    facts = [("Proposed by", proposal.proposer_name), ("Proposed", in_words(proposal.proposed_at))]
    if proposal.due_at is not None:
        facts.append(("Carried out", in_words(proposal.due_at)))
    return tuple(facts)


def _decider(proposal: Proposal) -> str:
    return "The portal" if proposal.decided_by is None else proposal.decided_by.user.name


def _proposed(proposal: Proposal) -> str:
    what = f"{proposal.proposer_name} proposes to {proposal.change.says}."
    if proposal.due_at is None:
        return f"{what} It is done once you or another admin consents."
    due = in_words(proposal.due_at)
    return f"{what} There is no second admin to consent, so it is carried out at {due} unless it is withdrawn."


def _consented(proposal: Proposal) -> str:
    return f"{_decider(proposal)} consented to your proposal to {proposal.change.says}. It is done."


def _refused(proposal: Proposal) -> str:
    return f"{_decider(proposal)} refused your proposal to {proposal.change.says}. Nothing has changed by it."


def _carried_out(proposal: Proposal) -> str:
    return f"{proposal.proposer_name} proposed to {proposal.change.says}. It has waited its time, and is done."


FORMS = {
    MessageKind.PROPOSED: Form(
        "Proposed", _proposed, "Read it", lambda proposal: ADMIN if proposal.due_at is None else EVERYBODY
    ),
    MessageKind.CONSENTED: Form("Consented to", _consented, "Look at it", lambda _: PROPOSER),
    MessageKind.NOT_CONSENTED: Form("Refused", _refused, "Look at it", lambda _: PROPOSER),
    MessageKind.CARRIED_OUT: Form("Carried out", _carried_out, "Look at it", lambda _: EVERYBODY),
}
