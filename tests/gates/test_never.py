"""What a policy never lets be bypassed: refused at submit, and covered by no bypass, whatever it was opened for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breakglass.errors import BadInput, PolicyError
from breakglass.policy import never
from breakglass.policy.documents import from_document, to_document
from breakglass.policy.routing import route
from breakglass.policy.values import Clause, Never, Peers, Policy, Route, Tier
from breakglass.scopes import Scope, covers, rules_covered
from tests.cast import Cast
from tests.conftest import Approve, Ask
from tests.gates.caller import RULE, Caller
from tests.gates.conftest import Publish
from tests.policy.examples import POLICY, problems_of
from tests.policy.strategies import ENVIRONMENTS, GATES, SERVICES, gates, routes_to, scopes

RULES = ("no-secrets", "no-critical", "signed")
lines = st.builds(
    Never,
    gate=st.sampled_from(("", "*", "d*", *GATES)),
    service=st.sampled_from(("", "p*", *SERVICES)),
    environment=st.sampled_from(("prod*", *ENVIRONMENTS)),
    rules=st.lists(st.sampled_from(RULES), max_size=2, unique=True).map(lambda rules: tuple(sorted(rules))),
)
asked = st.none() | st.frozensets(st.sampled_from(RULES), min_size=1)
failed = st.frozensets(st.sampled_from(RULES))
TIERS = tuple(Tier(name, (Clause(Peers(), 1),)) for name in ("low", "high"))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    kept = tuple(draw(st.lists(lines, max_size=3)))
    return Policy(1, TIERS, draw(routes_to(("low", "high"))), never=kept)


def kept_shut(policy: Policy, gate: str, check: Scope, rules: frozenset[str]) -> bool:
    """The same question by another way: by fnmatch, line by line."""
    from fnmatch import fnmatchcase

    here = [
        one
        for one in policy.never
        if all(
            fnmatchcase(said, pattern or "*")
            for said, pattern in ((gate, one.gate), (check.service, one.service), (check.environment, one.environment))
        )
    ]
    return any(not one.rules or not rules or set(one.rules) & rules for one in here)


@settings(max_examples=500)
@given(policies(), gates, st.tuples(scopes, asked), st.tuples(scopes, failed))
def test_a_bypass_never_covers_more_than_was_consented_to(
    policy: Policy, gate: str, opened: tuple[Scope, frozenset[str] | None], asks: tuple[Scope, frozenset[str]]
) -> None:
    """Rule 10: no stricter tier, and nothing that the policy never lets be bypassed."""
    (bypass, named), (check, rules) = opened, asks
    try:
        never.check_may_ask(policy, gate, bypass, named)
    except BadInput:
        return
    covered = covers(bypass, check) and rules_covered(named, rules) and never.may_cover(policy, gate, check, rules)
    if covered:
        assert policy.rank(route(policy, gate, check).name) <= policy.rank(route(policy, gate, bypass).name)
        assert not kept_shut(policy, gate, check, rules)


@given(policies())
def test_it_survives_being_stored(policy: Policy) -> None:
    assert from_document(to_document(policy)) == policy


WHOLE = "shuts every gate for good; name a gate, a service, an environment or rules"
NO_RULE = "names no rule; name one, or take rules out to mean the whole gate"
NO_IDS = "does not name rules by their ids; name the rules one by one; a wildcard can't be bypassed."
NO_KEY = "is not a key that is read here; write one of environment, gate, rules, service"
NO_TEXT = "is 5, which YAML does not read as text; write the text in quotes"


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("never: []", "never has 0 lines; write from 1 to 100, or leave it out"),
        ("never: [{}]", f"never[1] {WHOLE}"),
        ("never: [{rules: []}]", f"never[1].rules {NO_RULE}"),
        ('never: [{rules: ["no-*"]}]', f"never[1].rules {NO_IDS}"),
        ("never: [{gate: 5}]", f"never[1].gate {NO_TEXT}"),
        ("never: [{gate: x, tier: low}]", f"never[1].tier {NO_KEY}"),
    ],
)
def test_a_line_that_says_nothing_sound_is_refused(lines: str, problem: str) -> None:
    assert problems_of(POLICY + lines + "\n") == [f"line 11: {problem}"]


def test_a_stored_line_for_everything_is_refused() -> None:
    document = to_document(Policy(1, TIERS, (Route("low"),), never=(Never(gate="ci"),)))
    document["never"][0]["gate"] = ""
    with pytest.raises(PolicyError):
        from_document(document)


def test_a_rule_is_refused_at_submit(ask: Ask, publish: Publish) -> None:
    publish(f"never:\n  - {{environment: ci, rules: [{RULE}, other]}}\n")
    with pytest.raises(BadInput) as refused:
        ask()
    sentence = f"The policy never lets {RULE} be skipped here: take it out of the request, and mend what it refuses."
    assert refused.value.fields == {"rule": (sentence,)}


def test_a_scope_is_refused_at_submit(ask: Ask, publish: Publish) -> None:
    publish('never:\n  - {gate: "ci-*", service: payments}\n')
    with pytest.raises(BadInput) as refused:
        ask(rules=(), whole_gate=True)
    scope = "payments in ci, branch hotfix/null-currency, any artifact"
    never_here = f"The policy never lets ci-checks be bypassed for {scope}"
    next_step = "mend what the gate refuses, or ask an admin what to do."
    assert refused.value.fields == {"gate": (f"{never_here}: {next_step}",)}
    assert ask(service="web").service == "web"


def rules(*names: str) -> dict[str, object]:
    return {"context": {"gate_verdict": {"rules": list(names)}}}


def test_the_whole_gate_leaves_shut_what_is_never_bypassed(
    caller: Caller, ask: Ask, approve: Approve, publish: Publish
) -> None:
    publish("never:\n  - {rules: [no-secrets]}\n")
    approve(ask(rules=(), whole_gate=True))
    asked = (rules("another"), rules("no-secrets"), rules("another", "no-secrets"), rules())
    assert [caller.evaluate(**one)["decision"] for one in asked] == [True, False, False, False]


def test_a_new_line_shuts_what_is_open(caller: Caller, ask: Ask, approve: Approve, publish: Publish) -> None:
    approve(ask())
    assert caller.evaluate()["decision"] is True
    publish(f"never:\n  - {{rules: [{RULE}]}}\n")
    assert caller.evaluate()["decision"] is False


def test_a_line_that_is_gone_opens_nothing_that_was_consented_to_under_it(
    acme: Cast, caller: Caller, ask: Ask, approve: Approve, publish: Publish
) -> None:
    publish("never:\n  - {rules: [no-secrets]}\n")
    approve(ask(rules=(), whole_gate=True))
    publish("")
    assert caller.evaluate(**rules("no-secrets"))["decision"] is False
    assert caller.evaluate(**rules("another"))["decision"] is True


def test_the_shell_is_told_without_a_link(caller: Caller, publish: Publish) -> None:
    publish(f"never:\n  - {{rules: [{RULE}]}}\n")
    answer = caller.get("api/v1/check", gate="ci-checks", service="payments", environment="ci", rule=RULE)
    sentence = f"The policy never lets this be bypassed: {RULE} in payments in ci, any branch, any artifact.\n"
    assert (answer.status_code, answer.content.decode()) == (403, sentence)
