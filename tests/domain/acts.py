"""Every action of the domain: how it is brought about, and the entries that it appends, in order."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

from breakglass import actions, demo
from breakglass.actions import (
    asking,
    deciding,
    deploying,
    ending,
    gate_changes,
    judging,
    reviewing,
    sealing,
    setting_up,
)
from breakglass.asks import parse_ask
from breakglass.changes import WidenGate
from breakglass.permissions import OwnReview
from tenants import actions as tenancy
from tests.cast import ASK, NOW
from tests.domain.acting import LATER, MUCH_LATER, SCOPE, Act, Ready, World
from tests.domain.acts_evidence import TAKEN_AWAY
from tests.domain.acts_morning import MORNING
from tests.domain.acts_people import PEOPLE
from tests.domain.acts_proposals import PROPOSALS
from tests.domain.support import QUARTER, shown


def _approve(world: World) -> Ready:
    bypass, pete = world.ask(), world.acme.pete
    words: dict[str, Any] = {"shown": shown(bypass), "ttl": QUARTER, "comment": "", "now": LATER}
    return lambda: reviewing.approve(bypass_id=bypass.pk, by=pete, **words)


def _deny(world: World) -> Ready:
    bypass, pete = world.ask(), world.acme.pete
    return lambda: reviewing.deny(bypass_id=bypass.pk, by=pete, comment="", now=LATER)


def _refuse(world: World) -> Ready:
    bypass, rosa = world.ask(), world.acme.rosa
    return lambda: reviewing.record_refusal(bypass_id=bypass.pk, by=rosa, error=OwnReview("No."), now=LATER)


def _request(world: World) -> Ready:
    rosa = world.acme.rosa
    return lambda: asking.request_bypass(by=rosa, gate="ci-checks", ask=parse_ask(ASK), now=LATER)


def _withdraw(world: World) -> Ready:
    bypass, rosa = world.ask(), world.acme.rosa
    return lambda: ending.withdraw(bypass_id=bypass.pk, by=rosa, now=LATER)


def _return(world: World) -> Ready:
    bypass, rosa = world.approve(world.ask()), world.acme.rosa
    return lambda: ending.return_bypass(bypass_id=bypass.pk, by=rosa, now=LATER)


def _revoke(world: World) -> Ready:
    bypass, alex = world.approve(world.ask()), world.acme.alex
    return lambda: ending.revoke(bypass_id=bypass.pk, by=alex, comment="", now=LATER)


def _expire(world: World) -> Ready:
    bypass = world.approve(world.ask())
    return lambda: ending.note_the_clock(bypass_id=bypass.pk, now=MUCH_LATER)


def _decide(world: World) -> Ready:
    world.approve(world.ask())
    credential = world.acme.credential("ci-checks")
    return lambda: deciding.decide(credential=credential, scope=SCOPE, rules=frozenset(ASK.rules), now=LATER)


def _deploy(world: World) -> Ready:
    world.approve(world.ask(branch="main"))
    told = deploying.read_report(id="build-7", scope=SCOPE, status="started", url="", provenance_url="")
    credential = world.acme.credential("ci-checks")
    return lambda: deploying.record_deploy(credential=credential, report=told, now=LATER)


def _seal(world: World) -> Ready:
    credential = world.acme.credential("ci-checks")
    deciding.decide(credential=credential, scope=SCOPE, rules=frozenset(), now=NOW)
    return lambda: sealing.seal_checks(now=LATER)


def _seal_verdicts(world: World) -> Ready:
    credential = world.acme.credential("ci-checks")
    said: dict[str, Any] = {"decision": "pass", "rules": [], "evidence_url": "", "evaluated_at": ""}
    told = judging.read_verdict(id="run-7", scope=SCOPE, **said)
    judging.record_verdicts(credential=credential, reports=[told], now=NOW)
    return lambda: sealing.seal_verdicts(now=LATER)


def _create_gate(world: World) -> Ready:
    lists: dict[str, Any] = {"services": ["web"], "environments": ["ci"]}
    return lambda: setting_up.create_gate(slug="another", name="Another", **lists, by=None, now=LATER)


def _change_gate(world: World) -> Ready:
    gate, alex = world.acme.gate("ci-checks"), world.acme.alex
    lists: dict[str, Any] = {"services": ["web"], "environments": ["ci"], "required": []}
    return lambda: gate_changes.change_gate(
        gate_id=gate.pk, name="Another", **lists, in_flight="pause", by=alex, now=LATER
    )


def _widen_gate(world: World) -> Ready:
    change, alex = WidenGate(gate="ci-checks", environments=("production",)), world.acme.alex
    return lambda: gate_changes.widen_gate(change=change, by=alex, now=LATER)


def _credential(world: World) -> Ready:
    gate, alex = world.acme.gate("ci-checks"), world.acme.alex
    return lambda: setting_up.issue_credential(gate=gate, name="another", by=alex, now=LATER)


def _publish(world: World) -> Ready:
    source = demo.POLICY.replace("SENIOR", "sre-leads")
    return lambda: setting_up.publish_policy(source=source, by=None, now=LATER)


ACTS: dict[Callable[..., Any], Act] = {
    asking.request_bypass: Act(_request, ("bypass.requested",)),
    reviewing.approve: Act(_approve, ("bypass.approved",)),
    reviewing.deny: Act(_deny, ("bypass.denied",)),
    reviewing.record_refusal: Act(_refuse, ("review.refused",)),
    ending.withdraw: Act(_withdraw, ("bypass.withdrawn",)),
    ending.return_bypass: Act(_return, ("bypass.returned", "post-mortem.opened")),
    ending.revoke: Act(_revoke, ("bypass.revoked", "post-mortem.opened")),
    ending.note_the_clock: Act(_expire, ("bypass.expired", "post-mortem.opened")),
    deciding.decide: Act(_decide, ("gate.checked",)),
    deploying.record_deploy: Act(_deploy, ("deploy.recorded", "finding.opened")),
    sealing.seal_checks: Act(_seal, ("checks.sealed",)),
    sealing.seal_verdicts: Act(_seal_verdicts, ("verdicts.sealed",)),
    setting_up.create_gate: Act(_create_gate, ("gate.created",)),
    gate_changes.change_gate: Act(_change_gate, ("gate.changed",)),
    gate_changes.widen_gate: Act(_widen_gate, ("gate.changed",)),
    setting_up.issue_credential: Act(_credential, ("token.issued", "credential.issued")),
    setting_up.publish_policy: Act(_publish, ("policy.published",)),
    **MORNING,
    **PEOPLE,
    **TAKEN_AWAY,
    **PROPOSALS,
}


def name_of(action: Callable[..., Any]) -> str:
    """As in `reviewing.approve` and `tenants.add_member`."""
    module = action.__module__.removesuffix(".actions").rpartition(".")[2]
    return f"{module}.{action.__name__}"


def actions_in_the_code() -> Iterator[Callable[..., Any]]:
    """Every public function of the actions modules that is told the time by keyword and runs in a transaction."""
    names = [f"{actions.__name__}.{one.name}" for one in pkgutil.iter_modules(actions.__path__)]
    for module in (tenancy, *map(importlib.import_module, names)):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            now = inspect.signature(function).parameters.get("now")
            keyword = now is not None and now.kind is inspect.Parameter.KEYWORD_ONLY
            if function.__module__ == module.__name__ and keyword and not name.startswith("_"):
                yield function
