"""Loading a whole policy: names resolved, or every problem with its line and repair."""

import pytest

from breakglass.policy.directory import Directory, did_you_mean
from breakglass.policy.documents import digest
from breakglass.policy.load import load
from breakglass.policy.values import Clause, Deputy, Group, Peers, Person, Policy, Route, Tier
from tests.policy.examples import DIRECTORY, POLICY, changed, problems_of

OPEN = "has match keys, so some scopes would fall in no tier; end the routes with one that has only a tier"
LOADED = Policy(
    version=1,
    tiers=(
        Tier("low", (Clause(Peers(), 1),), (900, 3600, 14_400), 3600, 432_000),
        Tier(
            "high", (Clause(Group(11, "sre-leads"), 1), Clause(Group(12, "security-duty"), 1)), (900, 3600), 1800, None
        ),
        Tier(
            "prod-db",
            (Clause(Peers(), 1), Clause(Person(7, "dana@acme.example", Deputy(8, "lee@acme.example")), 1)),
            (900, 3600, 14_400),
            3600,
            None,
        ),
    ),
    routes=(
        Route("prod-db", gate="db-*", environment="production"),
        Route("high", environment="production"),
        Route("low"),
    ),
)


@pytest.mark.parametrize(
    "text", [POLICY, POLICY.encode(), b"\xef\xbb\xbf" + POLICY.encode(), POLICY.replace("\n", "\r\n")]
)
def test_a_whole_policy(text: str | bytes) -> None:
    assert load(text, DIRECTORY) == LOADED


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u200b", "\u2028", "\x85", "\ufeff"])
def test_no_comment_shows_another_policy_than_there_is(mark: str) -> None:
    text = POLICY.replace("\n", f"\n# 2 count: {mark}\n", 1)
    assert problems_of(text) == ["line 2: the line holds a character that can't be seen; take it out"]


def test_layout_and_comments_change_no_digest() -> None:
    spread = changed(
        "  low:     {approvals: [{from: peers, count: 1}], ttl: [15m, 1h, 4h], post_mortem: {due: 5d}}",
        "  # mild\n  low:\n    approvals:\n      - from: peers\n        count: 1\n    ttl: [900s, 60m, 4h]\n"
        "    post_mortem:\n      due: 120h",
    )
    assert digest(load(spread, DIRECTORY)) == digest(LOADED)


def test_a_misspelt_group_says_its_line_and_the_nearest_name() -> None:
    what = "line 4: tiers.high.approvals[1].from names the group 'sre-lead', which does not exist"
    assert problems_of(changed("from: sre-leads", "from: sre-lead")) == [f"{what}; did you mean 'sre-leads'?"]


def test_all_problems_come_at_once_in_the_order_of_the_lines() -> None:
    text = """\
version: 2
tears: []
tiers:
  low:
    approvals: [{from: peers, count: 0}]
    ttl: [1h, 15m]
    step_up: passkey
  high:
    approvals: []
routes:
  - {tier: lo}
  - {environment: production, tier: high}
"""
    assert problems_of(text) == [
        "line 1: version is 2, which is not read here; write version: 1",
        "line 2: tears is not a key that is read here; did you mean 'tiers'?",
        "line 5: tiers.low.approvals[1].count is not a whole number from 1 to 10; write one in digits",
        "line 6: tiers.low.ttl does not go from the shortest time to the longest; order the times, each once",
        "line 7: tiers.low.step_up is not known in this version, so nobody would act on it; take it out",
        "line 9: tiers.high.approvals asks for nobody's approval; add a clause such as {from: peers, count: 1}",
        "line 11: routes[1].tier names the tier 'lo', which does not exist; did you mean 'low'?",
        f"line 12: routes[2] {OPEN}",
    ]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            "version: 1",
            ["line 1: the document has no 'routes'; add routes", "line 1: the document has no 'tiers'; add tiers"],
        ),
        (changed("version: 1\n", ""), ["line 1: the document has no 'version'; add version"]),
        (changed("version: 1", "version: 1.0"), ["line 1: version is 1.0, which is not read here; write version: 1"]),
        (changed("version: 1", "version: [1]"), ["line 1: version is not a single value; write one value there"]),
        (changed("version: 1", "version:"), ["line 1: version is empty, which is not read here; write version: 1"]),
        ("version: 1\ntiers: {}\nroutes: []", ["line 2: tiers has 0 tiers; write from 1 to 20"]),
        ("version: 1\ntiers: []\nroutes: []", ["line 2: tiers is not a mapping; write `key: value` lines under it"]),
        ("[]", ["line 1: the document is not a mapping; write `key: value` lines under it"]),
    ],
)
def test_what_a_document_must_hold(text: str, problems: list[str]) -> None:
    assert problems_of(text) == problems


@pytest.mark.parametrize("name", ["b@d", '""', '"a b"', "-low", "x" * 41, "é"])
def test_names_that_no_tier_can_have(name: str) -> None:
    shown = name.strip('"')
    text = changed("  low:  ", f"  {name}:  ").replace("{tier: low}", f"{{tier: {name}}}")
    assert problems_of(text) == [
        f"line 3: tiers.{shown} is not a tier's name; name it with letters, digits, - and _, up to 40"
    ]


def test_twenty_tiers_are_the_most() -> None:
    def policy(count: int) -> str:
        tiers = "".join(f"  t{number}: {{approvals: [{{from: peers, count: 1}}]}}\n" for number in range(count))
        return f"version: 1\ntiers:\n{tiers}routes: [{{tier: t0}}]"

    assert len(load(policy(20), DIRECTORY).tiers) == 20
    assert problems_of(policy(21))[0] == "line 3: tiers has 21 tiers; write from 1 to 20"


def test_an_empty_directory_knows_nobody() -> None:
    repair = "; there are none yet: add it first"
    assert problems_of(POLICY, Directory()) == [
        f"line 4: tiers.high.approvals[1].from names the group 'sre-leads', which does not exist{repair}",
        f"line 4: tiers.high.approvals[2].from names the group 'security-duty', which does not exist{repair}",
        f"line 6: tiers.prod-db.approvals[2].deputy names lee@acme.example, who is not a member{repair}",
        f"line 6: tiers.prod-db.approvals[2].from names dana@acme.example, who is not a member{repair}",
    ]


@pytest.mark.parametrize(
    ("known", "repair"),
    [
        (["sre-leads", "cto"], "did you mean 'sre-leads'?"),
        (["zzz", "cto"], "write one of cto, zzz"),
        (list("jihgfedcba"), "write one of a, b, c, d, e, f, g, h, i, j"),
        (list("kjihgfedcba"), "write one of a, b, c, d, e, f, g, h, i, j, ..."),
        ([], "there are none yet: add it first"),
    ],
)
def test_the_repair_for_an_unknown_name(known: list[str], repair: str) -> None:
    assert did_you_mean("sre-lead", known) == repair
