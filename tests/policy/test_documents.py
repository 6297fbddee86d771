"""The stored form of a policy, and the bytes that its digest covers."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given

from breakglass.errors import PolicyError
from breakglass.policy.documents import Document, canonical, digest, from_document, to_document
from breakglass.policy.routing import route
from breakglass.policy.values import Clause, Deputy, Group, Peers, Person, Policy, Route, Tier
from breakglass.scopes import Scope
from tests.policy.strategies import policies

DANA = Person(7, "dana@acme.example", Deputy(8, "lee@acme.example"))
POLICY = Policy(
    1,
    (
        Tier("low", (Clause(Peers(), 1),)),
        Tier(
            "high",
            (Clause(Group(3, "sre-leads"), 2), Clause(DANA, 1)),
            (900,),
            60,
            9,
            Person(7, "dana@acme.example"),
            0,
        ),
    ),
    (Route("high", gate="db-*", branch="main"), Route("low")),
    4,
)
CANONICAL = (
    '{"routes":[{"branch":"main","environment":"","gate":"db-*","service":"","tier":"high"},'
    '{"branch":"","environment":"","gate":"","service":"","tier":"low"}],'
    '"threshold":4,"tiers":[{"approvals":[{"count":1,"from":{"kind":"peers"}}],"lapse":3600,"name":"low",'
    '"post_mortem_due":null,"ttl":[900,3600,14400]},'
    '{"approvals":[{"count":2,"from":{"id":3,"kind":"group","slug":"sre-leads"}},'
    '{"count":1,"from":{"deputy":{"email":"lee@acme.example","member_id":8},"email":"dana@acme.example",'
    '"kind":"person","member_id":7}}],"extensions":0,"lapse":60,"name":"high",'
    '"post_mortem_assignee":{"deputy":null,"email":"dana@acme.example","kind":"person","member_id":7},'
    '"post_mortem_due":9,"ttl":[900]}],"version":1}'
)


LANDED = (
    '{"routes":[{"branch":"main","environment":"","gate":"db-*","service":"","tier":"high"},'
    '{"branch":"","environment":"","gate":"","service":"","tier":"low"}],'
    '"tiers":[{"approvals":[{"count":1,"from":{"kind":"peers"}}],"lapse":3600,"name":"low","post_mortem_due":null,'
    '"ttl":[900,3600,14400]},'
    '{"approvals":[{"count":2,"from":{"id":3,"kind":"group","slug":"sre-leads"}},'
    '{"count":1,"from":{"deputy":{"email":"lee@acme.example","member_id":8},"email":"dana@acme.example",'
    '"kind":"person","member_id":7}}],"lapse":60,"name":"high","post_mortem_due":9,"ttl":[900]}],"version":1}'
)
LANDED_DIGEST = "sha256:5fd787a8156970db57eda2b8dffc0f57e82c05733e30678c29a8a9e897e148ef"


def test_a_document_from_before_the_later_fields_routes_and_keeps_its_digest() -> None:
    policy = from_document(json.loads(LANDED))
    assert route(policy, "db-change", Scope("payments", "production", "main")).name == "high"
    assert (canonical(policy).decode(), digest(policy)) == (LANDED, LANDED_DIGEST)


def test_a_document_that_spells_the_later_fields_out_is_the_same_policy() -> None:
    spelled = json.loads(LANDED) | {"threshold": 3, "never": []}
    spelled["tiers"] = [{"post_mortem_assignee": None, "extensions": 2} | tier for tier in spelled["tiers"]]
    assert from_document(spelled) == from_document(json.loads(LANDED))


def test_the_canonical_bytes_to_the_letter() -> None:
    assert canonical(POLICY).decode() == CANONICAL
    assert digest(POLICY) == "sha256:" + hashlib.sha256(CANONICAL.encode()).hexdigest()


@given(policies())
def test_what_was_stored_as_json_is_the_policy_again(policy: Policy) -> None:
    stored = json.loads(json.dumps(to_document(policy)))
    assert from_document(stored) == policy
    assert digest(from_document(stored)) == digest(policy)


@given(policies(), policies())
def test_different_policies_have_different_digests(one: Policy, two: Policy) -> None:
    assert (digest(one) == digest(two)) == (one == two)


def test_the_digest_covers_ids_and_the_order_of_tiers() -> None:
    moved = replace(POLICY, tiers=POLICY.tiers[::-1])
    other_group = replace(POLICY.tiers[1], approvals=(Clause(Group(4, "sre-leads"), 2), Clause(DANA, 1)))
    digests = {digest(POLICY), digest(moved), digest(replace(POLICY, tiers=(POLICY.tiers[0], other_group)))}
    assert len(digests) == 3


def _set(*path: str | int, value: object) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        place: object = document
        for step in path[:-1]:
            place = place[step]  # type: ignore[index]
        place[path[-1]] = value  # type: ignore[index]

    return change


@pytest.mark.parametrize(
    "spoil",
    [
        _set("version", value=2),
        _set("extra", value=1),
        _set("tiers", value=None),
        _set("tiers", value=[]),
        _set("routes", value=[]),
        _set("routes", 0, "tier", value="no-such"),
        _set("routes", 1, "branch", value="main"),
        _set("routes", 1, "colour", value="red"),
        _set("tiers", 0, "approvals", value=[]),
        _set("tiers", 0, "approvals", 0, "count", value=0),
        _set("tiers", 0, "approvals", 0, "count", value="1"),
        _set("tiers", 0, "approvals", 0, "from", "kind", value="anyone"),
        _set("tiers", 0, "approvals", 0, "from", "id", value=1),
        _set("tiers", 0, "ttl", value=[]),
        _set("tiers", 0, "ttl", value=[0]),
        _set("tiers", 0, "lapse", value=-1),
        _set("tiers", 0, "ladder", value=[]),
        _set("tiers", 0, "extensions", value=-1),
        _set("tiers", 0, "post_mortem_assignee", value={"kind": "peers"}),
        _set("threshold", value=0),
        _set("tiers", 1, "approvals", 1, "from", "deputy", value={"member_id": 1}),
    ],
)
def test_policy_that_does_not_parse_is_refused(spoil: Callable[[Document], None]) -> None:
    document = json.loads(CANONICAL)
    spoil(document)
    with pytest.raises(PolicyError) as refused:
        from_document(document)
    assert refused.value.sentence == (
        "the stored policy is not one that this version wrote, so nothing can be routed by it; "
        "publish the policy again from its YAML"
    )


@pytest.mark.parametrize("document", [None, [], "x", 5, {}])
def test_what_is_no_document_at_all_is_refused(document: Document) -> None:
    with pytest.raises(PolicyError):
        from_document(document)
