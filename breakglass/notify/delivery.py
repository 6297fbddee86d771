"""Sending what is due: one message is claimed, tried once, and its answer written down.

Nothing is locked while a server is waited for. A worker that dies in between loses its claim after LEASE, and the
message is tried again with the same id, by which its receiver knows it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, Q, When

from breakglass.actions.channels import disable_webhook
from breakglass.actions.proposals import about
from breakglass.actions.records import RELATED
from breakglass.actions.telling import WARNINGS
from breakglass.models import Attempt, Channel, Message, MessageKind, MessageState
from breakglass.notify import letters, mail, proposal_letters, stale, webhooks
from breakglass.notify.letter import Letter
from breakglass.notify.outcomes import Outcome
from breakglass.states import Status

LEASE = timedelta(seconds=150)  # longer than django-q2 lets a task live and waits before it repeats one
BACKOFF = [timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 900, 3600, 4 * 3600, 12 * 3600)]
MOST = len(BACKOFF) + 1  # tries, over 18 hours
SOON = timedelta(minutes=1)
LOADED = (
    *("member__user", "webhook", "deploy", "bypass", *(f"bypass__{one}" for one in RELATED)),
    *("proposal__proposed_by__user", "proposal__decided_by__user"),
)
DIED = "The worker stopped before it heard an answer."
type Way = tuple[str, int | None]


def sort_out(
    now: datetime, most: int, down: Collection[Way] = (), *, mail_only: bool = False
) -> tuple[list[Message], bool]:
    """Drop what has outlived its reason among the first `most` that are due, all at once.

    The others, to be sent now, and whether there may be more. First who has to act on it now, then the other
    people, then machines, and of each the longest waiting. What goes a way that is `down` is left for another time.
    """
    waiting = Message.objects.filter(state=MessageState.PENDING, not_before__lte=now)
    open_ways = waiting.exclude(webhook_id__in=[webhook for _, webhook in down if webhook is not None])
    if (Channel.EMAIL, None) in down:
        open_ways = open_ways.exclude(channel=Channel.EMAIL)
    if mail_only:
        open_ways = open_ways.filter(channel=Channel.EMAIL)
    rows = list(open_ways.select_related(*LOADED).order_by(_urgency(now), "not_before", "pk")[:most])
    known = stale.look_up(rows)
    dropped: dict[str, list[Message]] = defaultdict(list)
    for row in rows:
        dropped[stale.why_drop(row, known, now)].append(row)
    to_send = dropped.pop("", [])
    for why, stale_rows in dropped.items():
        ids = [row.pk for row in stale_rows]
        waiting.filter(pk__in=ids).update(state=MessageState.DROPPED, said=why, settled_at=now)
    return to_send, len(rows) == most


def _urgency(now: datetime) -> Case:
    waits = Q(kind=MessageKind.ASKED, bypass__status=Status.REQUESTED, bypass__lapses_at__gt=now)
    ends = Q(kind__in=WARNINGS, bypass__status=Status.ACTIVE, bypass__expires_at__gt=now)
    mail_first = When(waits | ends, channel=Channel.EMAIL, then=0)
    return Case(mail_first, When(channel=Channel.WEBHOOK, then=2), default=1)


def deliver(*, message_id: int, now: datetime) -> Outcome | None:
    """Send it if it is still due and nobody else does; what came of the try, if there was one."""
    message = claim(message_id=message_id, now=now)
    if message is None:
        return None
    outcome = _send(message, now)
    settle(message, outcome, now=now)
    return outcome


def is_for_the_round(*, message_id: int, now: datetime) -> bool:
    """Whether it waits for its turn, instead of being sent at once: it is late, or its webhook does not answer."""
    message = Message.objects.filter(pk=message_id).first()
    if message is None or message.at <= now - SOON:
        return True
    failing = Message.objects.filter(state=MessageState.PENDING, not_before__gt=now).exclude(said="")
    return message.webhook_id is not None and failing.filter(webhook_id=message.webhook_id).exists()


@transaction.atomic
def claim(*, message_id: int, now: datetime) -> Message | None:
    """The message, ours for LEASE; None if it is not due, is another's, was dropped here or has been given up."""
    waiting = Message.objects.select_for_update(of=("self",), skip_locked=True).select_related(*LOADED)
    message = waiting.filter(pk=message_id, state=MessageState.PENDING, not_before__lte=now).first()
    if message is None:
        return None
    if message.attempts and not Attempt.objects.filter(message=message, number=message.attempts).exists():
        _note(message, Outcome(Attempt.Outcome.UNKNOWN, DIED), now)
    if why := stale.why_drop(message, stale.look_up([message]), now):
        _finish(message, MessageState.DROPPED, why, now)
    elif message.attempts >= MOST:
        _finish(message, MessageState.FAILED, message.said or DIED, now)
    else:
        message.attempts, message.not_before = message.attempts + 1, now + LEASE
        message.save(update_fields=["attempts", "not_before"])
        return message
    return None


@transaction.atomic
def settle(message: Message, outcome: Outcome, *, now: datetime) -> None:
    """Write down what came of the try, unless its claim has lapsed and another worker has it."""
    ours = Message.objects.select_for_update().filter(pk=message.pk, state=MessageState.PENDING)
    held = ours.filter(attempts=message.attempts).first()
    if held is None or Attempt.objects.filter(message=held, number=held.attempts).exists():
        return
    _note(held, outcome, now)
    if outcome.result == Attempt.Outcome.DELIVERED:
        _finish(held, MessageState.SENT, outcome.said, now)
    elif outcome.result == Attempt.Outcome.REFUSED or held.attempts >= MOST:
        _finish(held, MessageState.FAILED, outcome.said, now)
    else:
        held.not_before, held.said = now + BACKOFF[held.attempts - 1], outcome.said
        held.save(update_fields=["not_before", "said"])
    if outcome.gone and held.webhook_id is not None:
        disable_webhook(webhook_id=held.webhook_id, why=f"Its server said {outcome.said}", by=None, now=now)


def _send(message: Message, now: datetime) -> Outcome:
    if message.webhook is not None:
        return webhooks.send(message, message.webhook, now)
    if message.member is None:
        raise ValueError(f"{message.key} has no receiver.")  # a check constraint holds this
    return mail.send(_letter(message, now), to=message.member.user.email, key=message.key, thread=_thread(message))


def _letter(message: Message, now: datetime) -> Letter:
    return letters.write(message, now) if message.bypass is not None else proposal_letters.write(message)


def _thread(message: Message) -> str:
    """Mails about one thing are shown together."""
    proposal = "" if message.proposal is None else f"{message.tenant_id}.{about(message.proposal)}"
    return message.bypass_id or proposal


def _note(message: Message, outcome: Outcome, now: datetime) -> None:
    Attempt.objects.create(message=message, number=message.attempts, at=now, outcome=outcome.result, said=outcome.said)


def _finish(message: Message, state: MessageState, said: str, now: datetime) -> None:
    message.state, message.said, message.settled_at = state, said, now
    message.save(update_fields=["state", "said", "settled_at"])
