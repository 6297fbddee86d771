"""One approver's approve or deny. The last needed approval opens the gate, in the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from django.db import transaction

from audit import kinds
from audit.canonical import timestamp
from breakglass import durations, guards, permissions
from breakglass.actions import telling
from breakglass.actions.ending import close
from breakglass.actions.records import find, lock, lock_reviewers, person_of, reviews_of
from breakglass.asks import COMMENT_MOST, clean_text
from breakglass.errors import BypassError, WrongState
from breakglass.models import Bypass, RefusedReview, Review
from breakglass.policy import approvals
from breakglass.policy.values import Tier
from breakglass.policy.values import in_words as clause_in_words
from breakglass.statements import digest, statement
from breakglass.times import after, whole_second
from tenants.actions import in_words, record
from tenants.models import Member


class _Window(TypedDict):
    active: bool
    effective_ttl: int | None
    starts_at: str | None
    expires_at: str | None


REASONS: dict[type[BypassError], str] = {
    permissions.OwnReview: "own",
    permissions.Late: "late",
    permissions.NoRight: "no_right",
}


@transaction.atomic
def approve(*, bypass_id: str, by: Member, shown: str, ttl: int, comment: str, now: datetime) -> Bypass:
    """Approve exactly what the page showed (`shown`, its statement's digest) for `ttl` seconds.

    The same approval again changes nothing. Raises Forbidden, WrongState, BadInput.
    """
    bypass = lock(bypass_id)
    lock_reviewers(bypass, by)
    tier, reviews, person = bypass.frozen_tier, reviews_of(bypass), person_of(by)
    if (mine := _given(by, reviews)) is not None and mine.approves:
        _check_repeat(mine, shown, ttl)
        return bypass
    clauses = permissions.check_can_approve(person, bypass, tier, reviews, now)
    document = statement(bypass, tier)
    guards.check_statement(shown, digest(document))
    guards.check_ttl(ttl, bypass, tier)
    review = Review.objects.create(
        bypass=bypass,
        member=by,
        human_id=by.human_id,
        requester_human_id=bypass.requester.human_id,
        approves=True,
        ttl=ttl,
        clauses=sorted(clauses),
        comment=clean_text("comment", comment, COMMENT_MOST),
        statement=shown,
        at=now,
    )
    given = [*reviews, review]
    if approvals.complete(tier, permissions.counted(given)):
        _activate(bypass, tier, given, now)
    data = kinds.BypassApproved(
        bypass=bypass.pk,
        approver=in_words(by),
        roles=tuple(sorted(role.value for role in person.roles)),
        clauses=tuple(clause_in_words(tier.approvals[index]) for index in sorted(clauses)),
        missing=tuple(need.in_words for need in approvals.missing(tier, permissions.counted(given))),
        ttl=ttl,
        comment=review.comment,
        statement=shown,
        shown=document,
        **_window(bypass),
        drill=bypass.drill,
    )
    entry = record(data, by=by, now=now, about=bypass.pk)
    tell = telling.tell_opened if data.active else telling.tell_approved
    tell(bypass, entry=entry, now=now)
    return bypass


@transaction.atomic
def deny(*, bypass_id: str, by: Member, comment: str, now: datetime) -> Bypass:
    """One denial ends the request. The same denial again changes nothing. Raises Forbidden, WrongState, BadInput."""
    bypass = lock(bypass_id)
    lock_reviewers(bypass, by)
    reviews = reviews_of(bypass)
    if (mine := _given(by, reviews)) is not None and not mine.approves:
        return bypass
    permissions.check_can_deny(person_of(by), bypass, bypass.frozen_tier, reviews, now)
    review = Review.objects.create(
        bypass=bypass,
        member=by,
        human_id=by.human_id,
        requester_human_id=bypass.requester.human_id,
        approves=False,
        comment=clean_text("comment", comment, COMMENT_MOST),
        at=now,
    )
    close(bypass, "deny", by, now)
    data = kinds.BypassDenied(bypass=bypass.pk, approver=in_words(by), comment=review.comment)
    telling.tell_denied(bypass, entry=record(data, by=by, now=now, about=bypass.pk), now=now)
    return bypass


@transaction.atomic
def record_refusal(*, bypass_id: str, by: Member, error: BypassError, now: datetime) -> None:
    """A refused review that matters is an entry too: once per member, bypass and reason. Others leave none."""
    reason = REASONS.get(type(error))
    if reason is None:
        return
    bypass = find(bypass_id)
    _, new = RefusedReview.objects.get_or_create(bypass=bypass, member=by, reason=reason, defaults={"at": now})
    if new:
        data = kinds.ReviewRefused(bypass=bypass.pk, member=in_words(by), reason=reason, sentence=error.sentence)
        record(data, by=by, now=now, about=bypass.pk)


def _activate(bypass: Bypass, tier: Tier, reviews: list[Review], now: datetime) -> None:
    choices = [review.ttl for review in reviews if review.ttl is not None and review.member.is_here]
    ttl = approvals.effective_ttl(tier, bypass.proposed_ttl, choices)
    bypass.status = guards.check_can("approve", bypass, now)
    bypass.starts_at, bypass.expires_at = whole_second(now), after(now, ttl)
    bypass.save(update_fields=["status", "starts_at", "expires_at"])


def _window(bypass: Bypass) -> _Window:
    """The entry's words on whether it opened the gate, and until when."""
    if bypass.starts_at is None or bypass.expires_at is None:
        return {"active": False, "effective_ttl": None, "starts_at": None, "expires_at": None}
    seconds = int((bypass.expires_at - bypass.starts_at).total_seconds())
    return {
        "active": True,
        "effective_ttl": seconds,
        "starts_at": timestamp(bypass.starts_at),
        "expires_at": timestamp(bypass.expires_at),
    }


def _check_repeat(mine: Review, shown: str, ttl: int) -> None:
    """Raises WrongState for an approval unlike the one that the same human gave before."""
    if (mine.statement, mine.ttl) != (shown, ttl):
        given = durations.show(mine.ttl or 0)
        raise WrongState(f"You have approved this for {given}, and that stays: revoke it once active to end it sooner.")


def _given(by: Member, reviews: list[Review]) -> Review | None:
    return next((review for review in reviews if review.human_id == by.human_id), None)
