"""Who has to be told of an act: a row each, written with it. Sending them is the worker's, after the act is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from audit.models import Entry
from breakglass.models import Bypass, Channel, Deploy, Message, MessageKind, PostMortem, Proposal, Review, Webhook
from breakglass.models.deploys import DeployStatus
from tenants import context
from tenants.models import Member

A_DAY = timedelta(days=1)
QUEUE_MOST = 200  # tasks that wait: after an outage a longer queue would keep the rounds waiting that empty the outbox
WARNINGS = {MessageKind.ENDS_IN_10: timedelta(minutes=10), MessageKind.ENDS_IN_2: timedelta(minutes=2)}


@dataclass(frozen=True)
class News:
    """What there is to tell, of which entry, and when it became so. It is about a bypass, a proposal or neither."""

    kind: MessageKind
    bypass: Bypass | None
    entry: Entry
    now: datetime
    proposal: Proposal | None = None

    def mails(self, who: Iterable[int], due: datetime | None = None) -> list[Message]:
        """A row for each of the members (by id), once, due now or at `due`."""
        return [self._row(Channel.EMAIL, due, member_id=member) for member in dict.fromkeys(who)]

    def hooks(self, deploys: Iterable[int | None] = (None,)) -> list[Message]:
        """A row for each webhook that is on, and each of the deploys (by id) if that is what it tells."""
        on = list(Webhook.objects.filter(disabled_at=None).order_by("pk"))
        return [
            self._row(Channel.WEBHOOK, None, webhook_id=webhook.pk, deploy_id=deploy)
            for deploy in deploys
            for webhook in on
        ]

    def _row(self, channel: Channel, due: datetime | None, **receiver: int | None) -> Message:
        return Message(
            bypass=self.bypass,
            proposal=self.proposal,
            kind=self.kind,
            channel=channel,
            cause=self.entry.id,
            at=self.now,
            not_before=due or self.now,
            **receiver,
        )


def tell_asked(bypass: Bypass, *, who: Iterable[int], entry: Entry, now: datetime) -> None:
    """Everybody who could approve it (member ids), and the webhooks."""
    tell(News(MessageKind.ASKED, bypass, entry, now), who)


def tell_approved(bypass: Bypass, *, entry: Entry, now: datetime) -> None:
    """The requester that one approval more is given, and the webhooks."""
    tell(News(MessageKind.APPROVED, bypass, entry, now), [bypass.requester_id])


def tell_opened(bypass: Bypass, *, entry: Entry, now: datetime) -> None:
    """The requester and the webhooks, and the requester again before the end, where the window is longer than that."""
    tell(News(MessageKind.OPENED, bypass, entry, now), [bypass.requester_id])
    start, end = bypass.starts_at, bypass.expires_at
    if start is not None and end is not None:
        early = {kind: end - before for kind, before in WARNINGS.items() if end - before > start}
        for kind, due in early.items():
            _write(News(kind, bypass, entry, now).mails([bypass.requester_id], due))


def tell_denied(bypass: Bypass, *, entry: Entry, now: datetime) -> None:
    """The requester and the webhooks."""
    tell(News(MessageKind.DENIED, bypass, entry, now), [bypass.requester_id])


def tell_lapsed(bypass: Bypass, *, entry: Entry, now: datetime) -> None:
    """The requester and the webhooks."""
    tell(News(MessageKind.LAPSED, bypass, entry, now), [bypass.requester_id])


def tell_withdrawn(bypass: Bypass, *, entry: Entry, now: datetime) -> None:
    """The webhooks: the requester did it, and who could approve it finds nothing to approve."""
    tell(News(MessageKind.WITHDRAWN, bypass, entry, now), [])


def tell_ended(bypass: Bypass, *, entry: Entry, now: datetime) -> None:
    """The requester, everybody who reviewed it, and the webhooks, these of every deploy that is under way too.

    Its status says how it ended.
    """
    tell(News(MessageKind(bypass.status), bypass, entry, now), _involved(bypass))
    under_way = Deploy.objects.filter(bypass=bypass, status=DeployStatus.STARTED).order_by("pk")
    _write(News(MessageKind.IN_FLIGHT, bypass, entry, now).hooks(under_way.values_list("pk", flat=True)))


def tell_finding(bypass: Bypass, *, owner: int, entry: Entry, now: datetime) -> None:
    """Of a deploy that should not have been: its owner (a member id), everybody involved, and the webhooks."""
    tell(News(MessageKind.FINDING, bypass, entry, now), [owner, *_involved(bypass)])


def _involved(bypass: Bypass) -> list[int]:
    reviewers = Review.objects.filter(bypass=bypass).order_by("pk").values_list("member_id", flat=True)
    return [bypass.requester_id, *reviewers]


def tell_owed(owed: PostMortem, ended: Bypass, *, entry: Entry, now: datetime) -> None:
    """Whoever the post-mortem is assigned to: now, a day before it is due, and when it is late."""
    _write(News(MessageKind.OWED, ended, entry, now).mails([owed.assignee_id]))
    reminders = {MessageKind.DUE_SOON: owed.due_at - A_DAY, MessageKind.LATE: owed.due_at}
    for kind, due in reminders.items():
        if due > now:
            _write(News(kind, ended, entry, now).mails([owed.assignee_id], due))


def tell_welcome(member: Member, *, entry: Entry, now: datetime) -> None:
    """Somebody that they are a member, and how they sign in."""
    _write(News(MessageKind.WELCOME, None, entry, now).mails([member.pk]))


def tell_proposed(proposal: Proposal, *, who: Iterable[int], entry: Entry, now: datetime) -> None:
    """Whoever could consent; every member (all by id) where the clock will carry it out."""
    _write(News(MessageKind.PROPOSED, None, entry, now, proposal).mails(who))


def tell_consented(proposal: Proposal, *, entry: Entry, now: datetime) -> None:
    """Its proposer; the operator has no mailbox here."""
    _write(News(MessageKind.CONSENTED, None, entry, now, proposal).mails(_proposer(proposal)))


def tell_not_consented(proposal: Proposal, *, entry: Entry, now: datetime) -> None:
    """Its proposer that it was refused."""
    _write(News(MessageKind.NOT_CONSENTED, None, entry, now, proposal).mails(_proposer(proposal)))


def tell_carried_out(proposal: Proposal, *, who: Iterable[int], entry: Entry, now: datetime) -> None:
    """Every member, who had been told that it was proposed."""
    _write(News(MessageKind.CARRIED_OUT, None, entry, now, proposal).mails(who))


def _proposer(proposal: Proposal) -> list[int]:
    return [] if proposal.proposed_by_id is None else [proposal.proposed_by_id]


def tell(news: News, who: Iterable[int]) -> None:
    """These members, and every webhook."""
    _write([*news.mails(who), *news.hooks()])


def _write(messages: list[Message]) -> None:
    """Write the rows, and have those that are due sent once the act is done; the sweep finds what is missed here."""
    rows = Message.objects.bulk_create(messages)
    due = [row.pk for row in rows if row.not_before <= row.at]
    if due:
        transaction.on_commit(partial(_send_soon, context.current_id(), due), robust=True)


def _send_soon(tenant_id: int, message_ids: list[int]) -> None:
    from django_q.tasks import async_task, queue_size  # noqa: PLC0415  its app is not loaded when this module is

    if queue_size() >= QUEUE_MOST:
        return
    for message_id in message_ids[:QUEUE_MOST]:
        async_task("breakglass.tasks.deliver", tenant_id, message_id)
