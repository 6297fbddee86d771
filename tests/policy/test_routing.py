"""Which tier a scope falls in; and that a bypass never covers more than was consented to."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breakglass.errors import PolicyError
from breakglass.policy.routing import route
from breakglass.policy.values import Clause, Peers, Policy, Route, Tier
from breakglass.scopes import Scope, covers
from tests.policy.strategies import BRANCHES, DIGEST_A, DIGEST_B, gates, plain_policies, scopes

TIERS = tuple(Tier(name, (Clause(Peers(), 1),)) for name in ("low", "high", "prod-db"))
POLICY = Policy(
    1,
    TIERS,
    (
        Route("prod-db", gate="db-*", environment="production"),
        Route("low", service="web", branch="hotfix-*"),
        Route("high", environment="production", branch="release-*"),
        Route("low"),
    ),
)


@st.composite
def narrower(draw: st.DrawFn, scope: Scope) -> Scope:
    """A check inside the scope: what the scope leaves open, the check may name."""
    branch = scope.branch or draw(st.sampled_from(("", *BRANCHES)))
    artifact = scope.artifact or draw(st.sampled_from(("", DIGEST_A, DIGEST_B)))
    return replace(scope, branch=branch, artifact=artifact)


@settings(max_examples=1000)
@given(plain_policies(), gates, scopes, st.data())
def test_a_bypass_never_covers_more_than_was_consented_to(
    policy: Policy, gate: str, bypass: Scope, data: st.DataObject
) -> None:
    check = data.draw(narrower(bypass), label="check")
    assert covers(bypass, check)
    consented = policy.rank(route(policy, gate, bypass).name)
    assert policy.rank(route(policy, gate, check).name) <= consented


@given(plain_policies(), gates, scopes, scopes)
def test_the_same_over_checks_that_know_nothing_of_the_bypass(
    policy: Policy, gate: str, bypass: Scope, check: Scope
) -> None:
    check = replace(check, service=bypass.service, environment=bypass.environment)
    milder = policy.rank(route(policy, gate, check).name) <= policy.rank(route(policy, gate, bypass).name)
    assert milder or not covers(bypass, check)


@given(plain_policies(), gates, scopes.filter(lambda scope: scope.branch != ""))
def test_a_scope_that_names_its_branch_takes_the_first_matching_route(policy: Policy, gate: str, scope: Scope) -> None:
    said = (gate, scope.service, scope.environment, scope.branch)
    first = next(one for one in policy.routes if all(map(_simple_match, one.keys, said)))
    assert route(policy, gate, scope).name == first.tier


def _simple_match(pattern: str, text: str) -> bool:
    """The definition, by way of a regular expression."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return not pattern or re.fullmatch(expression, text) is not None


@pytest.mark.parametrize(
    ("gate", "scope", "tier"),
    [
        ("db-main", Scope("web", "production", "main"), "prod-db"),
        ("db-main", Scope("web", "staging", "main"), "low"),
        ("deploy", Scope("web", "production", "hotfix-1"), "low"),
        ("deploy", Scope("web", "production", "release-1"), "high"),
        ("deploy", Scope("web", "production", "main"), "low"),
        ("deploy", Scope("pay", "production", "hotfix-1"), "low"),
        ("DB-main", Scope("pay", "production", "main"), "low"),
    ],
)
def test_first_matching_route_wins(gate: str, scope: Scope, tier: str) -> None:
    assert route(POLICY, gate, scope).name == tier


@pytest.mark.parametrize(
    ("gate", "scope", "tier"),
    [
        ("deploy", Scope("web", "production"), "high"),
        ("deploy", Scope("web", "staging"), "low"),
        ("db-main", Scope("web", "production"), "prod-db"),
    ],
)
def test_an_unnamed_branch_is_routed_as_its_worst_case(gate: str, scope: Scope, tier: str) -> None:
    assert route(POLICY, gate, scope).name == tier


def test_routes_after_a_sure_match_do_not_count() -> None:
    policy = replace(POLICY, routes=(Route("low", branch="*"), Route("high", branch="main"), Route("high")))
    assert route(policy, "deploy", Scope("web", "production")).name == "low"


def test_the_strictest_candidate_is_the_last_tier_of_the_document() -> None:
    policy = replace(POLICY, routes=(Route("prod-db", branch="a"), Route("high", branch="b"), Route("low")))
    assert route(policy, "deploy", Scope("web", "production")).name == "prod-db"


def test_a_policy_without_a_catch_all_refuses() -> None:
    policy = replace(POLICY, routes=(Route("low", environment="staging"),))
    with pytest.raises(PolicyError) as refused:
        route(policy, "deploy", Scope("web", "production"))
    assert refused.value.sentence == "no route matches web at deploy; end the routes with a catch-all"
