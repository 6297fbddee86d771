"""A row in every table of two tenants, and ways to change rows that go round our own code."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from django.db import models
from django.db.models import QuerySet

from audit.evidence.period import parse_period
from breakglass.actions import channels, deciding, deploying, ending, exporting, judging, proposing, reviewing, sealing
from breakglass.actions.asking import request_bypass
from breakglass.actions.post_mortems import first_admin
from breakglass.asks import parse_ask
from breakglass.changes import JoinGroup
from breakglass.models import Bypass
from breakglass.notify import delivery, signing
from breakglass.permissions import OwnReview
from breakglass.scopes import Scope
from tenants import context
from tenants.actions import in_words
from tests.cast import ASK, NOW, Cast
from tests.domain.support import MINUTE, QUARTER, shown
from tests.tenancy.planted_morning import plant_morning

type Violation = Callable[[], object]
type Find = Callable[[Cast], list[Violation]]

SCOPE = Scope("payments", "ci", ASK.branch)
LATER = NOW + 2 * MINUTE


def plant(cast: Cast) -> None:
    """A request (refused to rosa), an active bypass with checks, verdicts and a deploy, a withdrawn one; and a morning.

    There is a webhook. One message is sent, the others wait. One pack is ready, another waits. One proposal
    waits, another was withdrawn.
    """
    with context.entered(cast.tenant):
        channels.add_webhook(url="https://hooks.example/bypasses", secret=signing.new_secret(), by=None, now=NOW)
        waiting, opened, withdrawn = (_request(cast, reason) for reason in ("waiting", "opened", "withdrawn"))
        reviewing.record_refusal(bypass_id=waiting.pk, by=cast.rosa, error=OwnReview("No."), now=NOW)
        ending.withdraw(bypass_id=withdrawn.pk, by=cast.rosa, now=NOW)
        statement = shown(opened)
        reviewing.approve(bypass_id=opened.pk, by=cast.pete, shown=statement, ttl=QUARTER, comment="", now=NOW + MINUTE)
        _use(cast)
        plant_morning(cast, ASK)
        _tell(waiting)
        _export(cast)
        _propose(cast)


def _propose(cast: Cast) -> None:
    """One that waits, and one that was withdrawn."""
    admin = first_admin()
    for group in ("security-duty", "sre-leads"):
        change = JoinGroup(group=group, member=in_words(cast.pete))
        proposal = proposing.propose(change=change, by=admin, now=LATER)
        if admin is not None and group == "security-duty":
            proposing.withdraw(proposal_id=proposal.pk, by=admin, now=LATER)


def _request(cast: Cast, reason: str) -> Bypass:
    ask = parse_ask(replace(ASK, justification=reason))
    return request_bypass(by=cast.rosa, gate="ci-checks", ask=ask, now=NOW)


def _use(cast: Cast) -> None:
    credential = cast.credential("ci-checks")
    for rules in (ASK.rules, ASK.rules, ("another",), ()):
        sealing.seal_checks(now=LATER)
        deciding.decide(credential=credential, scope=SCOPE, rules=frozenset(rules), now=LATER)
    told = deploying.read_report(id="build-7", scope=SCOPE, status="started", url="", provenance_url="")
    deploying.record_deploy(credential=credential, report=told, now=LATER)
    said: dict[str, Any] = {"decision": "fail", "rules": list(ASK.rules), "evidence_url": "", "evaluated_at": ""}
    for run in ("run-7", "run-8"):
        verdict = judging.read_verdict(id=run, scope=SCOPE, **said)
        judging.record_verdicts(credential=credential, reports=[verdict], now=LATER)
        sealing.seal_verdicts(now=LATER)


def _tell(asked: Bypass) -> None:
    message = asked.messages.filter(channel="email").first()
    assert message is not None
    delivery.deliver(message_id=message.pk, now=LATER)


def _export(cast: Cast) -> None:
    ready, _ = (
        exporting.request_pack(period=parse_period(start, "2026-04-01"), by=cast.rosa, now=LATER)
        for start in ("2026-01-01", "2026-02-01")
    )
    exporting.make_pack(pack_id=ready.pk, render=lambda contents: None, now=LATER)


def rows(model: type[models.Model], **which: Any) -> QuerySet[Any]:
    """Django's own queryset: it knows nothing of tenants."""
    return QuerySet(model).filter(**which).order_by("pk")


def some(model: type[models.Model], **which: Any) -> Any:
    """The first of these rows."""
    found = rows(model, **which).first()
    assert found is not None, (model, which)
    return found


def copy(row: models.Model, **changes: Any) -> Callable[[], None]:
    """Insert the same row again under a new key, with these columns changed."""

    def insert() -> None:
        again = cast("Any", type(row))(**{field.attname: getattr(row, field.attname) for field in _fields(row)})
        again.pk = another(row._meta.pk, row.pk) if not isinstance(row._meta.pk, models.AutoField) else None
        for column, value in changes.items():
            setattr(again, column, value)
        again.save_base(raw=True, force_insert=True)

    return insert


def change(row: models.Model, **changes: Any) -> Callable[[], None]:
    """Update these columns of the row."""
    return lambda: cast("None", rows(type(row), pk=row.pk).update(**changes))


def another(field: Any, value: Any) -> Any:
    """A value for the column that is not the one it has."""
    if isinstance(field, models.ForeignKey):
        return another(field.target_field, value)
    others: dict[type[models.Field[Any, Any]], Callable[[], object]] = {
        models.UUIDField: uuid.uuid4,
        models.BooleanField: lambda: not value,
        models.DateTimeField: lambda: NOW + timedelta(days=400),
        models.DateField: (NOW + timedelta(days=400)).date,
        models.BinaryField: lambda: b"another",
        models.JSONField: lambda: ["another"],
        models.IntegerField: lambda: (value or 0) + 1000,
    }
    return next((make() for kind, make in others.items() if isinstance(field, kind)), "another"[: field.max_length])


def _fields(row: models.Model) -> list[Any]:
    return list(row._meta.concrete_fields)
