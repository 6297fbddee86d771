"""From a tenant's YAML to a policy in which every name is resolved, or to the list of everything wrong with it."""

import re

from breakglass.errors import PolicyError
from breakglass.policy.directory import Directory
from breakglass.policy.documents import VERSION
from breakglass.policy.load_never import load_never
from breakglass.policy.load_routes import load_routes
from breakglass.policy.load_tiers import check_order, load_tier
from breakglass.policy.values import DEFAULT_THRESHOLD, Policy, Tier
from breakglass.policy.yamldoc import Place, attempt, check_seen, read

MOST_TIERS = 20
HIGHEST_THRESHOLD = 1000

_TIER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def load(text: str | bytes, directory: Directory) -> Policy:
    """The policy that the YAML says, resolved against the directory. Raises PolicyError with every problem found."""
    root = read(text)
    policy = attempt(_policy, root, directory)
    if not root.problems:
        check_seen(text, root)
    if policy is None or root.problems:
        raise PolicyError(root.problems)
    return policy


def _policy(root: Place, directory: Directory) -> Policy:
    found = root.known(("version", "tiers", "routes"), ("never", "feedback"))
    attempt(_check_version, found.get("version"))
    places = attempt(_tier_places, found.get("tiers")) or {}
    tiers = _tiers(places, directory)
    routes = attempt(load_routes, found.get("routes"), places) if places else None
    never = attempt(load_never, found.get("never")) or ()
    threshold = attempt(_threshold, found.get("feedback")) or DEFAULT_THRESHOLD
    return Policy(VERSION, tiers, routes or (), threshold, never)


def _threshold(place: Place) -> int | None:
    return attempt(Place.number, place.known(("threshold",)).get("threshold"), HIGHEST_THRESHOLD)


def _check_version(place: Place) -> None:
    written = place.scalar()
    if written != str(VERSION):
        raise place.refuse(f"is {written[:40] or 'empty'}, which is not read here", f"write version: {VERSION}")


def _tier_places(place: Place) -> dict[str, Place]:
    places = place.entries()
    if not 1 <= len(places) <= MOST_TIERS:
        raise place.refuse(f"has {len(places)} tiers", f"write from 1 to {MOST_TIERS}")
    for name in places:
        if not _TIER_NAME.fullmatch(name):
            places[name].note("is not a tier's name", "name it with letters, digits, - and _, up to 40")
    return places


def _tiers(places: dict[str, Place], directory: Directory) -> tuple[Tier, ...]:
    tiers = [(place, attempt(load_tier, place, name, directory)) for name, place in places.items()]
    read = [(place, tier) for place, tier in tiers if tier]
    check_order(read)
    return tuple(tier for _, tier in read)
