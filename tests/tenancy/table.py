"""Every address of ours, and what it answers to whom: one table. An address without a row fails the suite."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from ctypes.util import find_library
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from breakglass.actions.founding import FIRST_POLICY
from tests.tenancy import sent
from tests.tenancy.planted import Planted

COLUMNS = ("signed out", "stranger", "their admin", "rosa", "pete", "ada", "olga", "alex", "gate token", "their token")
OUTSIDE = ("signed out", "stranger", "their admin", "their token")

PDF = "200" if importlib.util.find_spec("weasyprint") and find_library("pangoft2-1.0") else "503"

# fmt: off
#                    out  strange theirs rosa pete  ada  olga alex token their
EVERYBODY =         "200  200     200    200  200   200  200  200  200   200"
SWITCHED_OFF =      "404  404     404    404  404   404  404  404  404   404"
HOME =              "302  302     302    302  302   302  302  302  302   302"
MEMBERS =           "302  404     404    200  200   200  200  200  302   302"
MEMBERS_MOVE_ON =   "302  404     404    302  302   302  302  302  302   302"
MEMBERS_PDF =      f"302  404     404    {PDF}  {PDF}   {PDF}  {PDF}  {PDF}  302   302"
AUDITORS =          "302  404     404    403  403   403  200  200  302   302"
REQUESTERS_ASK =    "302  404     404    302  302   403  403  403  302   302"
REQUESTER_ENDS =    "302  404     404    302  403   403  403  403  302   302"
PEERS_REVIEW =      "302  404     404    403  302   403  403  403  302   302"
PEERS_REVOKE =      "302  404     404    403  302   403  403  302  302   302"
WRITERS_WRITE =     "302  404     404    302  302   302  403  302  302   302"
OTHERS_SIGN_OFF =   "302  404     404    403  302   302  403  302  302   302"
OWNER_CLOSES =      "302  404     404    403  302   403  403  302  302   302"
AUDITORS_ASK =      "302  404     404    403  403   403  302  302  302   302"
THE_OPERATORS =     "302  404     404    403  403   403  403  403  302   302"
ADMINS =            "302  404     404    403  403   403  403  200  302   302"
ADMINS_MOVE_ON =    "302  404     404    403  403   403  403  302  302   302"
OPERATOR_ONLY =     "302  404     404    404  404   404  404  404  302   302"
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
        """The id of the bypass (or of its post-mortem) that it is about."""
        about = getattr(planted, self.which)
        return str(getattr(about, "bypass_id", about.pk))

    def path(self, planted: Planted, tenant: str = "acme") -> str:
        """The address, about what was planted."""
        known = {
            "tenant": tenant,
            "bypass_id": self.asked(planted),
            "number": planted.pack.pk if self.name in PACKS else 1,
            "index": 0,
            "slug": "ci-checks",
            "finding_id": planted.finding.pk,
            "webhook_id": planted.webhook.pk,
            "rest": "tenants/tenant" if self.name == "operator-page" else "breakglass/gate",
            "proposal_id": planted.proposal.pk,
            "token_id": planted.token.pk,
        }
        wanted = ARGUMENTS.get(self.name, ("tenant",))
        return reverse(self.name, kwargs={name: known[name] for name in wanted})


PACKS = ("pack", "pack-download")
POST_MORTEM = [
    *("post-mortem", "post-mortem-write", "post-mortem-judge", "post-mortem-add-action", "post-mortem-finish-action"),
    *("post-mortem-link-incident", "post-mortem-assign", "post-mortem-sign-off"),
]
PROPOSAL = ("proposal", "proposal-consent", "proposal-refuse", "proposal-withdraw")
ARGUMENTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("home", "styleguide", "livez", "readyz", "operator"), ()),
    "operator-page": ("rest",),
    "admin-page": ("tenant", "rest"),
    **dict.fromkeys(
        ("record", "approve", "deny", "withdraw", "return", "revoke", "extend", "record-pdf", *POST_MORTEM),
        ("tenant", "bypass_id"),
    ),
    **dict.fromkeys(("trusted-root", "trust-config", "checkpoint"), ("tenant", "number")),
    **dict.fromkeys(("gate", "gate-tokens"), ("tenant", "slug")),
    "revoke-token": ("tenant", "slug", "token_id"),
    "policy-version": ("tenant", "number"),
    **dict.fromkeys(PROPOSAL, ("tenant", "proposal_id")),
    **dict.fromkeys(PACKS, ("tenant", "number")),
    "close-finding": ("tenant", "finding_id"),
    "disable-webhook": ("tenant", "webhook_id"),
    **dict.fromkeys(("entry", "entry-json", "entry-bundle"), ("tenant", "number", "index")),
}

TABLE = [
    Row("home", HOME),
    Row("styleguide", SWITCHED_OFF),
    Row("livez", EVERYBODY),
    Row("readyz", EVERYBODY),
    Row("now", MEMBERS),
    Row("queue", MEMBERS),
    Row("settings", MEMBERS),
    Row("settings", MEMBERS_MOVE_ON, "post", send=lambda _: {"away_until": "2026-03-03T09:00"}),
    Row("bypasses", MEMBERS),
    Row("bypasses", MEMBERS, send=lambda _: {"person": "rosa", "status": "active"}),
    Row("checks", MEMBERS),
    Row("checks", MEMBERS, send=lambda _: {"decision": "bypass"}),
    Row("deploys", MEMBERS),
    Row("deploys", MEMBERS, send=lambda _: {"covered": "yes"}),
    Row("new-bypass", MEMBERS),
    Row("new-bypass", REQUESTERS_ASK, "post", send=sent.ask),
    Row("record", MEMBERS),
    Row("record", MEMBERS, which="active"),
    Row("record-pdf", MEMBERS_PDF),
    Row("approve", MEMBERS_MOVE_ON),
    Row("approve", PEERS_REVIEW, "post", send=sent.approve),
    Row("deny", MEMBERS_MOVE_ON),
    Row("deny", PEERS_REVIEW, "post", send=sent.comment),
    Row("withdraw", MEMBERS_MOVE_ON),
    Row("withdraw", REQUESTER_ENDS, "post"),
    Row("return", MEMBERS_MOVE_ON, which="active"),
    Row("return", REQUESTER_ENDS, "post", which="active"),
    Row("revoke", MEMBERS_MOVE_ON, which="active"),
    Row("revoke", PEERS_REVOKE, "post", which="active", send=sent.comment),
    Row("extend", MEMBERS, which="active"),
    Row("extend", REQUESTER_ENDS, "post", which="active", send=sent.extension),
    Row("post-mortems", MEMBERS),
    Row("post-mortem-template", MEMBERS),
    Row("post-mortem-template", ADMINS_MOVE_ON, "post", send=lambda _: {"source": "# {service}"}),
    Row("post-mortem", MEMBERS, which="ended"),
    *(Row(name, MEMBERS_MOVE_ON, which="ended") for name in POST_MORTEM[1:]),
    Row("post-mortem-write", WRITERS_WRITE, "post", which="ended", send=sent.text),
    Row("post-mortem-judge", WRITERS_WRITE, "post", which="ended", send=sent.judgement),
    Row("post-mortem-add-action", WRITERS_WRITE, "post", which="ended", send=sent.action),
    Row("post-mortem-finish-action", WRITERS_WRITE, "post", which="ended", send=sent.done),
    Row("post-mortem-link-incident", WRITERS_WRITE, "post", which="ended", send=sent.incident),
    Row("post-mortem-assign", WRITERS_WRITE, "post", which="ended", send=sent.assignee),
    Row("post-mortem-sign-off", OTHERS_SIGN_OFF, "post", which="ended", send=sent.seen),
    Row("feedback", MEMBERS),
    Row("close-finding", MEMBERS_MOVE_ON),
    Row("close-finding", OWNER_CLOSES, "post", send=sent.comment),
    Row("evidence", AUDITORS),
    Row("evidence", AUDITORS_ASK, "post", send=sent.period),
    Row("pack", AUDITORS),
    Row("pack-download", AUDITORS),
    Row("channels", ADMINS),
    Row("channels", ADMINS, "post", send=lambda _: {"url": "https://1.1.1.1/bypasses"}),
    Row("disable-webhook", ADMINS_MOVE_ON, "post"),
    Row("admin", ADMINS),
    Row("admin-page", ADMINS),
    Row("admin-page", ADMINS, "post"),
    Row("operator", OPERATOR_ONLY),
    Row("operator-page", OPERATOR_ONLY),
    Row("operator-page", OPERATOR_ONLY, "post"),
    Row("audit", AUDITORS),
    Row("audit", AUDITORS, send=lambda _: {"gate": "ci-checks", "person": "Rosa"}),
    Row("entry", AUDITORS),
    Row("entry-json", AUDITORS),
    Row("entry-bundle", AUDITORS),
    Row("trusted-root", AUDITORS),
    Row("trust-config", AUDITORS),
    Row("checkpoint", AUDITORS),
    Row("gates", MEMBERS),
    Row("gate", MEMBERS),
    Row("new-gate", ADMINS),
    Row("new-gate", ADMINS, "post", send=sent.gate),
    Row("gate-tokens", ADMINS),
    Row("gate-tokens", ADMINS, "post", send=lambda _: {"name": "another"}),
    Row("revoke-token", ADMINS_MOVE_ON, "post"),
    Row("new-policy", ADMINS),
    Row("new-policy", ADMINS, "post", send=lambda _: {"source": FIRST_POLICY, "check": "1"}),
    Row("policy-version", MEMBERS),
    Row("invite", ADMINS),
    Row("invite", ADMINS_MOVE_ON, "post", send=sent.invitation),
    Row("proposals", MEMBERS),
    Row("proposal", MEMBERS),
    *(Row(name, MEMBERS_MOVE_ON) for name in PROPOSAL[1:]),
    Row("proposal-consent", ADMINS_MOVE_ON, "post"),
    Row("proposal-refuse", ADMINS_MOVE_ON, "post", send=sent.comment),
    Row("proposal-withdraw", THE_OPERATORS, "post"),
    Row("authzen-configuration", EVERYBODY),
    Row("api-evaluation", THE_GATE, "post", send=sent.question),
    Row("api-evaluations", THE_GATE, "post", send=sent.question),
    Row("api-opa-data", THE_GATE),
    Row("api-opa-policy", THE_GATE),
    Row("api-openapi", THE_GATE),
    Row("api-verdicts", THE_GATE_REPORTS, "post", send=sent.verdict),
    Row("api-check", THE_GATE, send=sent.failed),
    Row("api-bypasses", THE_GATE, send=lambda _: {"status": "active"}),
    Row("api-deploys", THE_GATE_REPORTS, "post", send=sent.deploy),
]

ACCOUNTS = [
    *("account_login", "account_logout", "account_inactive", "account_signup", "account_reauthenticate"),
    *("account_change_password", "account_set_password", "account_reset_password", "account_reset_password_done"),
    *("account_reset_password_from_key", "account_reset_password_from_key_done"),
]
