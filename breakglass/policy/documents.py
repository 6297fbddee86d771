"""A resolved policy as a JSON document: how it is stored, and the exact bytes its digest covers.

Ids are part of the document, so a renamed group or a re-used address changes nothing that was consented to. A field
that came later is written only where it says something: a policy without it keeps the digest that it always had.
"""

import hashlib
from dataclasses import asdict
from typing import Any

import rfc8785

from breakglass.errors import PolicyError, Problem
from breakglass.policy.values import (
    DEFAULT_EXTENSIONS,
    DEFAULT_THRESHOLD,
    Clause,
    Deputy,
    Group,
    Never,
    Peers,
    Person,
    Policy,
    Route,
    Source,
    Tier,
)

VERSION = 1
_ROUTE_KEYS = ("gate", "service", "environment", "branch")

type Document = dict[str, Any]

_LATER: Document = {"threshold": DEFAULT_THRESHOLD, "never": []}
_LATER_IN_TIERS: Document = {"post_mortem_assignee": None, "extensions": DEFAULT_EXTENSIONS}


def to_document(policy: Policy) -> Document:
    """Only objects, lists, strings, whole numbers and null; tiers are a list, so their order survives."""
    document = {
        "version": policy.version,
        "tiers": [_tier_to(tier) for tier in policy.tiers],
        "threshold": policy.threshold,
        "never": [asdict(one) | {"rules": list(one.rules)} for one in policy.never],
        "routes": [{"tier": route.tier} | dict(zip(_ROUTE_KEYS, route.keys, strict=True)) for route in policy.routes],
    }
    return _without(document, _LATER)


def _tier_to(tier: Tier) -> Document:
    document = {
        "name": tier.name,
        "approvals": [{"from": _source_to(clause.source), "count": clause.count} for clause in tier.approvals],
        "ttl": list(tier.ttl),
        "lapse": tier.lapse,
        "post_mortem_due": tier.post_mortem_due,
        "post_mortem_assignee": _source_to(tier.post_mortem_assignee) if tier.post_mortem_assignee else None,
        "extensions": tier.extensions,
    }
    return _without(document, _LATER_IN_TIERS)


def _without(document: Document, later: Document) -> Document:
    """The document without those later fields that say nothing."""
    return {name: value for name, value in document.items() if name not in later or value != later[name]}


def _source_to(source: Source) -> Document:
    match source:
        case Peers():
            return {"kind": "peers"}
        case Group():
            return {"kind": "group", "id": source.id, "slug": source.slug}
        case Person():
            deputy = source.deputy
            stand_in = {"member_id": deputy.member_id, "email": deputy.email} if deputy else None
            return {"kind": "person", "member_id": source.member_id, "email": source.email, "deputy": stand_in}


def from_document(document: Document) -> Policy:
    """The policy that `to_document` wrote. Raises PolicyError for anything that it did not write."""
    try:
        whole = _LATER | document
        policy = Policy(
            version=whole["version"],
            tiers=tuple(_tier_from(_LATER_IN_TIERS | tier) for tier in whole["tiers"]),
            routes=tuple(Route(**route) for route in whole["routes"]),
            threshold=whole["threshold"],
            never=tuple(Never(**one | {"rules": tuple(one["rules"])}) for one in whole["never"]),
        )
        faithful = _is_sound(policy) and to_document(policy) == _lean(document)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise _unreadable() from error
    if not faithful:
        raise _unreadable()
    return policy


def _lean(document: Document) -> Document:
    """A stored document without the later fields that say nothing, if it was written with them."""
    tiers = [_without(tier, _LATER_IN_TIERS) for tier in document["tiers"]]
    return _without(document, _LATER) | {"tiers": tiers}


def _is_sound(policy: Policy) -> bool:
    """Does every scope reach a tier, and every tier an approval and an end? Holds for whatever was loaded."""
    tiers = {tier.name: tier for tier in policy.tiers}
    return (
        policy.version == VERSION
        and all(route.tier in tiers for route in policy.routes)
        and not any(policy.routes[-1].keys)
        and policy.threshold > 0
        and all(tier.approvals and min(tier.ttl) > 0 and tier.lapse > 0 for tier in policy.tiers)
        and all((one.gate, one.service, one.environment, one.rules) != ("", "", "", ()) for one in policy.never)
        and all(tier.extensions >= 0 for tier in policy.tiers)
        and all(clause.count > 0 for tier in policy.tiers for clause in tier.approvals)
    )


def _tier_from(tier: Document) -> Tier:
    approvals = tuple(Clause(_source_from(clause["from"]), clause["count"]) for clause in tier["approvals"])
    assignee = _source_from(tier["post_mortem_assignee"]) if tier["post_mortem_assignee"] else None
    if not isinstance(assignee, Person | None):
        raise ValueError(assignee)
    due, extensions = tier["post_mortem_due"], tier["extensions"]
    return Tier(tier["name"], approvals, tuple(tier["ttl"]), tier["lapse"], due, assignee, extensions)


def _source_from(source: Document) -> Source:
    match source["kind"]:
        case "peers":
            return Peers()
        case "group":
            return Group(source["id"], source["slug"])
        case "person":
            deputy = Deputy(**source["deputy"]) if source["deputy"] else None
            return Person(source["member_id"], source["email"], deputy)
    raise ValueError(source["kind"])


def _unreadable() -> PolicyError:
    what = "the stored policy is not one that this version wrote, so nothing can be routed by it"
    return PolicyError([Problem(0, what, "publish the policy again from its YAML")])


def canonical(policy: Policy) -> bytes:
    """The document's canonical JSON (RFC 8785)."""
    return rfc8785.dumps(to_document(policy))


def digest(policy: Policy) -> str:
    """`sha256:` and the 64 hexadecimal digits over `canonical(policy)`."""
    return "sha256:" + hashlib.sha256(canonical(policy)).hexdigest()
