"""Acts that are ready to race: everything that they need is loaded before they start."""

from __future__ import annotations

from typing import Any

from breakglass.actions import ending, reviewing, setting_up
from breakglass.actions.asking import request_bypass
from breakglass.actions.deciding import decide
from breakglass.actions.deploying import read_report, record_deploy
from breakglass.asks import parse_ask
from breakglass.demo import POLICY
from breakglass.models import Bypass
from breakglass.permissions import OwnReview
from tenants import actions as tenancy
from tenants.roles import Role
from tests.cast import ASK, NOW, Cast
from tests.domain.racing import Racer
from tests.domain.support import MINUTE, QUARTER, shown

LATER = NOW + 2 * MINUTE
RULES = frozenset(ASK.rules)


def approval(acme: Cast, bypass: Bypass, name: str) -> Racer:
    """This person's approval of what the page shows."""
    words: dict[str, Any] = {"shown": shown(bypass), "ttl": QUARTER, "comment": "", "now": LATER}
    by = getattr(acme, name)
    return lambda: reviewing.approve(bypass_id=bypass.pk, by=by, **words)


def denial(acme: Cast, bypass: Bypass, name: str) -> Racer:
    by = getattr(acme, name)
    return lambda: reviewing.deny(bypass_id=bypass.pk, by=by, comment="", now=LATER)


def request(acme: Cast, name: str = "rosa") -> Racer:
    by = getattr(acme, name)
    return lambda: request_bypass(by=by, gate="ci-checks", ask=parse_ask(ASK), now=LATER)


def question(acme: Cast, bypass: Bypass) -> Racer:
    credential = acme.credential("ci-checks")
    return lambda: decide(credential=credential, scope=bypass.scope, rules=RULES, now=LATER)


def report(acme: Cast, bypass: Bypass) -> Racer:
    told = read_report(id="build-7", scope=bypass.scope, status="started", url="", provenance_url="")
    credential = acme.credential("ci-checks")
    return lambda: record_deploy(credential=credential, report=told, now=LATER)


def revocation(acme: Cast, bypass: Bypass) -> Racer:
    alex = acme.alex
    return lambda: ending.revoke(bypass_id=bypass.pk, by=alex, comment="", now=LATER)


def refusal(acme: Cast, bypass: Bypass) -> Racer:
    by, error = acme.rosa, OwnReview("No.")
    return lambda: reviewing.record_refusal(bypass_id=bypass.pk, by=by, error=error, now=LATER)


def lose_role(acme: Cast) -> Racer:
    pete, alex = acme.pete, acme.alex
    return lambda: tenancy.revoke_role(member=pete, role=Role.REQUESTER, by=alex, now=LATER)


def gain_role(acme: Cast) -> Racer:
    pete, alex = acme.pete, acme.alex
    return lambda: tenancy.grant_role(member=pete, role=Role.AUDITOR, by=alex, now=LATER)


def publication(acme: Cast) -> Racer:
    source = POLICY.replace("SENIOR", "sre-leads")
    return lambda: setting_up.publish_policy(source=source, by=None, now=LATER)
