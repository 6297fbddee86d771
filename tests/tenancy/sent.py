"""What the visitors of the table send, about what was planted."""

from __future__ import annotations

from tests.tenancy.planted import BRANCH, RULE, SECRET_ASK, Planted


def ask(_: Planted) -> dict[str, str]:
    """What rosa fills in."""
    return {
        "gate": "ci-checks",
        "service": SECRET_ASK.service,
        "environment": SECRET_ASK.environment,
        "rule": "another-rule",
        "reason_kind": SECRET_ASK.reason_kind,
        "justification": SECRET_ASK.justification,
        "incident_url": SECRET_ASK.incident_url,
        "ttl": "15m",
    }


def approve(planted: Planted) -> dict[str, str]:
    """Pete's choice, and what the page showed."""
    return {"ttl": "15m", "comment": "Seen.", "statement": planted.statement}


def comment(_: Planted) -> dict[str, str]:
    """A comment alone."""
    return {"comment": "Seen."}


def scope(_: Planted) -> dict[str, str]:
    """What a pipeline is about."""
    return {"gate": "ci-checks", "service": "payments", "environment": "ci", "branch": BRANCH}


def failed(planted: Planted) -> dict[str, str]:
    """The same with a rule that failed."""
    return scope(planted) | {"rule": RULE}


def verdict(planted: Planted) -> dict[str, object]:
    """A verdict of the gate's own policy."""
    return {**scope(planted), "id": "another verdict", "decision": "fail", "rules": [RULE]}


def question(planted: Planted) -> dict[str, object]:
    """An AuthZEN request."""
    about = scope(planted)
    return {
        "subject": {"type": "workload", "id": "pipeline"},
        "action": {"name": "bypass", "properties": {"gate": about["gate"]}},
        "resource": {"type": "service", "id": about["service"], "properties": about},
        "context": {"gate_verdict": {"decision": False, "rules": [RULE]}},
    }


def deploy(planted: Planted) -> dict[str, str]:
    """A deploy that begins."""
    return scope(planted) | {"id": "another deploy", "status": "started"}


def extension(_: Planted) -> dict[str, str]:
    """More time, as long as before."""
    return {"justification": "Not yet repaired."}


def text(_: Planted) -> dict[str, str]:
    """The next version of a post-mortem."""
    return {"version": "2", "text": "The currency was null."}


def judgement(_: Planted) -> dict[str, str]:
    """What the rule should have been."""
    return {"rule": RULE, "verdict": "too_strict", "comment": "Seen."}


def action(planted: Planted) -> dict[str, str]:
    """What has to change, and who sees to it."""
    return {"action": "Check it twice.", "owner": str(planted.ended.assignee_id)}


def done(planted: Planted) -> dict[str, str]:
    """The action that was planted."""
    return {"item": str(planted.action.pk)}


def incident(_: Planted) -> dict[str, str]:
    """The link that is there already."""
    return {"incident_url": SECRET_ASK.incident_url}


def assignee(planted: Planted) -> dict[str, str]:
    """Somebody else: the owner of the action."""
    return {"assignee": str(planted.action.owner_id)}


def seen(_: Planted) -> dict[str, str]:
    """The version that the page showed."""
    return {"version": "2"}


def period(_: Planted) -> dict[str, str]:
    """A quarter."""
    return {"period_start": "2025-10-01", "period_end": "2026-01-01"}


def gate(_: Planted) -> dict[str, str]:
    """Another gate."""
    return {"name": "Another", "slug": "another", "services": "web", "environments": "ci"}


def invitation(_: Planted) -> dict[str, str]:
    """Somebody new."""
    return {"name": "Nina", "email": "nina@acme.example", "role": "auditor"}
