"""Who was told of a bypass, when, and what the server said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from breakglass.actions.channels import server
from breakglass.models import Attempt, Bypass, Message, MessageState
from breakglass.times import in_words

MOST = 100


@dataclass(frozen=True)
class Told:
    """A message: to whom, what, where it stands in words, and the tries before."""

    who: str
    how: str
    what: str
    state: str
    stands: str
    tries: tuple[Attempt, ...]


def told(bypass: Bypass, now: datetime) -> list[Told]:
    """Every message about the bypass, the first written first."""
    messages = Message.objects.filter(bypass=bypass).select_related("member__user", "webhook", "deploy")
    return [_told(one, now) for one in messages.prefetch_related("tries").order_by("at", "pk")[:MOST]]


def _told(message: Message, now: datetime) -> Told:
    return Told(
        who=message.member.user.name if message.member is not None else _server(message),
        how=message.get_channel_display(),
        what=_what(message),
        state=message.state,
        stands=_stands(message, now),
        tries=tuple(one for one in message.tries.all() if not _is_last(one, message)),
    )


def _what(message: Message) -> str:
    if message.deploy is None:
        return message.get_kind_display()
    return f"deploy {message.deploy.external_id} was under way at the end"


def _is_last(attempt: Attempt, message: Message) -> bool:
    """Whether it is what became of the message, and said above."""
    return message.state in {MessageState.SENT, MessageState.FAILED} and attempt.number == message.attempts


def _server(message: Message) -> str:
    """The rest of a webhook's address is its receiver's secret."""
    return server(message.webhook) if message.webhook is not None else ""


def _stands(message: Message, now: datetime) -> str:
    due = in_words(message.not_before)
    if message.state == MessageState.PENDING:
        if message.attempts:
            return f"not yet delivered, next try {due}"
        return "queued" if message.not_before <= now else f"due {due}"
    if message.state == MessageState.DROPPED:
        return message.said
    at = "" if message.settled_at is None else in_words(message.settled_at)
    return f"{message.state} {at}: {message.said}"
