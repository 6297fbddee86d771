"""Being away: while a member is, the deputy that a policy names may stand in for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import transaction

from audit import kinds
from audit.canonical import timestamp
from breakglass import permissions
from breakglass.actions.records import person_of
from breakglass.errors import BadInput, NotFound
from breakglass.times import whole_second
from tenants.actions import in_words, record
from tenants.models import Member

LONGEST = timedelta(days=90)
NO_TIME = "Write when you are back as a date and a time in UTC, as in 2026-03-02T18:00."


@transaction.atomic
def say_away(*, member_id: int, until: datetime, by: Member, now: datetime) -> Member:
    """The member is away from now `until` then (aware; a whole second, up to 90 days ahead). The same again is nothing.

    Raises BadInput for another time, Forbidden for anybody but the member, NotFound.
    """
    member, end = _lock(member_id), whole_second(until)
    permissions.check_can_say_away(person_of(by), member)
    if not now < end <= now + LONGEST:
        raise BadInput({"away_until": [f"Choose a time after now, and at most {LONGEST.days} days ahead."]})
    if member.away_until != end:
        _save(member, end)
        record(kinds.MemberAway(member=in_words(member), until=timestamp(end)), by=by, now=now)
    return member


@transaction.atomic
def say_back(*, member_id: int, by: Member, now: datetime) -> Member:
    """The member is back; nothing happens if they are not away. Raises Forbidden, NotFound."""
    member = _lock(member_id)
    permissions.check_can_say_back(person_of(by), member)
    if member.away_until is not None and now < member.away_until:
        _save(member, None)
        record(kinds.MemberBack(member=in_words(member)), by=by, now=now)
    return member


def parse_until(text: str) -> datetime:
    """Reads `2026-03-02T18:00`, UTC unless it names an offset. Raises BadInput."""
    try:
        until = datetime.fromisoformat(text.strip())
        return (until if until.tzinfo else until.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadInput({"away_until": [NO_TIME]}) from error


def _lock(member_id: int) -> Member:
    """The row, locked: two who say it at once say it one after the other."""
    locked = Member.objects.select_for_update(of=("self",), no_key=True).select_related("user")
    member = locked.filter(pk=member_id, left_at=None).first()
    if member is None:
        raise NotFound("There is no such member here: check the link.")
    return member


def _save(member: Member, until: datetime | None) -> None:
    member.away_until = until
    member.save(update_fields=["away_until"])
