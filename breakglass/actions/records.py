"""What the actions share: locking a bypass, and the words that entries are written in."""

from __future__ import annotations

from django.db.models import Q

from audit.kinds import ScopeWords
from breakglass.errors import Forbidden, NotFound
from breakglass.models import Bypass, Gate, Review
from breakglass.scopes import Scope
from tenants import people
from tenants.models import Member
from tenants.people import Person

RELATED = ("gate", "requester__user", "policy_version")


def find(bypass_id: str) -> Bypass:
    """The entered tenant's bypass with everything a page or an entry says of it. Raises NotFound."""
    bypass = Bypass.objects.select_related(*RELATED).filter(pk=bypass_id).first()
    if bypass is None:
        raise NotFound("There is no such bypass here: check the link.")
    return bypass


def lock(bypass_id: str) -> Bypass:
    """The same, locked until the transaction ends (on SQLite the whole database is). Raises NotFound."""
    rows = Bypass.objects.select_for_update(of=("self",), no_key=True).select_related(*RELATED)
    bypass = rows.filter(pk=bypass_id).first()
    if bypass is None:
        raise NotFound("There is no such bypass here: check the link.")
    return bypass


def lock_reviewers(bypass: Bypass, by: Member) -> None:
    """Nobody who reviews it, or has, leaves or loses a right until the transaction ends.

    Always after the bypass. Its requester, who reviews nothing, is left alone: asking locks them before a bypass.
    """
    reviewers = Q(pk=by.pk) | Q(pk__in=Review.objects.filter(bypass=bypass).values("member_id"))
    members = Member.objects.select_for_update(of=("self",), no_key=True).filter(reviewers)
    list(members.exclude(pk=bypass.requester_id).order_by("pk").values_list("pk"))


def reviews_of(bypass: Bypass) -> list[Review]:
    """Its reviews with who gave them, oldest first."""
    return list(Review.objects.select_related("member__user").filter(bypass=bypass).order_by("at", "pk"))


def scope_words(gate: Gate, scope: Scope) -> ScopeWords:
    """A scope as entries write it."""
    return ScopeWords(
        gate=gate.slug,
        service=scope.service,
        environment=scope.environment,
        branch=scope.branch,
        artifact=scope.artifact,
    )


def person_of(by: Member) -> Person:
    """The member with the rights they hold now. Raises Forbidden for one who has left."""
    person = people.of(by)
    if person is None:
        raise Forbidden("You are no longer a member here: ask an admin to let you in again.")
    return person
