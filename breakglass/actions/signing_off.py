"""Signing a post-mortem off: by somebody who wrote none of it, when nothing is missing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from audit import kinds
from breakglass import guards, permissions
from breakglass.actions import findings
from breakglass.actions.post_mortems import about, chain_of, digest, lock, rules_of, text_of
from breakglass.actions.records import person_of
from breakglass.models import FindingKind, PostMortem, Revision, RuleVerdict
from tenants.actions import in_words, record
from tenants.models import Member


@transaction.atomic
def sign_off(*, bypass_id: str, by: Member, version: int, now: datetime) -> PostMortem:
    """Agree with what the page showed, `version`. Again by the same person changes nothing.

    Raises Forbidden for whoever wrote any of it, WrongState while something is missing or another version is there.
    """
    post_mortem = lock(bypass_id)
    if post_mortem.signed_off_by_id == by.pk:
        return post_mortem
    permissions.check_can_sign_off(person_of(by), writers(post_mortem))
    guards.check_unsigned(post_mortem)
    guards.check_complete(post_mortem, chain_of(post_mortem.bypass_id), missing(post_mortem), version, now)
    late = post_mortem.is_late(now)
    post_mortem.signed_off_at, post_mortem.signed_off_by = now, by
    post_mortem.save(update_fields=["signed_off_at", "signed_off_by"])
    closed = findings.close_rows(kind=FindingKind.POST_MORTEM_LATE, bypass_id=post_mortem.bypass_id, now=now)
    text = text_of(post_mortem)
    data = kinds.PostMortemSignedOff(
        bypass=post_mortem.bypass_id,
        version=post_mortem.version,
        digest=digest(text),
        text=text,
        writers=tuple(in_words(writer) for writer in writers(post_mortem)),
        verdicts=tuple(kinds.VerdictWords(rule=one.rule, verdict=one.verdict) for one in verdicts(post_mortem)),
        incident_url=post_mortem.incident_url,
        late=late,
    )
    record(data, by=by, now=now, about=about(post_mortem))
    findings.record_closed(closed, comment="", by=by, now=now)
    return post_mortem


def writers(post_mortem: PostMortem) -> list[Member]:
    """Everybody who wrote a version."""
    wrote = Revision.objects.filter(post_mortem=post_mortem, by__isnull=False).values("by_id")
    return list(Member.objects.select_related("user").filter(pk__in=wrote).order_by("pk"))


def missing(post_mortem: PostMortem) -> list[str]:
    """What it lacks before it can be signed off, in words."""
    judged = {one.rule for one in verdicts(post_mortem)}
    lacking = [f"a verdict on {rule or 'the whole gate'}" for rule in rules_of(post_mortem) if rule not in judged]
    written = Revision.objects.filter(post_mortem=post_mortem, by__isnull=False).exists()
    incident = [] if post_mortem.incident_url else ["the incident link"]
    return [*([] if written else ["a text that somebody wrote"]), *incident, *lacking]


def verdicts(post_mortem: PostMortem) -> list[RuleVerdict]:
    """What was said of each rule so far."""
    return list(RuleVerdict.objects.filter(post_mortem=post_mortem).order_by("rule"))
