"""Plays the demo's month: each night through the actions that people use, in the order of the clock."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from breakglass import durations, statements
from breakglass.actions import asking, deciding, deploying, ending, findings, judging, reviewing, sealing, writing
from breakglass.actions import post_mortems as owed
from breakglass.actions.signing_off import sign_off
from breakglass.asks import AskFields, parse_ask
from breakglass.demo import Played
from breakglass.demo.stories import NIGHTS, Approval, Night
from breakglass.models import Bypass, GateCredential, Heartbeat
from breakglass.notify import delivery
from breakglass.scopes import Scope
from tenants import context

LENGTH = timedelta(days=30)
MINUTE = timedelta(minutes=1)
MOST = 500  # messages of one moment
GATES = {"ci-checks": "ci", "deploy-gate": "production"}
SAY = "Say in a few sentences what was broken, for whom, from when to when."

type Story = Iterator[datetime]


@dataclass(frozen=True)
class Month:
    """Acme, whose month it is, and the moment that it leads up to."""

    acme: Played
    now: datetime

    @transaction.atomic
    def play(self) -> None:
        """Every story in turns: each says when it goes on, and whatever is due by then is told and written down."""
        with context.entered(self.acme.tenant):
            stories: list[Story] = [*map(self._night, NIGHTS), self._ordinary_days()]
            waiting = [(next(story), number, story) for number, story in enumerate(stories)]
            heapq.heapify(waiting)
            while waiting and waiting[0][0] < self.now:
                at, number, story = waiting[0]
                self._worker(at)
                following = next(story, self.now)
                heapq.heapreplace(waiting, (max(following, at), number, story))
            self._worker(self.now)
        Heartbeat.objects.create(name="sweep", at=self.now)  # the worker that starts next goes on with it

    def _worker(self, now: datetime) -> None:
        """What the worker would have done by then."""
        for bypass in Bypass.objects.filter(status__in=["requested", "active"]):
            ending.note_the_clock(bypass_id=bypass.pk, now=now)
        for late in findings.late_post_mortems(now):
            findings.note_late(post_mortem_id=late, now=now)
        for gate, rule in findings.broken_too_often(now):
            findings.note_broken(gate_id=gate, rule=rule, now=now)
        to_send, _ = delivery.sort_out(now, MOST)
        for message in to_send:
            delivery.deliver(message_id=message.pk, now=now)

    def _night(self, night: Night) -> Story:
        hour, minute = night.clock
        midnight = (self.now - timedelta(days=night.days)).replace(hour=0, minute=0, second=0, microsecond=0)
        at = midnight + timedelta(hours=hour, minutes=minute)
        yield at
        self._check(night, at)
        at += MINUTE
        yield at
        bypass = self._ask(night, at)
        for approval in night.approvals:
            yield (then := at + approval.after * MINUTE)
            self._approve(bypass, approval, then)
        yield from self._ship(night, at + (night.approvals[-1].after + 1) * MINUTE if night.approvals else at)
        yield from self._end(night, bypass, at)
        yield from self._morning(night, bypass.pk, at)

    def _check(self, night: Night, at: datetime) -> None:
        rules = frozenset(night.rules)
        deciding.decide(credential=self._credential(night.gate), scope=_scope(night), rules=rules, now=at)

    def _ask(self, night: Night, at: datetime) -> Bypass:
        fields = AskFields(
            service=night.service,
            environment=night.environment,
            branch=night.branch,
            rules=night.rules,
            reason_kind=night.reason,
            justification=night.why,
            incident_url=f"https://incidents.acme.example/{4700 - night.days}",
            ttl=night.ttl,
        )
        return asking.request_bypass(by=self.acme.members[night.who], gate=night.gate, ask=parse_ask(fields), now=at)

    def _approve(self, bypass: Bypass, given: Approval, at: datetime) -> None:
        shown = statements.digest(statements.statement(bypass, bypass.frozen_tier))
        by, ttl = self.acme.members[given.who], durations.parse(given.ttl)
        reviewing.approve(bypass_id=bypass.pk, by=by, shown=shown, ttl=ttl, comment=given.comment, now=at)

    def _ship(self, night: Night, at: datetime) -> Story:
        for number in range(night.deploys):
            at += MINUTE
            yield at
            self._check(night, at)
            for status in ("started", "succeeded"):
                yield at + MINUTE
                self._deploy(night, f"{night.service}-{2000 - 10 * night.days + number}", status, at + MINUTE)

    def _deploy(self, night: Night, name: str, status: str, at: datetime) -> None:
        url = f"https://deploys.acme.example/{name}"
        report = deploying.read_report(id=name, scope=_scope(night), status=status, url=url, provenance_url="")
        deploying.record_deploy(credential=self._credential(night.gate), report=report, now=at)

    def _end(self, night: Night, bypass: Bypass, at: datetime) -> Story:
        ends: dict[str, Any] = {
            "returned": ending.return_bypass,
            "revoked": partial(ending.revoke, comment="A second region was not asked for."),
            "denied": partial(reviewing.deny, comment="Nothing is broken: wait for the second review."),
        }
        bypass = Bypass.objects.get(pk=bypass.pk)
        if night.end == "expired" and bypass.expires_at is not None:
            yield from (bypass.expires_at - 10 * MINUTE, bypass.expires_at - 2 * MINUTE, bypass.expires_at)
        elif night.end == "lapsed":
            yield bypass.lapses_at
        elif night.end in ends:
            at += night.end_after * MINUTE
            yield at
            ends[night.end](bypass_id=bypass.pk, by=self.acme.members[night.end_by or night.who], now=at)

    def _morning(self, night: Night, bypass_id: str, at: datetime) -> Story:
        if not night.story:
            return
        morning = at.replace(hour=9, minute=20)
        at = morning if at < morning else morning + timedelta(days=1)
        yield at
        post_mortem, by = owed.find(bypass_id), self.acme.members[night.who]
        text = owed.text_of(post_mortem).replace(SAY, night.story)
        post_mortem = writing.write(bypass_id=bypass_id, by=by, version=post_mortem.version, text=text, now=at)
        for rule, verdict in zip(night.rules, night.verdicts, strict=True):
            writing.judge(bypass_id=bypass_id, by=by, rule=rule, verdict=verdict, comment="", now=at)
        if night.action:
            owner = self.acme.members["ada"].pk
            writing.add_action(bypass_id=bypass_id, by=by, text=night.action, owner=owner, url="", now=at)
        if night.signed_off_by:
            yield at + 90 * MINUTE
            signer = self.acme.members[night.signed_off_by]
            sign_off(bypass_id=bypass_id, by=signer, version=post_mortem.version, now=at + 90 * MINUTE)

    def _ordinary_days(self) -> Story:
        """The gates' own verdicts, mostly passes, and the batches that they and the checks are sealed in."""
        for day in range(LENGTH.days - 1, -1, -1):
            at = (self.now - timedelta(days=day)).replace(hour=17, minute=0, second=0, microsecond=0)
            yield at
            for gate, environment in GATES.items():
                self._verdicts(gate, environment, day, at)
            sealing.seal_checks(now=at)
            sealing.seal_verdicts(now=at)

    def _verdicts(self, gate: str, environment: str, day: int, at: datetime) -> None:
        reports = []
        for number in range(3 + day % 4):
            failed = (day + number) % 5 == 0
            said: dict[str, Any] = {"decision": "pass", "rules": []}
            if failed:
                said = {"decision": "fail", "rules": ["two-reviewers"]}
            scope = Scope(("payments", "search", "web")[number % 3], environment, "main")
            id_ = f"{gate}-{day}-{number}"
            reports.append(judging.read_verdict(id=id_, scope=scope, evidence_url="", evaluated_at="", **said))
        judging.record_verdicts(credential=self._credential(gate), reports=reports, now=at)

    def _credential(self, gate: str) -> GateCredential:
        return GateCredential.objects.select_related("gate", "token").get(gate__slug=gate)


def _scope(night: Night) -> Scope:
    return Scope(night.service, night.environment, night.branch)
