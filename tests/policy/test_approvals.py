"""Whose approvals are missing: one human, one place, and never the requester."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breakglass.errors import BadInput
from breakglass.policy.approvals import (
    Approval,
    Candidate,
    adds,
    clauses_for,
    complete,
    effective_ttl,
    missing,
    possible,
    who_could,
)
from breakglass.policy.values import Clause, Deputy, Group, Peers, Person, Tier

SRE, SECURITY = Group(1, "sre-leads"), Group(2, "security-duty")
DANA = Person(7, "dana@acme.example", Deputy(8, "lee@acme.example"))
LOW = Tier("low", (Clause(Peers(), 1),))
HIGH = Tier("high", (Clause(SRE, 1), Clause(SECURITY, 1)))
TWO_AND_ONE = Tier("two", (Clause(SRE, 2), Clause(SECURITY, 1)))
PROD_DB = Tier("prod-db", (Clause(Peers(), 1), Clause(DANA, 1)))

ROSA = Candidate(1, "rosa", peer=True)
PETE = Candidate(2, "pete", peer=True)
ADA = Candidate(3, "ada", group_ids=frozenset({1}))
SAM = Candidate(4, "sam", group_ids=frozenset({2}))
BOTH = Candidate(5, "both", peer=True, group_ids=frozenset({1, 2}))
ALEX = Candidate(6, "alex")
DANA_HERSELF = Candidate(7, "dana")
LEE = Candidate(8, "lee")

approvals = st.lists(
    st.builds(Approval, st.sampled_from("abcde"), st.frozensets(st.integers(0, 2), max_size=3)), max_size=5
)
three_clauses = st.builds(
    lambda counts: Tier("any", tuple(Clause(Peers(), count) for count in counts)),
    st.lists(st.integers(1, 2), min_size=1, max_size=3),
)


def given_by(*marks: str) -> list[Approval]:
    """ "ada:01" is ada, who could fill the clauses 0 and 1."""
    return [Approval(human, frozenset(map(int, clauses))) for human, clauses in (mark.split(":") for mark in marks)]


def still_missing(tier: Tier, *marks: str) -> list[tuple[int, int]]:
    return [(need.index, need.clause.count) for need in missing(tier, given_by(*marks))]


def complete_by_trying_everything(tier: Tier, given: list[Approval]) -> bool:
    """The oracle: seat the humans in every order, a clause at a time."""
    places = [index for index, clause in enumerate(tier.approvals) for _ in range(clause.count)]
    may: dict[str, set[int]] = {}
    for approval in given:
        may.setdefault(approval.human, set()).update(approval.clauses)
    return any(
        all(place in may[human] for place, human in zip(places, order, strict=True))
        for order in permutations(may, len(places))
    )


@given(three_clauses, approvals)
def test_complete_agrees_with_trying_everything(tier: Tier, given: list[Approval]) -> None:
    assert complete(tier, given) == complete_by_trying_everything(tier, given)


@given(three_clauses, approvals)
def test_complete_means_nothing_is_missing(tier: Tier, given: list[Approval]) -> None:
    assert complete(tier, given) == (missing(tier, given) == ())


@given(three_clauses, approvals, st.permutations(range(5)))
def test_the_order_of_approvals_changes_nothing(tier: Tier, given: list[Approval], order: list[int]) -> None:
    shuffled = [given[index] for index in order if index < len(given)]
    assert missing(tier, shuffled) == missing(tier, given)


@given(three_clauses, approvals, approvals)
def test_more_approvals_never_take_away(tier: Tier, given: list[Approval], more: list[Approval]) -> None:
    assert complete(tier, [*given, *more]) or not complete(tier, given)


@given(three_clauses, approvals, approvals.filter(bool))
def test_adds_says_whether_less_is_missing(tier: Tier, given: list[Approval], more: list[Approval]) -> None:
    def total(some: list[Approval]) -> int:
        return sum(need.clause.count for need in missing(tier, some))

    assert adds(tier, given, more[0]) == (total([*given, more[0]]) < total(given))


@pytest.mark.parametrize(
    ("tier", "marks", "needs"),
    [
        (LOW, (), [(0, 1)]),
        (LOW, ("pete:0",), []),
        (LOW, ("alex:",), [(0, 1)]),
        (HIGH, (), [(0, 1), (1, 1)]),
        (HIGH, ("ada:0",), [(1, 1)]),
        (HIGH, ("sam:1",), [(0, 1)]),
        (HIGH, ("both:01",), [(1, 1)]),
        (HIGH, ("both:01", "ada:0"), []),
        (HIGH, ("ada:0", "both:01"), []),
        (HIGH, ("ada:0", "zoe:0"), [(1, 1)]),
        (TWO_AND_ONE, ("both:01", "ada:0"), [(1, 1)]),
        (TWO_AND_ONE, ("both:01", "sam:1"), [(0, 1)]),
        (TWO_AND_ONE, ("both:01", "sam:1", "ada:0"), []),
        (HIGH, ("stray:5",), [(0, 1), (1, 1)]),
    ],
)
def test_what_is_missing(tier: Tier, marks: tuple[str, ...], needs: list[tuple[int, int]]) -> None:
    assert still_missing(tier, *marks) == needs


def test_same_approver_twice() -> None:
    assert still_missing(HIGH, "both:01", "both:01") == [(1, 1)]
    assert still_missing(HIGH, "both:0", "both:1") == [(1, 1)]


def test_quorum_overshoot() -> None:
    assert complete(LOW, given_by("pete:0", "ada:0", "sam:0"))
    assert missing(LOW, given_by("pete:0", "ada:0", "sam:0")) == ()


def test_rule_returns_no_approvers() -> None:
    assert not complete(Tier("empty", ()), given_by("pete:0"))
    assert not possible(Tier("empty", ()), [PETE], requester_human="rosa")


def test_what_is_missing_in_words() -> None:
    assert [need.in_words for need in missing(TWO_AND_ONE, given_by("ada:0"))] == [
        "one of sre-leads",
        "one of security-duty",
    ]
    assert [need.in_words for need in missing(TWO_AND_ONE, [])] == ["two of sre-leads", "one of security-duty"]


def test_an_approval_adds_only_where_a_place_is_free() -> None:
    given = given_by("ada:0")
    assert not adds(HIGH, given, Approval("zoe", frozenset({0})))
    assert not adds(HIGH, given, Approval("ada", frozenset({0, 1})))
    assert adds(HIGH, given, Approval("sam", frozenset({1})))
    assert adds(HIGH, given_by("both:01"), Approval("ada", frozenset({0})))


@pytest.mark.parametrize(
    ("tier", "candidate", "clauses"),
    [
        (LOW, PETE, {0}),
        (LOW, ADA, set()),
        (HIGH, ADA, {0}),
        (HIGH, SAM, {1}),
        (HIGH, BOTH, {0, 1}),
        (HIGH, PETE, set()),
        (HIGH, ALEX, set()),
        (PROD_DB, BOTH, {0}),
        (PROD_DB, DANA_HERSELF, {1}),
        (PROD_DB, LEE, set()),
    ],
)
def test_clauses_that_a_candidate_could_fill(tier: Tier, candidate: Candidate, clauses: set[int]) -> None:
    assert clauses_for(tier, candidate, requester_human="rosa") == clauses


@given(st.sampled_from([LOW, HIGH, TWO_AND_ONE, PROD_DB]), st.sampled_from([ROSA, PETE, ADA, BOTH, DANA_HERSELF, LEE]))
def test_the_requester_fills_nothing(tier: Tier, candidate: Candidate) -> None:
    assert clauses_for(tier, candidate, requester_human=candidate.human, away=frozenset({7})) == frozenset()


def test_approver_is_requester_via_alias() -> None:
    second_account = Candidate(99, "rosa", peer=True, group_ids=frozenset({1, 2}))
    assert clauses_for(HIGH, second_account, requester_human="rosa") == frozenset()
    assert who_could(LOW, [second_account, PETE], requester_human="rosa") == ((PETE,),)


@pytest.mark.parametrize(("away", "clauses"), [(set(), set()), ({7}, {1}), ({8}, set()), ({1, 2, 3}, set())])
def test_a_deputy_counts_only_while_the_person_is_away(away: set[int], clauses: set[int]) -> None:
    assert clauses_for(PROD_DB, LEE, requester_human="rosa", away=frozenset(away)) == clauses


def test_being_away_takes_no_right_from_the_person() -> None:
    assert clauses_for(PROD_DB, DANA_HERSELF, requester_human="rosa", away=frozenset({7})) == {1}


def test_who_could_goes_clause_by_clause() -> None:
    assert who_could(HIGH, [ROSA, ADA, SAM, BOTH, ALEX], requester_human="rosa") == ((ADA, BOTH), (SAM, BOTH))
    assert who_could(HIGH, [ROSA, PETE], requester_human="rosa") == ((), ())


def test_who_could_counts_the_deputy_of_somebody_away() -> None:
    dana_away = Candidate(7, "dana", away=True)
    assert who_could(PROD_DB, [PETE, DANA_HERSELF, LEE], requester_human="rosa") == ((PETE,), (DANA_HERSELF,))
    assert who_could(PROD_DB, [PETE, dana_away, LEE], requester_human="rosa") == ((PETE,), (dana_away, LEE))


@pytest.mark.parametrize(
    ("tier", "candidates", "answer"),
    [
        (LOW, [ROSA], False),
        (LOW, [ROSA, PETE], True),
        (HIGH, [BOTH], False),
        (HIGH, [BOTH, ADA], True),
        (HIGH, [BOTH, Candidate(50, "both", group_ids=frozenset({1}))], False),
        (TWO_AND_ONE, [ADA, SAM, BOTH], True),
        (TWO_AND_ONE, [ADA, SAM], False),
        (PROD_DB, [PETE, LEE], False),
        (PROD_DB, [PETE, DANA_HERSELF], True),
        (LOW, [], False),
    ],
)
def test_could_these_people_complete_the_tier(tier: Tier, candidates: list[Candidate], answer: bool) -> None:
    assert possible(tier, candidates, requester_human="rosa") == answer


def test_a_big_tenant_is_no_burden() -> None:
    crowd = [Candidate(number, f"h{number}", peer=True) for number in range(3000)]
    ten = Tier("ten", tuple(Clause(Peers(), 10) for _ in range(10)))
    assert possible(ten, crowd, requester_human="h0")
    assert not possible(ten, crowd[:100], requester_human="h0")
    assert possible(ten, crowd[:101], requester_human="h0")


@pytest.mark.parametrize(
    ("proposed", "choices", "seconds"),
    [(3600, [], 3600), (3600, [900], 900), (900, [3600], 900), (14_400, [3600, 900], 900)],
)
def test_the_effective_ttl_is_the_least(proposed: int, choices: list[int], seconds: int) -> None:
    assert effective_ttl(LOW, proposed, choices) == seconds


@pytest.mark.parametrize(("proposed", "choices"), [(901, []), (3600, [60]), (0, []), (-1, [900])])
def test_a_ttl_that_the_tier_does_not_offer_is_refused(proposed: int, choices: list[int]) -> None:
    with pytest.raises(BadInput) as refused:
        effective_ttl(LOW, proposed, choices)
    assert refused.value.fields == {"ttl": ("The tier low does not offer that time: choose 15m, 1h, 4h.",)}
