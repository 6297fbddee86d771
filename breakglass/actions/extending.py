"""More time: a new bypass that extends the one before, with the same tier's approvals again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from breakglass import permissions
from breakglass.actions.asking import request_bypass
from breakglass.actions.post_mortems import chain_of
from breakglass.actions.records import lock, person_of
from breakglass.asks import JUSTIFICATION_MOST, Ask, clean_text
from breakglass.models import Bypass, PostMortem
from breakglass.models.lookups import in_status
from breakglass.states import Status
from tenants.models import Member


@transaction.atomic
def extend(*, bypass_id: str, by: Member, ttl: int | None, justification: str, now: datetime) -> Bypass:
    """Ask for the same scope and rules again, for `ttl` seconds (None: as long as before), by the policy in force.

    Without a justification it is the one before. The same again, while that request is open, is that request.
    Raises Forbidden, WrongState, BadInput.
    """
    Member.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)  # as asking does, before any bypass
    bypass = lock(bypass_id)
    ask = Ask(
        scope=bypass.scope,
        rules=bypass.rules_skipped,
        reason_kind=bypass.reason_kind,
        justification=clean_text("justification", justification, JUSTIFICATION_MOST) or bypass.justification,
        incident_url=bypass.incident_url,
        ttl=bypass.proposed_ttl if ttl is None else ttl,
        evaluation=bypass.evaluation,
    )
    if (same := _same_open(bypass, by, ask, now)) is not None:
        return same
    owed = PostMortem.objects.select_for_update(no_key=True).filter(bypass_id=bypass.first_id).first()
    permissions.check_can_extend(person_of(by), bypass, chain_of(bypass.first_id), owed, now)
    return request_bypass(by=by, gate=bypass.gate.slug, ask=ask, now=now, extends=bypass)


def _same_open(bypass: Bypass, by: Member, ask: Ask, now: datetime) -> Bypass | None:
    """The extension that was asked for in the same words, unless the clock has ended it."""
    digest = ask.digest(bypass.gate.slug, bypass.pk)
    same = Bypass.objects.filter(extends=bypass, requester=by, digest=digest)
    return same.filter(in_status(Status.REQUESTED, now) | in_status(Status.ACTIVE, now)).first()
