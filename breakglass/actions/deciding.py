"""The portal's answer to a gate. Every protocol is an adapter of `decide`, and every answer is recorded."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from audit import kinds, log
from audit.canonical import canonical, timestamp
from breakglass.actions.records import scope_words
from breakglass.errors import Forbidden
from breakglass.models import Bypass, Check, GateCredential, PolicyVersion
from breakglass.policy import never
from breakglass.policy.values import Policy
from breakglass.scopes import Scope, check_shape, covers, in_words, rules_covered
from breakglass.states import Status
from tenants import context
from tenants.actions import record

NO_BYPASS, NOT_NAMED, NEVER = "no_active_bypass", "rules_not_named", "never_bypassed"


@dataclass(frozen=True)
class Decision:
    """`bypass` with the entry that opened it, or (None) enforce; the sentence says why, and `reason` in one word.

    What the policy never lets be bypassed is not `requestable`.
    """

    evaluation: str
    bypass: Bypass | None
    entry: str
    sentence: str
    reason: str
    at: datetime

    @property
    def requestable(self) -> bool:
        """Whether asking for a bypass could help."""
        return self.reason != NEVER


@dataclass(frozen=True)
class Told:
    """What the caller says of itself and of its own verdict ("" is unsaid): recorded, and never relied on."""

    subject: str = ""
    verdict: str = ""
    evidence_url: str = ""


def active(*, now: datetime) -> list[Bypass]:
    """The entered tenant's bypasses that hold at `now`, the one that ends last first."""
    return list(_holding(now).select_related("gate", "requester__user", "policy_version"))


def opened_by(bypass: Bypass) -> str:
    """The id of the entry that opened it: its last approval."""
    entry = log.entries_of(str(context.current_id()), about=bypass.pk, kind=kinds.BypassApproved.kind).last()
    return entry.id if entry is not None else ""


@transaction.atomic
def decide(
    *, credential: GateCredential, scope: Scope, rules: frozenset[str], now: datetime, told: Told = Told()
) -> Decision:
    """Answer a gate about a scope and the rules that failed there (none named: the gate can't say which).

    Raises BadInput for a scope the gate refuses, Forbidden for a service the token may not speak for.
    """
    began = time.perf_counter()
    check_speaks(credential, scope)
    in_force, gate = policy_in_force(), credential.gate.slug
    key = _key(credential, scope, rules)
    in_scope = in_scope_of(credential.gate_id, scope, now)
    covering = [one for one in in_scope if _covers_rules(one, in_force, gate, scope, rules)]
    others = [one for one in in_scope if one not in covering]
    bypass, first = _choose(covering, key, now)
    check = Check.objects.create(
        gate_id=credential.gate_id,
        credential=credential,
        service=scope.service,
        environment=scope.environment,
        branch=scope.branch,
        artifact=scope.artifact,
        rules=sorted(rules),
        bypass=bypass,
        key=key,
        first=first,
        subject=told.subject,
        verdict=told.verdict,
        evidence_url=told.evidence_url,
        at=now,
        milliseconds=_since(began),
    )
    if bypass is None:
        reason = _reason(in_force, gate, scope, rules, others)
        return Decision(check.evaluation, None, "", _enforce_sentence(reason, scope, rules, others), reason, now)
    if first:
        record(_entry(check, credential, scope, bypass), by=credential.token, now=now, about=bypass.pk)
    return Decision(check.evaluation, bypass, opened_by(bypass), _bypass_sentence(bypass), "", now)


def check_speaks(credential: GateCredential, scope: Scope) -> None:
    """Raises BadInput for a scope the gate refuses, Forbidden for a service the token may not speak for."""
    check_shape(credential.gate.shape, scope)
    if not credential.may_speak_for(scope.service):
        raise Forbidden(f"This token does not speak for {scope.service}: use one that does.")


def policy_in_force() -> Policy | None:
    """The entered tenant's newest policy, if one is published. Raises PolicyError for one that can't be read."""
    version = PolicyVersion.objects.order_by("-number").first()
    return version.policy if version is not None else None


def _since(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)


def _covers_rules(bypass: Bypass, in_force: Policy | None, gate: str, scope: Scope, rules: frozenset[str]) -> bool:
    """Whether it names these rules, and neither its own policy nor the one in force keeps them shut."""
    kept_open = (bypass.policy_version.policy, *([in_force] if in_force is not None else []))
    return rules_covered(bypass.rules_skipped, rules) and all(
        never.may_cover(policy, gate, scope, rules) for policy in kept_open
    )


def in_scope_of(gate_id: int, scope: Scope, now: datetime) -> list[Bypass]:
    """What holds this gate open for the scope at `now`, whatever the rules; the one that ends last first."""
    rows = _holding(now).filter(gate_id=gate_id, service=scope.service, environment=scope.environment)
    return [bypass for bypass in rows.select_related("policy_version") if covers(bypass.scope, scope)]


def still_holds(bypass: Bypass, now: datetime) -> bool:
    """The same under its lock: it may have ended in between."""
    return Bypass.objects.select_for_update(of=("self",), no_key=True).get(pk=bypass.pk).holds_at(now)


def _holding(now: datetime) -> QuerySet[Bypass]:
    """As Bypass.holds_at, for all of them; the one that ends last first."""
    rows = Bypass.objects.filter(status=Status.ACTIVE, starts_at__lte=now, expires_at__gt=now)
    return rows.order_by("-expires_at", "pk")


def _choose(covering: list[Bypass], key: str, now: datetime) -> tuple[Bypass | None, bool]:
    """The one that ends last, and whether this is its first answer to the caller: an act, so it is locked."""
    for bypass in covering:
        if not _is_first(bypass, key):
            return bypass, False
        if still_holds(bypass, now):
            return bypass, _is_first(bypass, key)
    return None, False


def _is_first(bypass: Bypass, key: str) -> bool:
    return not Check.objects.filter(bypass=bypass, key=key, first=True).exists()


def _key(credential: GateCredential, scope: Scope, rules: frozenset[str]) -> str:
    """The same for every check by one caller, about one scope and one set of rules."""
    asked: list[Any] = [credential.pk, scope.service, scope.environment, scope.branch, scope.artifact, sorted(rules)]
    return hashlib.sha256(canonical(asked)).hexdigest()


def _entry(check: Check, credential: GateCredential, scope: Scope, bypass: Bypass) -> kinds.GateChecked:
    return kinds.GateChecked(
        bypass=bypass.pk,
        evaluation=check.evaluation,
        scope=scope_words(credential.gate, scope),
        rules=tuple(check.rules),
        decision=check.decision,
        expires_at=timestamp(bypass.expires_at or check.at),
        drill=bypass.drill,
        subject=check.subject,
        verdict=check.verdict,
        evidence_url=check.evidence_url,
    )


def _bypass_sentence(bypass: Bypass) -> str:
    return f"Bypass {bypass.pk} is active until {timestamp(bypass.expires_at)}." if bypass.expires_at else ""


def _reason(in_force: Policy | None, gate: str, scope: Scope, rules: frozenset[str], others: list[Bypass]) -> str:
    if in_force is not None and not never.may_cover(in_force, gate, scope, rules):
        return NEVER
    return NOT_NAMED if others else NO_BYPASS


def _enforce_sentence(reason: str, scope: Scope, rules: frozenset[str], others: list[Bypass]) -> str:
    if reason == NEVER and not rules:
        return "The policy keeps rules shut here that no bypass covers, and this check does not say which rules failed."
    if reason == NEVER:
        return f"The policy never lets this be bypassed: {', '.join(sorted(rules))} in {in_words(scope)}."
    if not others:
        return f"No active bypass covers {in_words(scope)}."
    held = ", ".join(bypass.pk for bypass in others)
    if not rules:
        return f"{held} does not cover the whole gate, and this check names no rule."
    missed = sorted(rules - frozenset().union(*(bypass.rules_skipped or frozenset() for bypass in others)))
    return f"{held} does not name every rule that failed: {', '.join(missed) or 'no single bypass names them all'}."
