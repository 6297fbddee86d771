"""Reads the routes of a policy document: known tiers, simple patterns, none in another's shadow, a catch-all last."""

import re
from collections.abc import Collection

from breakglass.policy.directory import did_you_mean
from breakglass.policy.patterns import matches_everything
from breakglass.policy.values import Route
from breakglass.policy.yamldoc import Place, Refused, attempt

MOST_ROUTES = 500

_KEYS = ("gate", "service", "environment", "branch")
_NOT_A_PATTERN = re.compile(r"[][{}\\ ]")


def load_routes(place: Place, tiers: Collection[str]) -> tuple[Route, ...]:
    """All routes, in order; what is wrong with each of them, or with their order, is noted."""
    places = list(place.items())
    if not 1 <= len(places) <= MOST_ROUTES:
        raise place.refuse(f"has {len(places)} routes", f"write from 1 to {MOST_ROUTES}, the last a catch-all")
    routes = [attempt(_route, item, tiers) for item in places]
    read = [(item, route) for item, route in zip(places, routes, strict=True) if route]
    _check_shadows(read)
    if routes[-1] and any(routes[-1].keys):
        what = "has match keys, so some scopes would fall in no tier"
        places[-1].note(what, "end the routes with one that has only a tier")
    return tuple(route for _, route in read)


def _route(place: Place, tiers: Collection[str]) -> Route:
    found = place.known(("tier",), _KEYS)
    tier = attempt(_tier, found.get("tier"), tiers)
    patterns = {key: attempt(load_pattern, found[key]) for key in _KEYS if key in found}
    if tier is None or None in patterns.values():
        raise Refused
    return Route(tier, **{key: pattern for key, pattern in patterns.items() if pattern})


def _tier(place: Place, tiers: Collection[str]) -> str:
    name = place.text()
    if name not in tiers:
        raise place.refuse(f"names the tier '{name[:100]}', which does not exist", did_you_mean(name, tiers))
    return name


def load_pattern(place: Place) -> str:
    """A pattern with * and ? for a field of a scope."""
    pattern = place.text()
    if not pattern:
        raise place.refuse("is empty", "leave the key out to match any")
    if _NOT_A_PATTERN.search(pattern):
        raise place.refuse("holds a character that no scope has", "use only * and ? as wildcards")
    if len(pattern) > 250:
        raise place.refuse("is longer than 250 characters", "shorten it with *")
    return pattern


def _check_shadows(routes: list[tuple[Place, Route]]) -> None:
    """Notes each route that an earlier one leaves nothing to."""
    for number, (place, route) in enumerate(routes):
        earlier = next((above for above, other in routes[:number] if _shadows(other, route)), None)
        if earlier:
            what = f"is never reached, because {earlier.path} in line {earlier.line} takes all that it matches"
            place.note(what, "take one of them out, or put the narrower one first")


def _shadows(earlier: Route, later: Route) -> bool:
    """Is each key of the earlier one absent, or the very same? (Not every shadow, but every trivial one.)"""
    return all(
        matches_everything(above) or above == below for above, below in zip(earlier.keys, later.keys, strict=True)
    )
