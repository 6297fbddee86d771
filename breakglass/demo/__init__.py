"""The demo's two tenants, played in through the same actions that people and admins use."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.hashers import make_password

from breakglass.actions.setting_up import create_gate, issue_credential, publish_policy
from breakglass.models import Gate
from tenants import context
from tenants.actions import add_member, create_group, create_tenant
from tenants.models import Member, Tenant, User
from tenants.roles import Role


@dataclass(frozen=True)
class Told:
    """A tenant to be: its people with their roles, its groups, and the source of its named senior's clause."""

    slug: str
    name: str
    people: dict[str, list[Role]]
    groups: dict[str, list[str]]
    senior: str


ACME = Told(
    slug="acme",
    name="Acme Corporation",
    people={
        "rosa": [Role.REQUESTER],
        "pete": [Role.REQUESTER],
        "ada": [Role.APPROVER],
        "sam": [Role.APPROVER],
        "dana": [Role.APPROVER],
        "lee": [Role.APPROVER],
        "olga": [Role.AUDITOR],
        "alex": [Role.ADMIN],
        "ben": [Role.ADMIN],
    },
    groups={"sre-leads": ["ada"], "security-duty": ["sam"]},
    senior='"person:dana@acme.example", deputy: "person:lee@acme.example"',
)
GLOBEX = Told(
    slug="globex",
    name="Globex",
    people={
        "rosa": [Role.REQUESTER],
        "pete": [Role.REQUESTER],
        "gwen": [Role.APPROVER, Role.ADMIN],
        "hugo": [Role.APPROVER],
    },
    groups={"sre-leads": ["gwen"], "security-duty": ["hugo"]},
    senior="sre-leads",
)

POLICY = """\
version: 1
tiers:            # from the mildest to the strictest
  practice:
    approvals: [{from: peers, count: 1}]
    ttl: [20s, 1m]
  low:
    approvals: [{from: peers, count: 1}]
    ttl: [15m, 1h, 4h]
    post_mortem: {due: 5d}
  high:
    approvals: [{from: sre-leads, count: 1}, {from: security-duty, count: 1}]
    ttl: [15m, 1h]
    post_mortem: {due: 2d}
  prod-db:
    approvals: [{from: peers, count: 1}, {from: SENIOR, count: 1}]
    ttl: [15m]
    post_mortem: {due: 1d}
routes:           # the first that matches wins
  - {gate: practice, tier: practice}
  - {gate: "db-*", environment: production, tier: prod-db}
  - {environment: production, tier: high}
  - {tier: low}
"""

SERVICES = ["payments", "search", "web"]
GATES = {
    "ci-checks": ("CI checks", ["ci", "staging"]),
    "deploy-gate": ("Deploy gate", ["staging", "production"]),
    "db-change": ("Database changes", ["staging", "production"]),
    "practice": ("Practice gate", ["production"]),
}
SCOPES = {
    gate: {"tier": tier, "service": "payments", "environment": environment, "branch": "hotfix/null-currency"}
    for gate, tier, environment in (
        ("ci-checks", "low", "ci"),
        ("deploy-gate", "high", "production"),
        ("db-change", "prod-db", "production"),
        ("practice", "practice", "production"),
    )
}


@dataclass
class Played:
    """One tenant as it was played in; the tokens' secrets are nowhere else."""

    tenant: Tenant
    members: dict[str, Member] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)


def play(*, password: str | None, now: datetime) -> dict[str, Played]:
    """Both tenants, by slug; without a password nobody can sign in by one."""
    hashed = make_password(password)
    return {tenant.slug: _tenant(tenant, hashed, now) for tenant in (ACME, GLOBEX)}


def _tenant(told: Told, password: str, now: datetime) -> Played:
    played = Played(create_tenant(slug=told.slug, name=told.name, now=now))
    with context.entered(played.tenant):
        for who, roles in told.people.items():
            user = User.objects.create(email=f"{who}@{told.slug}.example", name=who.capitalize(), password=password)
            played.members[who] = add_member(user=user, roles=roles, by=None, now=now)
        for group, names in told.groups.items():
            members = [played.members[who] for who in names]
            create_group(slug=group, name=group.replace("-", " ").capitalize(), members=members, by=None, now=now)
        for gate in GATES:
            _gate(played, gate, now)
        publish_policy(source=POLICY.replace("SENIOR", told.senior), by=None, now=now)
    return played


def _gate(played: Played, slug: str, now: datetime) -> None:
    name, environments = GATES[slug]
    practice = slug == "practice"
    gate = create_gate(
        slug=slug, name=name, services=SERVICES, environments=environments, practice=practice, by=None, now=now
    )
    played.gates[slug] = gate
    _, played.tokens[slug] = issue_credential(gate=gate, name=f"{slug} pipeline", by=None, now=now)
