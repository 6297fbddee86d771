"""Policies as values: looking tiers up, and clauses in words."""

import pytest

from breakglass.policy.values import Clause, Deputy, Group, Peers, Person, Policy, Route, Source, Tier, in_words

LOW, HIGH = (Tier(name, (Clause(Peers(), 1),)) for name in ("low", "high"))
POLICY = Policy(1, (LOW, HIGH), (Route("low"),))


def test_tiers_are_found_by_name_and_ranked_by_place() -> None:
    assert (POLICY.tier("low"), POLICY.tier("high")) == (LOW, HIGH)
    assert (POLICY.rank("low"), POLICY.rank("high")) == (0, 1)
    with pytest.raises(KeyError):
        POLICY.tier("middle")


def test_the_times_that_a_tier_has_unless_it_says_otherwise() -> None:
    assert (LOW.ttl, LOW.lapse, LOW.post_mortem_due) == ((900, 3600, 14_400), 3600, None)


@pytest.mark.parametrize(
    ("source", "count", "words"),
    [
        (Peers(), 1, "one peer"),
        (Peers(), 2, "two peers"),
        (Peers(), 11, "11 peers"),
        (Group(1, "sre-leads"), 1, "one of sre-leads"),
        (Group(1, "sre-leads"), 10, "ten of sre-leads"),
        (Person(1, "dana@acme.example"), 1, "dana@acme.example"),
        (
            Person(1, "dana@acme.example", Deputy(2, "lee@acme.example")),
            1,
            "dana@acme.example, or lee@acme.example when away",
        ),
    ],
)
def test_a_clause_in_words(source: Source, count: int, words: str) -> None:
    assert in_words(Clause(source, count)) == words
