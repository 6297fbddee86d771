"""What should not have been: opened once, with an owner and a date, and closed when it was seen to."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from audit import kinds
from audit.canonical import timestamp
from breakglass import permissions
from breakglass.actions import telling
from breakglass.actions.post_mortems import first_admin
from breakglass.actions.records import person_of
from breakglass.asks import COMMENT_MOST, clean_text
from breakglass.errors import NotFound
from breakglass.feedback import counting
from breakglass.models import Bypass, Deploy, Finding, FindingKind, Gate, PolicyVersion, PostMortem
from tenants.actions import in_words, record
from tenants.models import Member

DUE = timedelta(days=14)
RELATED = ("gate", "owner__user", "deploy")


@transaction.atomic
def open_finding(
    *,
    kind: FindingKind,
    subject: str,
    gate: Gate,
    owner: Member,
    now: datetime,
    bypass: Bypass | None = None,
    deploy: Deploy | None = None,
) -> Finding:
    """Open a finding, or return the one that is open already. Due in 14 days. One about a deploy is told at once."""
    finding, new = Finding.objects.get_or_create(
        kind=kind,
        subject=subject[:300],
        closed_at=None,
        defaults={
            "gate": gate,
            "bypass": bypass,
            "deploy": deploy,
            "owner": owner,
            "opened_at": now,
            "due_at": now + DUE,
        },
    )
    if new:
        data = kinds.FindingOpened(
            finding=finding.pk,
            what=finding.kind,
            subject=finding.subject,
            gate=gate.slug,
            bypass=finding.bypass_id,
            deploy=deploy.external_id if deploy else None,
            owner=in_words(owner),
            due_at=timestamp(finding.due_at),
        )
        entry = record(data, by=None, now=now, about=finding.bypass_id or "")
        if deploy is not None and bypass is not None:
            telling.tell_finding(bypass, owner=owner.pk, entry=entry, now=now)
    return finding


@transaction.atomic
def close_finding(*, finding_id: int, by: Member, comment: str, now: datetime) -> Finding:
    """Say what was done about it. Again changes nothing. Raises Forbidden, BadInput, NotFound."""
    rows = Finding.objects.select_for_update(of=("self",), no_key=True).select_related(*RELATED)
    finding = rows.filter(pk=finding_id).first()
    if finding is None:
        raise NotFound("There is no such finding here: look at the list again.")
    permissions.check_can_close_finding(person_of(by), finding)
    why = clean_text("comment", comment, COMMENT_MOST)
    if finding.closed_at is None:
        finding.closed_at = now
        finding.save(update_fields=["closed_at"])
        record_closed([finding], comment=why, by=by, now=now)
    return finding


def close_rows(*, kind: FindingKind, bypass_id: str, now: datetime) -> list[Finding]:
    """Close the open findings of a kind about a bypass; `record_closed` is still to be called."""
    found = Finding.objects.select_for_update(no_key=True).filter(kind=kind, bypass_id=bypass_id, closed_at=None)
    rows = list(found.order_by("pk"))
    for finding in rows:
        finding.closed_at = now
        finding.save(update_fields=["closed_at"])
    return rows


def record_closed(rows: list[Finding], *, comment: str, by: Member, now: datetime) -> None:
    """The entries of findings that were closed."""
    for row in rows:
        words = {"finding": row.pk, "what": row.kind, "subject": row.subject, "bypass": row.bypass_id}
        data = kinds.FindingClosed(**words, comment=comment)  # type: ignore[arg-type]
        record(data, by=by, now=now, about=row.bypass_id or "")


@transaction.atomic
def note_late(*, post_mortem_id: int, now: datetime) -> Finding | None:
    """A post-mortem that is not signed off by its date is a finding, its assignee's."""
    rows = PostMortem.objects.select_for_update(of=("self",), no_key=True)
    late = rows.select_related("assignee__user", "bypass__gate").filter(pk=post_mortem_id).first()
    if late is None or not late.is_late(now):
        return None
    return open_finding(
        kind=FindingKind.POST_MORTEM_LATE,
        subject=f"The post-mortem of {late.bypass_id} is not signed off.",
        gate=late.bypass.gate,
        bypass=late.bypass,
        owner=late.assignee,
        now=now,
    )


def late_post_mortems(now: datetime) -> list[int]:
    """Those that are late and are no finding yet."""
    known = Finding.objects.filter(kind=FindingKind.POST_MORTEM_LATE).values("bypass_id")
    late = PostMortem.objects.filter(signed_off_at=None, due_at__lte=now).exclude(bypass_id__in=known)
    return list(late.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def note_broken(*, gate_id: int, rule: str, now: datetime) -> Finding | None:
    """A rule that is skipped too often by the policy in force is a finding: of whoever published it, or an admin."""
    version = PolicyVersion.objects.select_related("published_by__user").order_by("-number").first()
    owner = version.published_by if version is not None else None
    owner = owner if owner is not None and owner.is_here else first_admin()
    if owner is None:
        return None
    gate = Gate.objects.select_for_update(no_key=True).get(pk=gate_id)
    return open_finding(
        kind=FindingKind.RULE_BROKEN_OFTEN, subject=counting.subject(gate.slug, rule), gate=gate, owner=owner, now=now
    )


def broken_too_often(now: datetime) -> list[tuple[int, str]]:
    """Gate ids and rules that are over the threshold and are no open finding yet."""
    version = PolicyVersion.objects.order_by("-number").first()
    if version is None:
        return []
    last = _last_closed()
    counts = counting.skipped(now=now, since=last)
    known = set(
        Finding.objects.filter(kind=FindingKind.RULE_BROKEN_OFTEN, closed_at=None).values_list("subject", flat=True)
    )
    threshold = version.policy.threshold
    return [
        (gate.pk, rule)
        for (gate, rule), count in counts.items()
        if count >= threshold and counting.subject(gate.slug, rule) not in known
    ]


def _last_closed() -> dict[str, datetime]:
    """When the newest closed finding of each subject was closed: what was counted for it is not counted again."""
    closed = Finding.objects.filter(kind=FindingKind.RULE_BROKEN_OFTEN, closed_at__isnull=False).order_by("closed_at")
    return {subject: at for subject, at in closed.values_list("subject", "closed_at") if at is not None}
