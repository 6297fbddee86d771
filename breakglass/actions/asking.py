"""Asking for a bypass: whose approval it would need, and sending it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from audit import kinds
from audit.canonical import timestamp
from breakglass import permissions
from breakglass.actions import ending, telling
from breakglass.actions.records import RELATED, person_of, scope_words
from breakglass.asks import Ask
from breakglass.errors import BadInput, WrongState
from breakglass.models import Bypass, Gate, PolicyVersion
from breakglass.policy import approvals, never, routing, values
from breakglass.policy.values import Tier
from breakglass.scopes import Scope, check_shape
from breakglass.states import Status
from breakglass.times import after
from tenants import people
from tenants.actions import in_words, record
from tenants.models import Member
from tenants.people import Person


@dataclass(frozen=True)
class ClausePeople:
    """One clause in words, and who could fill it now."""

    clause: str
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Routing:
    """Where a scope would be sent: the tier by the policy in force, and for each of its clauses who could fill it."""

    version: PolicyVersion
    tier: Tier
    clauses: tuple[ClausePeople, ...]
    possible: bool

    @property
    def seal(self) -> str:
        """What the page showed of it, to notice a policy that changed in between."""
        could = ";".join(",".join(str(person.member_id) for person in clause.people) for clause in self.clauses)
        return f"{self.version.number}/{self.tier.name}/{could}"


def find_gate(slug: str) -> Gate:
    """The entered tenant's gate. Raises BadInput, naming those there are."""
    gate = Gate.objects.filter(slug=slug).first() if slug.isprintable() else None  # no database takes a NUL
    if gate is None:
        known = ", ".join(Gate.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "none yet"
        raise BadInput({"gate": [f"There is no gate of that name: choose from {known}."]})
    return gate


def route(
    *, by: Member, gate: Gate, scope: Scope, now: datetime, rules: frozenset[str] | None = frozenset()
) -> Routing:
    """Whose approval this scope needs, were `by` to ask for it now, to skip these rules (None is the whole gate).

    Raises BadInput for a scope the gate refuses, and for what the policy never lets be bypassed.
    """
    check_shape(gate.shape, scope)
    version = PolicyVersion.objects.order_by("-number").first()
    if version is None:
        raise BadInput({"gate": ["No policy is published yet, so nobody could approve: ask an admin to publish one."]})
    never.check_may_ask(version.policy, gate.slug, scope, rules)
    tier = routing.route(version.policy, gate.slug, scope)
    everybody = {person.member_id: person for person in people.people()}
    candidates = [permissions.candidate(person, now, now) for person in everybody.values()]
    could = approvals.who_could(tier, candidates, requester_human=str(by.human_id))
    clauses = tuple(
        ClausePeople(clause=values.in_words(clause), people=tuple(everybody[one.member_id] for one in able))
        for clause, able in zip(tier.approvals, could, strict=True)
    )
    possible = approvals.possible(tier, candidates, requester_human=str(by.human_id))
    return Routing(version=version, tier=tier, clauses=clauses, possible=possible)


@transaction.atomic
def request_bypass(*, by: Member, gate: str, ask: Ask, now: datetime, extends: Bypass | None = None) -> Bypass:
    """Send a request. The same ask by the same person, while the first is open, is the first.

    What it `extends` is locked, and may be extended: `extending.extend` sees to that.
    Raises BadInput with a sentence a field, Forbidden for somebody who is no requester, WrongState if nobody could
    ever approve it.
    """
    locked = Member.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=by.pk)
    permissions.check_can_ask(person_of(locked))
    the_gate = find_gate(gate)
    digest = ask.digest(the_gate.slug, extends.pk if extends else "")
    if (same := _same_open(locked, digest, now)) is not None:
        return same
    routing = route(by=locked, gate=the_gate, scope=ask.scope, rules=ask.rules, now=now)
    values.check_ttl(routing.tier, ask.ttl)
    if not routing.possible:
        raise WrongState(_nobody(routing))
    bypass = Bypass.objects.create(
        gate=the_gate,
        service=ask.scope.service,
        environment=ask.scope.environment,
        branch=ask.scope.branch,
        artifact=ask.scope.artifact,
        whole_gate=ask.rules is None,
        rules=sorted(ask.rules or ()),
        reason_kind=ask.reason_kind,
        justification=ask.justification,
        incident_url=ask.incident_url,
        proposed_ttl=ask.ttl,
        requester=locked,
        requested_at=now,
        lapses_at=after(now, routing.tier.lapse),
        policy_version=routing.version,
        tier=routing.tier.name,
        drill=the_gate.practice,
        evaluation=ask.evaluation,
        digest=digest,
        extends=extends,
        chain_id=extends.first_id if extends else None,
    )
    entry = record(_entry(bypass, ask, routing), by=locked, now=now, about=bypass.pk)
    could = (person.member_id for clause in routing.clauses for person in clause.people)
    telling.tell_asked(bypass, who=could, entry=entry, now=now)
    return bypass


def _same_open(by: Member, digest: str, now: datetime) -> Bypass | None:
    """The requester's open bypass for the same ask; one that the clock has ended is closed on the way."""
    same = Bypass.objects.select_related(*RELATED)
    found = same.filter(requester=by, digest=digest, status__in=[Status.REQUESTED, Status.ACTIVE]).first()
    if found is None or not ending.note_the_clock(bypass_id=found.pk, now=now):
        return found
    return None


def _nobody(routing: Routing) -> str:
    empty = [clause.clause for clause in routing.clauses if not clause.people]
    who = " and ".join(empty or [clause.clause for clause in routing.clauses])
    return (
        f"Nobody could approve this: tier {routing.tier.name} asks {who}, and too few people other than you have that "
        "right. Ask an admin to add approvers, then send it again."
    )


def _entry(bypass: Bypass, ask: Ask, routing: Routing) -> kinds.BypassRequested:
    clauses = tuple(
        kinds.ClauseWords(clause=clause.clause, people=tuple(_person(person) for person in clause.people))
        for clause in routing.clauses
    )
    return kinds.BypassRequested(
        bypass=bypass.pk,
        requester=in_words(bypass.requester),
        scope=scope_words(bypass.gate, ask.scope),
        whole_gate=bypass.whole_gate,
        rules=tuple(bypass.rules),
        reason_kind=bypass.reason_kind,
        justification=bypass.justification,
        incident_url=bypass.incident_url,
        proposed_ttl=bypass.proposed_ttl,
        tier=bypass.tier,
        policy=kinds.PolicyWords(number=routing.version.number, digest=routing.version.digest),
        approvals=clauses,
        lapses_at=timestamp(bypass.lapses_at),
        drill=bypass.drill,
        evaluation=bypass.evaluation,
        extends=bypass.extends_id,
    )


def _person(person: Person) -> kinds.PersonWords:
    return kinds.PersonWords(id=person.member_id, name=person.name, email=person.email)
