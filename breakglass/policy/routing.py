"""Which tier a scope falls in. The first matching route wins; what a scope leaves open is routed as its worst case."""

from breakglass.errors import PolicyError, Problem
from breakglass.policy.patterns import matches, matches_everything
from breakglass.policy.values import Policy, Route, Tier
from breakglass.scopes import Scope


def route(policy: Policy, gate: str, scope: Scope) -> Tier:
    """The strictest tier that any check inside the scope could fall in (rule: never more than was consented to).

    A route that hangs on a field which the scope leaves empty may match: it counts, and the next ones are tried,
    until one matches for sure. Raises PolicyError when none does, which a loaded policy rules out.
    """
    candidates = []
    for one in policy.routes:
        if not _may_match(one, gate, scope):
            continue
        candidates.append(one.tier)
        if _matches_for_sure(one, scope):
            return policy.tier(max(candidates, key=policy.rank))
    raise PolicyError([Problem(0, f"no route matches {scope.service} at {gate}", "end the routes with a catch-all")])


def _may_match(one: Route, gate: str, scope: Scope) -> bool:
    """Could some check inside the scope match all four patterns?"""
    return (
        matches(one.gate, gate)
        and matches(one.service, scope.service)
        and matches(one.environment, scope.environment)
        and (not scope.branch or matches(one.branch, scope.branch))
    )


def _matches_for_sure(one: Route, scope: Scope) -> bool:
    """Of a route that may match: does it, whichever branch the check names?"""
    return bool(scope.branch) or matches_everything(one.branch)
