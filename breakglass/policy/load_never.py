"""Reads what a policy document never lets be bypassed."""

from breakglass.errors import BadInput
from breakglass.policy.load_routes import load_pattern
from breakglass.policy.values import Never
from breakglass.policy.yamldoc import Place, Refused, attempt
from breakglass.scopes import parse_rules

MOST_LINES = 100

_KEYS = ("gate", "service", "environment")


def load_never(place: Place) -> tuple[Never, ...]:
    """All lines, in order; what is wrong with each of them is noted."""
    places = list(place.items())
    if not 1 <= len(places) <= MOST_LINES:
        raise place.refuse(f"has {len(places)} lines", f"write from 1 to {MOST_LINES}, or leave it out")
    return tuple(line for one in places if (line := attempt(_line, one)))


def _line(place: Place) -> Never:
    found = place.known((), (*_KEYS, "rules"))
    if not found:
        raise place.refuse("shuts every gate for good", "name a gate, a service, an environment or rules")
    patterns = {key: attempt(load_pattern, found[key]) for key in _KEYS if key in found}
    rules = attempt(_rules, found["rules"]) if "rules" in found else ()
    if rules is None or None in patterns.values():
        raise Refused
    return Never(**{key: pattern for key, pattern in patterns.items() if pattern}, rules=rules)


def _rules(place: Place) -> tuple[str, ...]:
    """Ids, and no patterns: every gate has to be able to say what they are."""
    named = [attempt(Place.text, item) for item in place.items()]
    if not named:
        raise place.refuse("names no rule", "name one, or take rules out to mean the whole gate")
    if None in named:
        raise Refused
    try:
        return tuple(sorted(parse_rules(named)))
    except BadInput as error:
        raise place.refuse(
            "does not name rules by their ids", error.sentence[:1].lower() + error.sentence[1:]
        ) from error
