"""Whether a message has outlived its reason by the time it can be sent. After an outage most have."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from breakglass.actions.telling import WARNINGS
from breakglass.models import Bypass, Message, MessageKind, PostMortem, ProposalState, Review
from breakglass.states import Status


@dataclass(frozen=True)
class Known:
    """What has to be looked up of messages: who has reviewed which bypass, and the post-mortems by their bypass."""

    reviewed: frozenset[tuple[str, int]]
    owed: dict[str, PostMortem]


def look_up(messages: Collection[Message]) -> Known:
    """For all of them at once."""
    asked = {one.bypass_id for one in messages if one.kind == MessageKind.ASKED and one.member_id is not None}
    owed = {one.bypass.first_id for one in messages if one.kind in OWED and one.bypass is not None}
    reviews = Review.objects.filter(bypass_id__in=asked).values_list("bypass_id", "member_id") if asked else ()
    found = PostMortem.objects.filter(bypass_id__in=owed) if owed else ()
    return Known(frozenset(reviews), {one.bypass_id: one for one in found})


def why_drop(message: Message, known: Known, now: datetime) -> str:
    """The sentence for the record, or nothing if the message is to be sent."""
    if why := _receiver(message):
        return why
    if message.bypass is None:
        return _proposal(message)
    if message.kind in OWED:
        return _post_mortem(message, known.owed[message.bypass.first_id])
    return _bypass(message, message.bypass, known, now)


def _receiver(message: Message) -> str:
    if message.member is not None and message.member.left_at is not None:
        return "Not sent: no longer a member."
    if message.member is not None and not message.member.user.is_active:
        return "Not sent: the account is switched off."
    if message.webhook is not None and message.webhook.disabled_at is not None:
        return "Not sent: the webhook is switched off."
    return ""


def _bypass(message: Message, bypass: Bypass, known: Known, now: datetime) -> str:
    """Events for machines are facts, and told however late; a person is spared what is no news any more."""
    status = bypass.status_at(now)
    if message.member is None:
        return ""
    if message.kind in {MessageKind.ASKED, MessageKind.APPROVED} and status != Status.REQUESTED:
        return f"Not sent: by then it was {_WAS[status]}."
    if message.kind == MessageKind.ASKED and (bypass.pk, message.member_id) in known.reviewed:
        return "Not sent: by then they had reviewed it."
    if message.kind in WARNINGS and status != Status.ACTIVE:
        return "Not sent: by then it had ended."
    overtaken = bypass.expires_at is not None and bypass.expires_at - now <= WARNINGS[MessageKind.ENDS_IN_2]
    if message.kind == MessageKind.ENDS_IN_10 and overtaken:
        return "Not sent: the last warning was due by then."
    return ""


def _proposal(message: Message) -> str:
    """Somebody is asked while there is something to decide; what came of it is told however late."""
    proposal = message.proposal
    if message.kind == MessageKind.PROPOSED and proposal is not None and proposal.state != ProposalState.OPEN:
        return f"Not sent: by then it was {proposal.get_state_display().lower()}."
    return ""


def _post_mortem(message: Message, owed: PostMortem) -> str:
    if owed.signed_off_at is not None:
        return "Not sent: by then the post-mortem was signed off."
    if owed.assignee_id != message.member_id:
        return "Not sent: by then somebody else saw to it."
    return ""


OWED = frozenset({MessageKind.OWED, MessageKind.DUE_SOON, MessageKind.LATE})
_WAS = {status: status.value for status in Status} | {Status.LAPSED: "lapsed unanswered"}
