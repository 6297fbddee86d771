"""Every address of ours, and what it answers to whom: one table. An address without a row fails the suite."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from ctypes.util import find_library
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from tests.tenancy.planted import BRANCH, RULE, SECRET_ASK, Planted

COLUMNS = ("signed out", "stranger", "their admin", "rosa", "pete", "ada", "olga", "alex", "gate token", "their token")
OUTSIDE = ("signed out", "stranger", "their admin", "their token")

PDF = "200" if importlib.util.find_spec("weasyprint") and find_library("pangoft2-1.0") else "503"

# fmt: off
#                    out  strange theirs rosa pete  ada  olga alex token their
EVERYBODY =         "200  200     200    200  200   200  200  200  200   200"
HOME =              "302  302     302    302  302   302  302  302  302   302"
MEMBERS =           "302  404     404    200  200   200  200  200  302   302"
MEMBERS_MOVE_ON =   "302  404     404    302  302   302  302  302  302   302"
MEMBERS_PDF =      f"302  404     404    {PDF}  {PDF}   {PDF}  {PDF}  {PDF}  302   302"
AUDITORS =          "302  404     404    403  403   403  200  200  302   302"
REQUESTERS_ASK =    "302  404     404    302  302   403  403  403  302   302"
REQUESTER_ENDS =    "302  404     404    302  403   403  403  403  302   302"
PEERS_REVIEW =      "302  404     404    403  302   403  403  403  302   302"
PEERS_REVOKE =      "302  404     404    403  302   403  403  302  302   302"
THE_GATE =          "401  401     401    401  401   401  401  401  200   401"
THE_GATE_REPORTS =  "401  401     401    401  401   401  401  401  201   401"
# fmt: on


@dataclass(frozen=True)
class Row:
    """One address and method: what is sent, and the status in each column."""

    name: str
    statuses: str
    method: str = "get"
    which: str = "waiting"
    send: Callable[[Planted], Any] = lambda planted: None

    def __str__(self) -> str:
        return f"{self.method} {self.name}"

    def expected(self) -> dict[str, int]:
        """The status by column."""
        return dict(zip(COLUMNS, map(int, self.statuses.split()), strict=True))

    def asked(self, planted: Planted) -> str:
        """The id of the bypass that it is about."""
        return str(getattr(planted, self.which).pk)

    def path(self, planted: Planted, tenant: str = "acme") -> str:
        """The address, about what was planted."""
        known = {"tenant": tenant, "bypass_id": self.asked(planted), "number": 1, "index": 0, "slug": "ci-checks"}
        wanted = ARGUMENTS.get(self.name, ("tenant",))
        return reverse(self.name, kwargs={name: known[name] for name in wanted})


def _ask(_: Planted) -> dict[str, str]:
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


def _approve(planted: Planted) -> dict[str, str]:
    return {"ttl": "15m", "comment": "Seen.", "statement": planted.statement}


def _comment(_: Planted) -> dict[str, str]:
    return {"comment": "Seen."}


def _scope(_: Planted) -> dict[str, str]:
    return {"gate": "ci-checks", "service": "payments", "environment": "ci", "branch": BRANCH}


def _failed(planted: Planted) -> dict[str, str]:
    return _scope(planted) | {"rule": RULE}


def _verdict(planted: Planted) -> dict[str, object]:
    return {**_scope(planted), "id": "another verdict", "decision": "fail", "rules": [RULE]}


def _question(planted: Planted) -> dict[str, object]:
    scope = _scope(planted)
    return {
        "subject": {"type": "workload", "id": "pipeline"},
        "action": {"name": "bypass", "properties": {"gate": scope["gate"]}},
        "resource": {"type": "service", "id": scope["service"], "properties": scope},
        "context": {"gate_verdict": {"decision": False, "rules": [RULE]}},
    }


def _deploy(planted: Planted) -> dict[str, str]:
    return _scope(planted) | {"id": "another deploy", "status": "started"}


ARGUMENTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("home", "livez", "readyz"), ()),
    **dict.fromkeys(
        ("record", "approve", "deny", "withdraw", "return", "revoke", "record-pdf"), ("tenant", "bypass_id")
    ),
    **dict.fromkeys(("trusted-root", "trust-config", "checkpoint"), ("tenant", "number")),
    "gate": ("tenant", "slug"),
    **dict.fromkeys(("entry", "entry-json", "entry-bundle"), ("tenant", "number", "index")),
}

TABLE = [
    Row("home", HOME),
    Row("livez", EVERYBODY),
    Row("readyz", EVERYBODY),
    Row("now", MEMBERS),
    Row("queue", MEMBERS),
    Row("settings", MEMBERS),
    Row("settings", MEMBERS_MOVE_ON, "post", send=lambda _: {"away_until": "2026-03-03T09:00"}),
    Row("new-bypass", MEMBERS),
    Row("new-bypass", REQUESTERS_ASK, "post", send=_ask),
    Row("record", MEMBERS),
    Row("record", MEMBERS, which="active"),
    Row("record-pdf", MEMBERS_PDF),
    Row("approve", MEMBERS_MOVE_ON),
    Row("approve", PEERS_REVIEW, "post", send=_approve),
    Row("deny", MEMBERS_MOVE_ON),
    Row("deny", PEERS_REVIEW, "post", send=_comment),
    Row("withdraw", MEMBERS_MOVE_ON),
    Row("withdraw", REQUESTER_ENDS, "post"),
    Row("return", MEMBERS_MOVE_ON, which="active"),
    Row("return", REQUESTER_ENDS, "post", which="active"),
    Row("revoke", MEMBERS_MOVE_ON, which="active"),
    Row("revoke", PEERS_REVOKE, "post", which="active", send=_comment),
    Row("audit", AUDITORS),
    Row("entry", AUDITORS),
    Row("entry-json", AUDITORS),
    Row("entry-bundle", AUDITORS),
    Row("trusted-root", AUDITORS),
    Row("trust-config", AUDITORS),
    Row("checkpoint", AUDITORS),
    Row("gates", MEMBERS),
    Row("gate", MEMBERS),
    Row("authzen-configuration", EVERYBODY),
    Row("api-evaluation", THE_GATE, "post", send=_question),
    Row("api-evaluations", THE_GATE, "post", send=_question),
    Row("api-opa-data", THE_GATE),
    Row("api-opa-policy", THE_GATE),
    Row("api-openapi", THE_GATE),
    Row("api-verdicts", THE_GATE_REPORTS, "post", send=_verdict),
    Row("api-check", THE_GATE, send=_failed),
    Row("api-bypasses", THE_GATE, send=lambda _: {"status": "active"}),
    Row("api-deploys", THE_GATE_REPORTS, "post", send=_deploy),
]

ACCOUNTS = [
    *("account_login", "account_logout", "account_inactive", "account_signup", "account_reauthenticate"),
    *("account_change_password", "account_set_password", "account_reset_password", "account_reset_password_done"),
    *("account_reset_password_from_key", "account_reset_password_from_key_done"),
]
