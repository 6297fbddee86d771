"""What a bypass covers, and what a gate's lists let through."""

from dataclasses import replace

import pytest
from hypothesis import given

from breakglass.errors import BadInput
from breakglass.scopes import GateShape, Scope, check_shape, covers, rules_covered
from tests.policy.strategies import DIGEST_A, DIGEST_B, scopes

MAIN = Scope("payments", "production", "main", DIGEST_A)
ANY = Scope("payments", "production")
GATE = GateShape("deploy-gate", ("payments", "web"), ("production", "staging"), ("branch",))


@pytest.mark.parametrize(
    ("check", "covered"),
    [
        (MAIN, True),
        (replace(MAIN, service="web"), False),
        (replace(MAIN, service="Payments"), False),
        (replace(MAIN, environment="staging"), False),
        (replace(MAIN, branch="dev"), False),
        (replace(MAIN, branch=""), False),
        (replace(MAIN, artifact=DIGEST_B), False),
        (replace(MAIN, artifact=""), False),
    ],
)
def test_a_named_field_covers_only_the_same(check: Scope, covered: bool) -> None:
    assert covers(MAIN, check) == covered


@pytest.mark.parametrize("check", [MAIN, ANY, replace(MAIN, branch="dev"), replace(MAIN, artifact="")])
def test_an_empty_field_covers_any(check: Scope) -> None:
    assert covers(ANY, check)


def test_an_empty_field_opens_no_other_service_or_environment() -> None:
    assert not covers(ANY, replace(MAIN, service="web"))
    assert not covers(ANY, replace(MAIN, environment="staging"))


@given(scopes, scopes, scopes)
def test_covering_is_an_order(one: Scope, two: Scope, three: Scope) -> None:
    assert covers(one, one)
    assert (covers(one, two) and covers(two, one)) == (one == two)
    assert covers(one, three) or not (covers(one, two) and covers(two, three))


@pytest.mark.parametrize(
    ("bypass", "check", "covered"),
    [
        (None, {"a"}, True),
        (None, set(), True),
        ({"a", "b"}, {"a"}, True),
        ({"a", "b"}, {"a", "b"}, True),
        ({"a"}, {"a", "b"}, False),
        ({"a"}, {"A"}, False),
        ({"a"}, set(), False),
        (set(), set(), False),
        (set(), {"a"}, False),
    ],
)
def test_a_bypass_skips_only_the_rules_it_names(bypass: set[str] | None, check: set[str], covered: bool) -> None:
    assert rules_covered(None if bypass is None else frozenset(bypass), frozenset(check)) == covered


def test_a_listed_scope_is_let_through() -> None:
    assert check_shape(GATE, MAIN) is None  # type: ignore[func-returns-value]


def test_everything_the_gate_does_not_list_is_refused_at_once() -> None:
    with pytest.raises(BadInput) as refused:
        check_shape(GATE, Scope("ledger", "dev"))
    unlisted = "The gate deploy-gate does not list the {}: choose from {}, or ask an admin to add it."
    assert refused.value.fields == {
        "service": (unlisted.format("service ledger", "payments, web"),),
        "environment": (unlisted.format("environment dev", "production, staging"),),
        "branch": ("The gate deploy-gate opens for one branch at a time: name the branch.",),
    }


def test_a_required_artifact_must_be_named() -> None:
    gate = replace(GATE, required=("artifact",))
    with pytest.raises(BadInput) as refused:
        check_shape(gate, ANY)
    assert refused.value.fields == {
        "artifact": ("The gate deploy-gate opens for one artifact at a time: name the artifact.",)
    }
    check_shape(gate, MAIN)


def test_a_gate_that_lists_nothing_lets_nothing_through() -> None:
    with pytest.raises(BadInput) as refused:
        check_shape(GateShape("new", (), ("production",)), ANY)
    assert refused.value.fields == {
        "service": ("The gate new lists no service yet: ask an admin to add payments to it.",)
    }


def test_a_long_list_is_cut_and_counted() -> None:
    gate = GateShape("big", tuple(f"s{number}" for number in range(23)), ("production",))
    with pytest.raises(BadInput) as refused:
        check_shape(gate, ANY)
    listing = ", ".join(f"s{number}" for number in range(20))
    assert refused.value.sentence == (
        f"The gate big does not list the service payments: choose from {listing} and 3 more, or ask an admin to add it."
    )
