"""The buttons of a record: which there are in its state, and for each the sentence that refuses it, if one does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from breakglass import guards, permissions
from breakglass.actions.post_mortems import chain_of
from breakglass.models import Bypass, PostMortem, Review
from breakglass.policy.values import Tier
from tenants.people import Person

LABELS = {
    "approve": "Approve",
    "deny": "Deny",
    "withdraw": "Withdraw the request",
    "return": "Done: shut the gate",
    "revoke": "Revoke: shut the gate",
    "extend": "Ask for more time",
}


@dataclass(frozen=True)
class Act:
    """A button; `refused` is why this person can't press it, or nothing."""

    name: str
    refused: str

    @property
    def label(self) -> str:
        """What the button says."""
        return LABELS[self.name]


def acts_on(bypass: Bypass, tier: Tier, person: Person, reviews: Sequence[Review], now: datetime) -> dict[str, Act]:
    """By name, what can be done to the bypass by anybody in its state at `now`; what this person can do comes first."""
    checks: dict[str, Callable[[], object]] = {
        "approve": lambda: permissions.check_can_approve(person, bypass, tier, reviews, now),
        "deny": lambda: permissions.check_can_deny(person, bypass, tier, reviews, now),
        "withdraw": lambda: permissions.check_can_withdraw(person, bypass, now),
        "return": lambda: permissions.check_can_return(person, bypass, now),
        "revoke": lambda: permissions.check_can_revoke(person, bypass, now),
    }
    possible = [name for name in checks if guards.can(name, bypass, now)]
    acts = [Act(name, permissions.why_not(checks[name])) for name in possible]
    return {act.name: act for act in sorted(acts, key=lambda act: bool(act.refused))}


def extension(bypass: Bypass, person: Person, now: datetime) -> dict[str, Act]:
    """The button for more time, while there is any sense in asking for it."""
    if bypass.ended_at is None or now >= bypass.ended_at + guards.EXTEND_WITHIN:
        return {}
    owed = PostMortem.objects.filter(bypass_id=bypass.first_id).first()
    chain = chain_of(bypass.first_id)
    check = permissions.why_not(lambda: permissions.check_can_extend(person, bypass, chain, owed, now))
    return {"extend": Act("extend", check)}
