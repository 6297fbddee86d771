"""What the routes may say: known tiers, plain patterns, nothing unreachable, a catch-all at the end."""

import pytest

from breakglass.policy.load import load
from breakglass.policy.values import Route
from tests.policy.examples import DIRECTORY, problems_of

HEAD = """\
version: 1
tiers:
  low: {approvals: [{from: peers, count: 1}]}
  high: {approvals: [{from: peers, count: 1}]}
routes:
"""


def policy(*routes: str) -> str:
    return HEAD + "".join(f"  - {{{route}}}\n" for route in routes)


def test_every_key_of_a_route() -> None:
    text = policy('gate: "db-*", service: pay, environment: "prod?", branch: release/*, tier: high', "tier: low")
    assert load(text, DIRECTORY).routes == (Route("high", "db-*", "pay", "prod?", "release/*"), Route("low"))


@pytest.mark.parametrize(
    ("routes", "problem"),
    [
        (["environment: production, tier: high"], "6: routes[1] has match keys, {open}"),
        (["tier: high", "gate: ci, tier: low"], "7: routes[2] has match keys, {open}"),
        (["tier: hgih"], "6: routes[1].tier names the tier 'hgih', which does not exist; did you mean 'high'?"),
        (["gate: ci", "tier: low"], "6: routes[1] has no 'tier'; add tier"),
        (["gate: ci, teir: low, tier: low", "tier: low"], "6: routes[1].teir is not a key that is read here; {tier}"),
        (["gate: '', tier: low", "tier: low"], "6: routes[1].gate is empty; leave the key out to match any"),
        (["gate: , tier: low", "tier: low"], "6: routes[1].gate is empty, which YAML does not read as text; {quotes}"),
        (["gate: [ci], tier: low", "tier: low"], "6: routes[1].gate is not a single value; write one value there"),
        (["gate: 12, tier: low", "tier: low"], "6: routes[1].gate is 12, which YAML does not read as text; {quotes}"),
        (
            ["environment: no, tier: low", "tier: low"],
            "6: routes[1].environment is no, which YAML does not read as text; {quotes}",
        ),
        (['gate: "[ab]", tier: low', "tier: low"], "6: routes[1].gate holds a character that no scope has; {wild}"),
        (
            ['branch: "{a,b}", tier: low', "tier: low"],
            "6: routes[1].branch holds a character that no scope has; {wild}",
        ),
        (['branch: "a b", tier: low', "tier: low"], "6: routes[1].branch holds a character that no scope has; {wild}"),
        (["branch: a\\b, tier: low", "tier: low"], "6: routes[1].branch holds a character that no scope has; {wild}"),
        (
            ['branch: "\\ud800", tier: low', "tier: low"],
            "6: routes[1].branch holds a character that can't be seen; take it out",
        ),
        (
            [f"branch: {'a' * 251}, tier: low", "tier: low"],
            "6: routes[1].branch is longer than 250 characters; shorten it with *",
        ),
    ],
)
def test_routes_that_are_refused(routes: list[str], problem: str) -> None:
    words = {
        "open": "so some scopes would fall in no tier; end the routes with one that has only a tier",
        "tier": "did you mean 'tier'?",
        "quotes": "write the text in quotes",
        "wild": "use only * and ? as wildcards",
    }
    problems = problems_of(policy(*routes))
    assert problems[0] == "line " + problem.format(**words)
    assert len(problems) == (2 if routes[0] == "tier: high" else 1)


@pytest.mark.parametrize(
    ("routes", "line", "number", "by"),
    [
        (["tier: high", "tier: low"], 7, 2, 1),
        (["gate: ci, tier: high", "gate: ci, tier: high", "tier: low"], 7, 2, 1),
        (
            ["gate: ci, tier: high", "environment: dev, tier: low", "gate: ci, branch: main, tier: high", "tier: low"],
            8,
            3,
            1,
        ),
        (['gate: "*", tier: high', "tier: low"], 7, 2, 1),
        (['gate: ci, branch: "**", tier: high', "gate: ci, tier: low", "tier: low"], 7, 2, 1),
    ],
)
def test_a_route_in_anothers_shadow(routes: list[str], line: int, number: int, by: int) -> None:
    why = f"because routes[{by}] in line {by + 5} takes all that it matches"
    repair = "take one of them out, or put the narrower one first"
    assert problems_of(policy(*routes)) == [f"line {line}: routes[{number}] is never reached, {why}; {repair}"]


def test_nothing_comes_after_the_catch_all() -> None:
    assert [line.split(",")[0] for line in problems_of(policy("tier: low", "gate: ci, tier: high", "tier: low"))] == [
        "line 7: routes[2] is never reached",
        "line 8: routes[3] is never reached",
    ]


def test_narrower_before_wider_is_fine() -> None:
    routes = ["gate: ci, branch: main, tier: high", "gate: ci, tier: low", 'gate: "c*", tier: high', "tier: low"]
    assert [route.tier for route in load(policy(*routes), DIRECTORY).routes] == ["high", "low", "high", "low"]


def test_no_route_and_too_many() -> None:
    repair = "write from 1 to 500, the last a catch-all"
    assert problems_of(HEAD.strip() + " []") == [f"line 5: routes has 0 routes; {repair}"]
    many = [f"gate: g{number}, tier: low" for number in range(500)]
    assert problems_of(policy(*many, "tier: low")) == [f"line 6: routes has 501 routes; {repair}"]
    assert len(load(policy(*many[1:], "tier: low"), DIRECTORY).routes) == 500


def test_routes_that_are_no_list() -> None:
    assert problems_of(HEAD + "  tier: low") == ["line 6: routes is not a list; write it as [first, second]"]
