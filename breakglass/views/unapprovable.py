"""What nobody could approve by the policy in force, found before somebody needs it: for admins to repair."""

from __future__ import annotations

from datetime import datetime

from breakglass import permissions
from breakglass.actions.deciding import policy_in_force
from breakglass.errors import PolicyError
from breakglass.policy import approvals
from breakglass.policy.approvals import Candidate
from breakglass.policy.values import Tier, in_words
from tenants import people
from tenants.roles import Role


def unapprovable(now: datetime) -> list[str]:
    """Each tier that would be refused to everybody who may ask, with whom it asks; or why the policy can't be read."""
    try:
        policy = policy_in_force()
    except PolicyError as error:
        return [error.sentence]
    everybody = people.people()
    askers = {str(person.human) for person in everybody if Role.REQUESTER in person.roles}
    candidates = [permissions.candidate(person, now, now) for person in everybody]
    tiers = () if policy is None else policy.tiers
    return [_says(tier) for tier in tiers if not _possible(tier, candidates, askers)]


def _possible(tier: Tier, candidates: list[Candidate], askers: set[str]) -> bool:
    if not approvals.possible(tier, candidates, requester_human=""):
        return False
    return any(approvals.possible(tier, candidates, requester_human=asker) for asker in askers)


def _says(tier: Tier) -> str:
    return f"Tier {tier.name} asks {' and '.join(in_words(clause) for clause in tier.approvals)}."
