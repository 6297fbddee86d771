"""A tenant with something to hide: records, entries and rows in every table, all made by real actions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from audit.evidence.period import parse_period
from breakglass.actions import exporting, reviewing
from breakglass.actions.asking import request_bypass
from breakglass.actions.channels import add_webhook
from breakglass.actions.deciding import decide
from breakglass.actions.deploying import read_report, record_deploy
from breakglass.actions.judging import read_verdict, record_verdicts
from breakglass.actions.proposing import propose
from breakglass.actions.records import find
from breakglass.actions.sealing import seal_checks, seal_verdicts
from breakglass.asks import AskFields, parse_ask
from breakglass.changes import CreateGroup
from breakglass.errors import Forbidden
from breakglass.models import ActionItem, Bypass, Finding, Pack, PostMortem, Proposal, Webhook
from breakglass.notify import delivery, signing
from breakglass.scopes import Scope
from breakglass.statements import digest, statement
from tenants import context
from tenants.models import MachineToken
from tests.cast import ASK, NOW, Cast
from tests.tenancy.planted_morning import plant_morning

SOON = NOW + timedelta(minutes=1)
BRANCH = "hotfix/heliotrope"
RULE = "no-quicksilver"
DEPLOY = "deploy-ultramarine"
WORDS = [
    *("heliotrope", "quicksilver", "ultramarine", "Vermilion", "saffron", "cinnabar"),
    *("bg_", "Olga", "Acme Corporation", "@acme.example"),
]
SECRET_ASK = replace(
    ASK,
    branch=BRANCH,
    rules=(RULE,),
    justification="Vermilion outage at the largest customer.",
    incident_url="https://incidents.example/saffron",
)


CHANGE = CreateGroup(slug="heliotropes", name="Vermilion")


@dataclass(frozen=True)
class Planted:
    """An active bypass, one that waits, the post-mortem and action of one that has ended, a finding of pete's ..."""

    active: Bypass
    waiting: Bypass
    ended: PostMortem
    action: ActionItem
    finding: Finding
    webhook: Webhook
    pack: Pack
    proposal: Proposal
    token: MachineToken

    @property
    def statement(self) -> str:
        """The digest of what the page of the waiting one shows."""
        return shown(self.waiting)


def shown(bypass: Bypass) -> str:
    """The digest of what the bypass's page shows."""
    return digest(statement(bypass, bypass.frozen_tier))


def plant(cast: Cast) -> Planted:
    """Fill the tenant's tables: pete approves one request of rosa's, and she tries to approve another herself."""
    with context.entered(cast.tenant):
        webhook = add_webhook(url="https://hooks.example/saffron", secret=signing.new_secret(), by=None, now=NOW)
        active = _ask(cast, SECRET_ASK)
        reviewing.approve(
            bypass_id=active.pk, by=cast.pete, shown=shown(active), ttl=900, comment="Seen, cinnabar.", now=SOON
        )
        waiting = _ask(cast, replace(SECRET_ASK, ttl="1h"))
        delivery.deliver(message_id=waiting.messages.get(channel="email").pk, now=NOW)
        _refused(cast, waiting)
        _gate_asks_and_ships(cast)
        return Planted(
            active=find(active.pk),
            waiting=waiting,
            ended=plant_morning(cast, SECRET_ASK),
            action=ActionItem.objects.get(),
            finding=Finding.objects.get(owner=cast.pete),
            webhook=webhook,
            pack=_evidence(cast),
            proposal=propose(change=CHANGE, by=None, now=SOON),
            token=cast.token("ci-checks"),
        )


def _evidence(cast: Cast) -> Pack:
    asked = exporting.request_pack(period=parse_period("2026-01-01", "2026-04-01"), by=cast.rosa, now=SOON)
    return exporting.make_pack(pack_id=asked.pk, render=lambda contents: None, now=SOON)


def _ask(cast: Cast, fields: AskFields) -> Bypass:
    return find(request_bypass(by=cast.rosa, gate="ci-checks", ask=parse_ask(fields), now=NOW).pk)


def _refused(cast: Cast, bypass: Bypass) -> None:
    with pytest.raises(Forbidden) as refused:
        reviewing.approve(bypass_id=bypass.pk, by=cast.rosa, shown=shown(bypass), ttl=900, comment="", now=SOON)
    reviewing.record_refusal(bypass_id=bypass.pk, by=cast.rosa, error=refused.value, now=SOON)


def _gate_asks_and_ships(cast: Cast) -> None:
    credential = cast.credential("ci-checks")
    scope = Scope("payments", "ci", BRANCH)
    decide(credential=credential, scope=scope, rules=frozenset({RULE}), now=SOON)
    decide(credential=credential, scope=scope, rules=frozenset({"another-rule"}), now=SOON)
    seal_checks(now=SOON)
    said = {"decision": "fail", "rules": [RULE], "evidence_url": "", "evaluated_at": ""}
    verdict = read_verdict(id="verdict-ultramarine", scope=scope, **said)  # type: ignore[arg-type]
    record_verdicts(credential=credential, reports=[verdict], now=SOON)
    seal_verdicts(now=SOON)
    report = read_report(id=DEPLOY, scope=scope, status="started", url="", provenance_url="")
    record_deploy(credential=credential, report=report, now=SOON)
