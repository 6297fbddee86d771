"""Rule: a bypass never covers more than was consented to. Random policies, played through the database."""

from __future__ import annotations

import json
from itertools import product

from django.db import transaction
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from breakglass.actions.asking import request_bypass
from breakglass.actions.deciding import decide
from breakglass.actions.reviewing import approve
from breakglass.actions.setting_up import publish_policy
from breakglass.asks import AskFields, parse_ask
from breakglass.errors import PolicyError
from breakglass.policy import routing
from breakglass.policy.values import Policy
from breakglass.scopes import Scope
from tenants import context
from tests.cast import ASK, NOW, Cast
from tests.domain.support import HOUR, shown

TIERS = ("low", "middle", "high")
GATES = ("ci-checks", "deploy-gate")
SERVICES = ("payments", "web")
BRANCHES = ("", "main", "release-1")
DIGESTS = ("", "sha256:" + "a" * 64)
CHECKS = [Scope(*words) for words in product(SERVICES, ("staging",), BRANCHES, DIGESTS)]

patterns = {
    "gate": st.sampled_from(("ci-*", "deploy-gate")),
    "service": st.sampled_from(("web", "pay*")),
    "branch": st.sampled_from(("main", "release-*")),
}
routes = st.lists(
    st.builds(
        lambda tier, keys, **words: {"tier": tier} | {key: words[key] for key in sorted(keys)},
        st.sampled_from(TIERS),
        st.sets(st.sampled_from(sorted(patterns)), min_size=1),
        **patterns,
    ),
    max_size=4,
)
asks = st.builds(
    AskFields,
    service=st.sampled_from(SERVICES),
    environment=st.just("staging"),
    branch=st.sampled_from(BRANCHES),
    artifact=st.sampled_from(DIGESTS),
    whole_gate=st.just(True),
    reason_kind=st.just("other"),
    justification=st.just("Because."),
    incident_url=st.just("pending"),
    ttl=st.just("1h"),
)


def publish(found: list[dict[str, str]], last: str) -> Policy:
    """A policy of these routes; every tier asks one peer, so that only the routes matter. JSON is YAML, too."""
    tiers = {name: {"approvals": [{"from": "peers", "count": 1}], "ttl": ["1h"]} for name in TIERS}
    source = json.dumps({"version": 1, "tiers": tiers, "routes": [*found, {"tier": last}]})
    try:
        return publish_policy(source=source, by=None, now=NOW).policy
    except PolicyError:  # a route that is never reached is refused
        reject()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=routes, last=st.sampled_from(TIERS), ask=asks, gate=st.sampled_from(GATES))
def test_a_bypass_never_covers_more_than_was_consented_to(
    db: None, found: list[dict[str, str]], last: str, ask: AskFields, gate: str
) -> None:
    acme = Cast("acme")
    with transaction.atomic(), context.entered(acme.tenant):
        policy = publish(found, last)
        bypass = request_bypass(by=acme.rosa, gate=gate, ask=parse_ask(ask), now=NOW)
        approve(bypass_id=bypass.pk, by=acme.pete, shown=shown(bypass), ttl=HOUR, comment="", now=NOW)
        credential = acme.credential(gate)
        covered = [
            scope
            for scope in CHECKS
            if decide(credential=credential, scope=scope, rules=frozenset(ASK.rules), now=NOW).bypass == bypass
        ]
        ranks = [policy.rank(routing.route(policy, gate, scope).name) for scope in covered]
        assert [rank for rank in ranks if rank > policy.rank(bypass.tier)] == []
        assert len(covered) == (1 if ask.branch else 3) * (1 if ask.artifact else 2)
        transaction.set_rollback(True)
