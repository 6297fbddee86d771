"""What a policy never lets be bypassed: whole scopes, or rules in them. Pure; asked at submit and at every check."""

from breakglass.errors import BadInput
from breakglass.policy.patterns import matches
from breakglass.policy.values import Never, Policy
from breakglass.scopes import Scope, in_words


def is_sealed(policy: Policy, gate: str, scope: Scope) -> bool:
    """Is nothing at all bypassed here?"""
    return any(not one.rules for one in _here(policy, gate, scope))


def never_rules(policy: Policy, gate: str, scope: Scope) -> frozenset[str]:
    """The rules that are never bypassed here; not even by a bypass of the whole gate."""
    return frozenset(rule for one in _here(policy, gate, scope) for rule in one.rules)


def may_cover(policy: Policy, gate: str, scope: Scope, rules: frozenset[str]) -> bool:
    """May a bypass cover a check of these failed rules?

    One that names no rule may have failed any: where a rule is never bypassed, nothing covers it.
    """
    if is_sealed(policy, gate, scope):
        return False
    kept = never_rules(policy, gate, scope)
    return not kept or (bool(rules) and not rules & kept)


def check_may_ask(policy: Policy, gate: str, scope: Scope, rules: frozenset[str] | None) -> None:
    """Raises BadInput for what is never bypassed; `rules` None is the whole gate, which may be asked for."""
    if is_sealed(policy, gate, scope):
        sentence = (
            f"The policy never lets {gate} be bypassed for {in_words(scope)}: mend what the gate refuses, or ask an "
            "admin what to do."
        )
        raise BadInput({"gate": [sentence]})
    if kept := sorted((rules or frozenset()) & never_rules(policy, gate, scope)):
        sentence = (
            f"The policy never lets {', '.join(kept)} be skipped here: take it out of the request, and mend what it "
            "refuses."
        )
        raise BadInput({"rule": [sentence]})


def _here(policy: Policy, gate: str, scope: Scope) -> list[Never]:
    return [
        one
        for one in policy.never
        if matches(one.gate, gate)
        and matches(one.service, scope.service)
        and matches(one.environment, scope.environment)
    ]
