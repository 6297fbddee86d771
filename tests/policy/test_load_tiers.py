"""What a tier may ask: clauses, counts, people and times."""

import pytest

from breakglass.policy.load import load
from breakglass.policy.values import Clause, Deputy, Group, Peers, Person, Source
from tests.policy.examples import DIRECTORY, problems_of

CLAUSE = "tiers.low.approvals[1]"


def policy(tier: str, more: str = "") -> str:
    return f"version: 1\ntiers:\n  low: {{{tier}}}\n{more}routes: [{{tier: low}}]\n"


def with_clause(clause: str) -> str:
    return policy(f"approvals: [{{{clause}}}]")


def with_times(times: str) -> str:
    return policy(f"approvals: [{{from: peers, count: 1}}], {times}")


@pytest.mark.parametrize(
    ("clause", "source", "count"),
    [
        ("from: peers, count: 2", Peers(), 2),
        ("from: peers, count: 10", Peers(), 10),
        ("from: sre-leads, count: 2", Group(11, "sre-leads"), 2),
        ("from: person:dana@acme.example, count: 1", Person(7, "dana@acme.example"), 1),
        ("from: person:Dana@ACME.example, count: 1", Person(7, "dana@acme.example"), 1),
        (
            "from: person:lee@acme.example, deputy: person:dana@acme.example, count: 1",
            Person(8, "lee@acme.example", Deputy(7, "dana@acme.example")),
            1,
        ),
    ],
)
def test_clauses_are_resolved(clause: str, source: Source, count: int) -> None:
    assert load(with_clause(clause), DIRECTORY).tier("low").approvals == (Clause(source, count),)


@pytest.mark.parametrize(
    ("clause", "problem"),
    [
        ("count: 1", "{0} has no 'from'; add from"),
        ("from: peers", "{0} has no 'count'; add count"),
        (
            "from: peers, count: 1, quorum: 2",
            "{0}.quorum is not a key that is read here; write one of count, deputy, from",
        ),
        ("from: peers, count: 0", "{0}.count is not a whole number from 1 to 10; write one in digits"),
        ("from: peers, count: -1", "{0}.count is not a whole number from 1 to 10; write one in digits"),
        ("from: peers, count: 11", "{0}.count is not a whole number from 1 to 10; write one in digits"),
        ("from: peers, count: 1.0", "{0}.count is not a whole number from 1 to 10; write one in digits"),
        ("from: peers, count: 0x1", "{0}.count is not a whole number from 1 to 10; write one in digits"),
        ("from: peers, count: yes", "{0}.count is not a whole number from 1 to 10; write one in digits"),
        ("from: peers, count: \u0661", "{0}.count is not a whole number from 1 to 10; write one in digits"),
        ("from: peers, count: [1]", "{0}.count is not a single value; write one value there"),
        ("from: Peers, count: 1", "{0}.from names the group 'Peers', which does not exist; {1}"),
        ("from: '', count: 1", "{0}.from names the group '', which does not exist; {1}"),
        ("from: null, count: 1", "{0}.from is null, which YAML does not read as text; write the text in quotes"),
        ("from: , count: 1", "{0}.from is empty, which YAML does not read as text; write the text in quotes"),
        ("from: [peers], count: 1", "{0}.from is not a single value; write one value there"),
        (
            "from: nobody-yet, count: 1",
            "{0}.from names the group 'nobody-yet', which has no members; nobody could approve; add members to it",
        ),
        (
            "from: security-duty, count: 2",
            "{0}.count asks for 2 of the group 'security-duty', which has 1 member, {2}",
        ),
        (
            "from: sre-leads, count: 3",
            "{0}.count asks for 3 of the group 'sre-leads', which has 2 members, {2}",
        ),
        (
            "from: person:dana@acme.exampel, count: 1",
            "{0}.from names dana@acme.exampel, who is not a member; did you mean 'dana@acme.example'?",
        ),
        (
            "from: 'person:', count: 1",
            "{0}.from names nobody, who is not a member; write one of dana@acme.example, lee@acme.example",
        ),
        ("from: person:dana@acme.example, count: 2", "{0}.count asks 2 times for one person; write count: 1"),
        (
            "from: person:dana@acme.example, deputy: person:dana@acme.example, count: 1",
            "{0}.deputy is the person it stands in for; name somebody else, or take it out",
        ),
        (
            "from: person:dana@acme.example, deputy: sre-leads, count: 1",
            "{0}.deputy does not name a person; write it like person:dana@acme.example",
        ),
        (
            "from: peers, deputy: person:dana@acme.example, count: 1",
            "{0}.deputy stands in for nobody; take it out, or name a person under from",
        ),
        (
            'from: "a\\nb", count: 1',
            "{0}.from holds a character that can't be seen; take it out",
        ),
    ],
)
def test_clauses_that_nobody_could_rely_on(clause: str, problem: str) -> None:
    groups = "write one of nobody-yet, security-duty, sre-leads"
    too_few = "so nobody could complete it; add members to the group, or ask for fewer"
    assert problems_of(with_clause(clause)) == ["line 3: " + problem.format(CLAUSE, groups, too_few)]


@pytest.mark.parametrize(
    ("tier", "problem"),
    [
        ("", "tiers.low has no 'approvals'; add approvals"),
        ("ttl: [1h]", "tiers.low has no 'approvals'; add approvals"),
        (
            "approvals: []",
            "tiers.low.approvals asks for nobody's approval; add a clause such as {from: peers, count: 1}",
        ),
        ("approvals: peers", "tiers.low.approvals is not a list; write it as [first, second]"),
        ("approvals: [peers]", "tiers.low.approvals[1] is not a mapping; write `key: value` lines under it"),
        (
            "approvals: [" + "{from: peers, count: 1}, " * 11 + "]",
            "tiers.low.approvals has more than 10 clauses; join some of them",
        ),
    ],
)
def test_rule_returns_no_approvers(tier: str, problem: str) -> None:
    assert problems_of(policy(tier)) == [f"line 3: {problem}"]


@pytest.mark.parametrize("key", ["ladder", "step_up"])
def test_keys_of_a_later_version_are_not_silently_dropped(key: str) -> None:
    assert problems_of(with_times(f"{key}: passkey")) == [
        f"line 3: tiers.low.{key} is not known in this version, so nobody would act on it; take it out"
    ]


@pytest.mark.parametrize(
    ("written", "ttl"),
    [
        ("ttl: [20s]", (20,)),
        ("ttl: [24h]", (86_400,)),
        ("ttl: [1d]", (86_400,)),
        ("ttl: [1m, 2m, 3m, 4m, 5m, 6m, 7m, 8m]", (60, 120, 180, 240, 300, 360, 420, 480)),
        ("lapse: 5m", (900, 3600, 14_400)),
    ],
)
def test_ttls_that_a_tier_may_offer(written: str, ttl: tuple[int, ...]) -> None:
    assert load(with_times(written), DIRECTORY).tier("low").ttl == ttl


BOUNDS = "must be from 20s to 1d; write a duration from 20s to 1d"
FORM = "which is no duration up to 90d; write it like 20s, 15m, 4h or 5d"


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("ttl: []", "ttl offers 0 times; offer from 1 to 8"),
        ("ttl: [1m, 2m, 3m, 4m, 5m, 6m, 7m, 8m, 9m]", "ttl offers 9 times; offer from 1 to 8"),
        ("ttl: 15m", "ttl is not a list; write it as [first, second]"),
        ("ttl: [19s]", f"ttl[1] is 19s, and {BOUNDS}"),
        ("ttl: [15m, 86401s]", f"ttl[2] is 86401s, and {BOUNDS}"),
        ("ttl: [900]", f"ttl[1] is '900', {FORM}"),
        ("ttl: [forever]", f"ttl[1] is 'forever', {FORM}"),
        ("ttl: [1h, 15m]", "ttl does not go from the shortest time to the longest; order the times, each once"),
        ("ttl: [60m, 1h]", "ttl does not go from the shortest time to the longest; order the times, each once"),
        ("lapse: 0s", f"lapse is '0s', {FORM}"),
        ("lapse: 2d", f"lapse is 2d, and {BOUNDS}"),
        ("post_mortem: 5d", "post_mortem is not a mapping; write `key: value` lines under it"),
        ("post_mortem: {}", "post_mortem has no 'due'; add due"),
        ("post_mortem: {due: 91d}", f"post_mortem.due is '91d', {FORM}"),
        ("post_mortem: {due: 5d, by: dana}", "post_mortem.by is not a key that is read here; write one of assign, due"),
        (
            "post_mortem: {due: 5d, assign: peers}",
            "post_mortem.assign does not name a person; write it like person:dana@acme.example",
        ),
        ("extensions: -1", "extensions is not a whole number from 0 to 10; write one in digits"),
        ("extensions: 11", "extensions is not a whole number from 0 to 10; write one in digits"),
        ("ttl: [15m], ttl: [1h]", "ttl is given twice; keep one of them"),
        ("lpase: 1h", "lpase is not a key that is read here; did you mean 'lapse'?"),
    ],
)
def test_times_that_no_tier_may_have(written: str, problem: str) -> None:
    assert problems_of(with_times(written)) == [f"line 3: tiers.low.{problem}"]


def test_tiers_are_listed_mildest_first() -> None:
    tier = "approvals: [{from: peers, count: 2}, {from: sre-leads, count: 1}]"
    assert problems_of(policy(tier, "  high: {approvals: [{from: sre-leads, count: 2}]}\n")) == [
        "line 4: tiers.high asks for 2 approvals, fewer than the 3 of tiers.low before it; list the tiers mildest first"
    ]
    as_many = policy(tier, "  high: {approvals: [{from: sre-leads, count: 2}, {from: peers, count: 1}]}\n")
    assert [one.name for one in load(as_many, DIRECTORY).tiers] == ["low", "high"]
