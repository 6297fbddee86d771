"""What the triggers on post-mortems, findings and extensions refuse, each by an act of its own."""

from __future__ import annotations

from django.db import models

from breakglass.models import ActionItem, Bypass, Finding, PostMortem, Revision, RuleVerdict
from tests.cast import NOW, Cast
from tests.domain.planted import Find, Violation, change, copy, some

NEW = 4711  # an id that nothing has


def _post_mortem(acme: Cast) -> PostMortem:
    found: PostMortem = some(PostMortem, tenant=acme.tenant)
    return found


def _then(*steps: Violation) -> Violation:
    """One after the other."""

    def act() -> None:
        for step in steps:
            step()

    return act


def _signed(acme: Cast, *steps: Violation) -> Violation:
    """Steps after pete, who wrote none of it, has signed it off."""
    return _then(change(_post_mortem(acme), signed_off_at=NOW, signed_off_by_id=acme.pete.pk), *steps)


def _own(acme: Cast) -> dict[str, object]:
    """The signature of rosa, who wrote it."""
    return {"signed_off_at": NOW, "signed_off_by_id": acme.rosa.pk}


def _born_signed(acme: Cast) -> list[Violation]:
    text = copy(some(Revision, tenant=acme.tenant, by=acme.rosa), post_mortem_id=NEW)
    return [_then(text, copy(_post_mortem(acme), id=NEW, **_own(acme)))]


def _after(acme: Cast) -> list[Violation]:
    found = _post_mortem(acme)
    changes: list[dict[str, object]] = [{"signed_off_at": None, "signed_off_by_id": None}, {"version": NEW}]
    return [_signed(acme, change(found, **one)) for one in changes]


def _row(model: type[models.Model], acme: Cast) -> models.Model:
    found: models.Model = some(model, tenant=acme.tenant)
    return found


def _closed(acme: Cast) -> list[Violation]:
    found = _row(Finding, acme)
    close = change(found, closed_at=NOW)
    return [_then(close, change(found, closed_at=None)), _then(close, change(found, owner_id=acme.rosa.pk))]


def _unchained(acme: Cast) -> list[Violation]:
    """Extensions of what is open: in no chain of it, of itself, and each thing it may not widen or move."""
    waiting, opened = (some(Bypass, tenant=acme.tenant, status=status) for status in ("requested", "active"))
    true = {"extends_id": opened.pk, "chain_id": opened.pk}
    other = {
        "gate_id": acme.gate("practice").pk,
        "service": "search",
        "environment": "staging",
        "branch": "main",
        "artifact": "sha256:" + "a" * 64,
        "requester_id": acme.pete.pk,
        "whole_gate": True,
    }
    wrong = [{"chain_id": waiting.pk}, {"chain_id": None}, *({column: value} for column, value in other.items())]
    return [
        *(copy(waiting, **(true | one)) for one in wrong),
        copy(opened, id=NEW, extends_id=str(NEW), chain_id=str(NEW)),
    ]


MORNING: dict[str, Find] = {
    "breakglass_bypass_chain": _unchained,
    "breakglass_postmortem_frozen": lambda acme: [change(_post_mortem(acme), due_at=NOW)],
    "breakglass_postmortem_four_eyes_insert": _born_signed,
    "breakglass_postmortem_four_eyes_update": lambda acme: [change(_post_mortem(acme), **_own(acme))],
    "breakglass_postmortem_forward": lambda acme: [change(_post_mortem(acme), version=1)],
    "breakglass_postmortem_final": _after,
    "breakglass_revision_open_insert": lambda acme: [_signed(acme, copy(_row(Revision, acme), number=NEW))],
    "breakglass_revision_open_update": lambda acme: [_signed(acme, change(_row(Revision, acme), text="Another."))],
    "breakglass_ruleverdict_frozen": lambda acme: [change(_row(RuleVerdict, acme), rule="another")],
    "breakglass_ruleverdict_open_insert": lambda acme: [_signed(acme, copy(_row(RuleVerdict, acme), rule="another"))],
    "breakglass_ruleverdict_open_update": lambda acme: [_signed(acme, change(_row(RuleVerdict, acme), comment="No."))],
    "breakglass_actionitem_frozen": lambda acme: [change(_row(ActionItem, acme), text="Another.")],
    "breakglass_finding_frozen": lambda acme: [change(_row(Finding, acme), subject="Another.")],
    "breakglass_finding_final": _closed,
    "breakglass_finding_open_once": lambda acme: [copy(_row(Finding, acme))],
}
