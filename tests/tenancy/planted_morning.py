"""The morning's part of what is planted: a bypass that was extended and has ended, its post-mortem, a finding."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from breakglass.actions import ending, extending, findings, post_mortems, reviewing, writing
from breakglass.actions.asking import request_bypass
from breakglass.actions.deploying import read_report, record_deploy
from breakglass.actions.records import find
from breakglass.asks import AskFields, parse_ask
from breakglass.models import Bypass, Deploy, FindingKind, PostMortem
from breakglass.statements import digest, statement
from tests.cast import NOW, Cast

SOON = NOW + timedelta(minutes=1)


def plant_morning(cast: Cast, fields: AskFields) -> PostMortem:
    """Pete approves; rosa returns it, asks for more time, and writes down what happened."""
    rosa, admin = cast.rosa, post_mortems.first_admin()
    assert admin is not None
    post_mortems.publish_template(source="# Saffron\n\n{timeline}", by=admin, now=NOW)
    asked = request_bypass(by=rosa, gate="ci-checks", ask=parse_ask(replace(fields, branch="hotfix/closed")), now=NOW)
    _approve(cast, find(asked.pk))
    _ship(cast, asked)
    ending.return_bypass(bypass_id=asked.pk, by=rosa, now=SOON)
    more = extending.extend(bypass_id=asked.pk, by=rosa, ttl=None, justification="Vermilion still.", now=SOON)
    ending.withdraw(bypass_id=more.pk, by=rosa, now=SOON)
    _write(cast, asked.pk)
    gate, deploy = cast.gate("ci-checks"), Deploy.objects.first()
    kind, subject = FindingKind.DEPLOY_OUT_OF_SCOPE, "Saffron was shipped out of scope."
    findings.open_finding(
        kind=kind, subject=subject, gate=gate, bypass=find(asked.pk), deploy=deploy, owner=cast.pete, now=SOON
    )
    return post_mortems.find(asked.pk)


def _approve(cast: Cast, bypass: Bypass) -> None:
    shown = digest(statement(bypass, bypass.frozen_tier))
    reviewing.approve(bypass_id=bypass.pk, by=cast.pete, shown=shown, ttl=900, comment="", now=SOON)


def _ship(cast: Cast, bypass: Bypass) -> None:
    told = read_report(id="deploy-saffron", scope=bypass.scope, status="started", url="", provenance_url="")
    record_deploy(credential=cast.credential("ci-checks"), report=told, now=SOON)


def _write(cast: Cast, bypass_id: str) -> None:
    rosa = cast.rosa
    rule = find(bypass_id).rules[0]
    writing.write(bypass_id=bypass_id, by=rosa, version=1, text="Cinnabar was null.", now=SOON)
    writing.judge(bypass_id=bypass_id, by=rosa, rule=rule, verdict="right", comment="", now=SOON)
    writing.add_action(bypass_id=bypass_id, by=rosa, text="Check it.", owner=cast.pete.pk, url="", now=SOON)
