"""What people do to a post-mortem until it is signed off. Each step is an entry."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit import kinds
from breakglass import guards, permissions
from breakglass.actions import telling
from breakglass.actions.post_mortems import TEXT_MOST, about, add_revision, digest, lock, rules_of, text_of
from breakglass.actions.records import person_of
from breakglass.asks import COMMENT_MOST, clean_text, clean_url
from breakglass.errors import BadInput, NotFound, WrongState
from breakglass.models import ActionItem, PostMortem, RuleVerdict
from tenants.actions import in_words, record
from tenants.models import Member

ACTION_MOST = 500
ROOM = 10_000  # characters that there is always room for, however long what the portal wrote is
EDITED = (
    "Somebody saved another version while you were writing. Both texts are below: put yours and theirs together, "
    "then save again."
)


class Edited(WrongState):
    """Somebody else saved another version in between; nothing was overwritten."""


@transaction.atomic
def write(*, bypass_id: str, by: Member, version: int, text: str, now: datetime) -> PostMortem:
    """Save a text that was begun at `version`. The text that is there already is saved once.

    Raises Edited if there is another version by now, Forbidden, WrongState, BadInput.
    """
    post_mortem = _lock_open(bypass_id, by)
    there = text_of(post_mortem)
    cleaned = clean_text("text", text, max(TEXT_MOST, len(there) + ROOM))
    if not cleaned:
        raise BadInput({"text": ["Write the post-mortem: an empty one says nothing."]})
    if cleaned == there.strip():
        return post_mortem
    if version != post_mortem.version:
        raise Edited(EDITED, field="text")
    add_revision(post_mortem, cleaned, by=by, now=now)
    words = {"version": post_mortem.version, "digest": digest(cleaned)}
    _record(kinds.PostMortemWritten(bypass=post_mortem.bypass_id, **words), post_mortem, by, now)  # type: ignore[arg-type]
    return post_mortem


@transaction.atomic
def judge(*, bypass_id: str, by: Member, rule: str, verdict: str, comment: str, now: datetime) -> PostMortem:
    """Say of a skipped rule ("" is the whole gate) what it should have been. Raises Forbidden, WrongState, BadInput."""
    post_mortem = _lock_open(bypass_id, by)
    if rule not in rules_of(post_mortem):
        raise BadInput({"rule": ["The bypass did not skip this rule: choose one of those that it skipped."]})
    if verdict not in RuleVerdict.Verdict.values:
        raise BadInput({"verdict": ["Choose what should be said of the rule."]})
    why = clean_text("comment", comment, COMMENT_MOST)
    given = RuleVerdict.objects.filter(post_mortem=post_mortem, rule=rule).first()
    if given is not None and (given.verdict, given.comment) == (verdict, why):
        return post_mortem
    said = {"verdict": verdict, "comment": why, "by": by, "at": now}
    RuleVerdict.objects.update_or_create(post_mortem=post_mortem, rule=rule, defaults=said)
    data = kinds.PostMortemJudged(bypass=post_mortem.bypass_id, rule=rule, verdict=verdict, comment=why)
    _record(data, post_mortem, by, now)
    return post_mortem


@transaction.atomic
def add_action(*, bypass_id: str, by: Member, text: str, owner: int, url: str, now: datetime) -> PostMortem:
    """Name what has to change and who (a member id) sees to it; once. Raises Forbidden, WrongState, BadInput."""
    post_mortem = _lock_open(bypass_id, by)
    what, address, who = clean_text("action", text, ACTION_MOST), clean_url("url", url), _member("owner", owner)
    if not what:
        raise BadInput({"action": ["Say what has to change."]})
    item, new = ActionItem.objects.get_or_create(
        post_mortem=post_mortem, text=what, owner=who, defaults={"url": address, "added_at": now}
    )
    if new:
        words = {"action": item.pk, "text": what, "owner": in_words(who), "url": address}
        _record(kinds.PostMortemActionAdded(bypass=post_mortem.bypass_id, **words), post_mortem, by, now)  # type: ignore[arg-type]
    return post_mortem


@transaction.atomic
def finish_action(*, bypass_id: str, by: Member, action_id: int, now: datetime) -> PostMortem:
    """It has changed; after the sign-off, too. Again changes nothing. Raises Forbidden, NotFound."""
    post_mortem = lock(bypass_id)
    permissions.check_can_write(person_of(by))
    item = ActionItem.objects.filter(post_mortem=post_mortem, pk=action_id).first()
    if item is None:
        raise NotFound("There is no such action here: look at the list again.")
    if item.done_at is None:
        item.done_at, item.done_by = now, by
        item.save(update_fields=["done_at", "done_by"])
        data = kinds.PostMortemActionDone(bypass=post_mortem.bypass_id, action=item.pk)
        _record(data, post_mortem, by, now)
    return post_mortem


@transaction.atomic
def link_incident(*, bypass_id: str, by: Member, url: str, now: datetime) -> PostMortem:
    """Link the incident that was pending, once and for all. Raises Forbidden, WrongState, BadInput."""
    post_mortem = _lock_open(bypass_id, by)
    address = clean_url("incident_url", url)
    if not address:
        raise BadInput({"incident_url": ["Link the incident: an address that begins with https:// or http://."]})
    if address == post_mortem.incident_url:
        return post_mortem
    if post_mortem.incident_url:
        raise WrongState("The incident is linked already: write in the text what else belongs to it.")
    post_mortem.incident_url = address
    post_mortem.save(update_fields=["incident_url"])
    _record(kinds.PostMortemLinked(bypass=post_mortem.bypass_id, incident_url=address), post_mortem, by, now)
    return post_mortem


@transaction.atomic
def assign(*, bypass_id: str, by: Member, to: int, now: datetime) -> PostMortem:
    """Have another member (by id) see to it. Again changes nothing. Raises Forbidden, WrongState, BadInput."""
    post_mortem = _lock_open(bypass_id, by)
    who = _member("assignee", to)
    if who.pk == post_mortem.assignee_id:
        return post_mortem
    post_mortem.assignee = who
    post_mortem.save(update_fields=["assignee"])
    data = kinds.PostMortemAssigned(bypass=post_mortem.bypass_id, assignee=in_words(who))
    entry = record(data, by=by, now=now, about=about(post_mortem))
    telling.tell_owed(post_mortem, post_mortem.bypass, entry=entry, now=now)
    return post_mortem


def _lock_open(bypass_id: str, by: Member) -> PostMortem:
    post_mortem = lock(bypass_id)
    permissions.check_can_write(person_of(by))
    guards.check_unsigned(post_mortem)
    return post_mortem


def _member(field: str, member_id: int) -> Member:
    here = Member.objects.select_related("user").filter(left_at=None, user__is_active=True)
    found = here.filter(pk=member_id).first()
    if found is None:
        raise BadInput({field: ["Choose a member of this tenant."]})
    return found


def _record(data: kinds.Kind, post_mortem: PostMortem, by: Member, now: datetime) -> None:
    record(data, by=by, now=now, about=about(post_mortem))
