"""Which bypass covers a deploy, and which it was beside: by what the portal itself saw, never by the sender's clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from breakglass.actions.deciding import in_scope_of, policy_in_force, still_holds
from breakglass.models import Bypass, Check, FindingKind, Gate, Verdict, VerdictDecision
from breakglass.policy import never
from breakglass.scopes import Scope, covers
from breakglass.states import Status

GRACE = timedelta(minutes=15)  # from a `bypass` answer to the first report of the deploy that it let through
WATCH = timedelta(hours=1)  # after the end of a bypass, in which a deploy past it is a finding


def covering(gate: Gate, scope: Scope, now: datetime) -> Bypass | None:
    """The bypass that holds now (of several the one that ends last), else the one that the gate was last told of."""
    in_force = policy_in_force()
    if in_force is not None and never.is_sealed(in_force, gate.slug, scope):
        return None
    held = next((one for one in in_scope_of(gate.pk, scope, now) if still_holds(one, now)), None)
    return held or _answered(gate, scope, now)


def _answered(gate: Gate, scope: Scope, now: datetime) -> Bypass | None:
    """The bypass of the newest `bypass` answer about this scope, if that is not older than the grace."""
    rows = Check.objects.select_related("bypass__requester__user").filter(
        gate=gate,
        service=scope.service,
        environment=scope.environment,
        bypass__isnull=False,
        at__lte=now,
        at__gt=now - GRACE,
    )
    for check in rows.order_by("-at", "-pk"):
        bypass = check.bypass
        if bypass is not None and covers(check.scope, scope) and covers(bypass.scope, scope):
            return bypass
    return None


def beside(gate: Gate, scope: Scope, now: datetime) -> tuple[FindingKind | None, Bypass | None]:
    """What is wrong with an uncovered deploy while a bypass of its service is open there, or was within the hour.

    Nothing, if the gate's own verdict about it was a pass.
    """
    near = _near(gate, scope, now)
    if not near or _passed(gate, scope, near, now):
        return None, None
    past = next((one for one in near if covers(one.scope, scope)), None)
    return (FindingKind.DEPLOY_AFTER_END, past) if past else (FindingKind.DEPLOY_OUT_OF_SCOPE, near[0])


def _near(gate: Gate, scope: Scope, now: datetime) -> list[Bypass]:
    opened = [Status.ACTIVE, Status.EXPIRED, Status.RETURNED, Status.REVOKED]
    rows = Bypass.objects.select_related("requester__user").filter(
        gate=gate,
        service=scope.service,
        environment=scope.environment,
        status__in=opened,
        starts_at__lte=now,
        expires_at__gt=now - WATCH,
    )
    found = rows.order_by("-expires_at", "pk")
    return [one for one in found if one.closed_at is None or one.closed_at > now - WATCH]


def _passed(gate: Gate, scope: Scope, near: list[Bypass], now: datetime) -> bool:
    since = min(bypass.requested_at for bypass in near)
    return Verdict.objects.filter(
        gate=gate,
        service=scope.service,
        environment=scope.environment,
        branch=scope.branch,
        artifact=scope.artifact,
        decision=VerdictDecision.PASS,
        at__gte=since,
        at__lte=now,
    ).exists()
