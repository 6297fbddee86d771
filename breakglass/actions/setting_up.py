"""Setting a tenant up: its gates, the tokens that speak for them, and its policy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Count

from audit import kinds
from breakglass.actions.accounts import check_all, check_name
from breakglass.actions.cleaning import full_clean, together
from breakglass.errors import BadInput
from breakglass.models import Gate, GateCredential, InFlight, PolicyVersion
from breakglass.policy.directory import Directory, DirectoryGroup
from breakglass.policy.documents import digest, to_document
from breakglass.policy.load import load
from breakglass.scopes import parse_scope
from tenants import context
from tenants.actions import issue_token, record
from tenants.models import Group, GroupMembership, Member, Tenant

MOST_LISTED = 500
LISTS = {"services": "service", "environments": "environment"}


@transaction.atomic
def create_gate(
    *,
    slug: str,
    name: str,
    services: Sequence[str],
    environments: Sequence[str],
    required: Sequence[str] = (),
    practice: bool = False,
    in_flight: str = InFlight.ENFORCE,
    by: Member | None,
    now: datetime,
) -> Gate:
    """A gate with its closed lists. Raises BadInput for a name in them that no scope could say, or a slug in use."""
    gate = Gate(
        slug=slug,
        name=name,
        services=list(services),
        environments=list(environments),
        required=list(required),
        practice=practice,
        in_flight=in_flight,
        created_at=now,
    )
    check_gate(gate)
    gate.save()
    data = kinds.GateCreated(
        gate=slug,
        name=name,
        services=tuple(services),
        environments=tuple(environments),
        required=tuple(required),
        practice=practice,
        in_flight=in_flight,
    )
    record(data, by=by, now=now)
    return gate


def check_gate(gate: Gate) -> None:
    """Raises BadInput with everything that is wrong with the gate, as it is or is to be."""
    together(
        lambda: check_all(name=lambda: check_name(gate.name)),
        lambda: _check_lists(gate),
        lambda: full_clean(gate, but={"name", *LISTS}),
    )


def _check_lists(gate: Gate) -> None:
    """Raises BadInput for a list that is empty, too long or says what no scope could."""
    found = {name: [f"List at least one {one}."] for name, one in LISTS.items() if not getattr(gate, name)}
    if set(gate.required) - {"branch", "artifact"}:
        found["required"] = ["A request can be made to name its branch and its artifact: choose from these."]
    if found:
        raise BadInput(found)
    if max(len(gate.services), len(gate.environments)) > MOST_LISTED:
        raise BadInput(
            {"services": [f"A gate lists up to {MOST_LISTED} services and environments: make another gate."]}
        )
    together(
        *(partial(parse_scope, service, "production") for service in gate.services),
        *(partial(parse_scope, "service", environment) for environment in gate.environments),
    )


@transaction.atomic
def connect_gate(
    *,
    slug: str,
    name: str,
    services: Sequence[str],
    environments: Sequence[str],
    required: Sequence[str],
    practice: bool,
    in_flight: str,
    by: Member,
    now: datetime,
) -> tuple[Gate, str]:
    """A gate and the secret of its first machine token, which can't be shown again. Raises as `create_gate`."""
    gate = create_gate(
        slug=slug,
        name=name,
        services=services,
        environments=environments,
        required=required,
        practice=practice,
        in_flight=in_flight,
        by=by,
        now=now,
    )
    _, secret = issue_credential(gate=gate, name=f"{slug} pipeline", by=by, now=now)
    return gate, secret


@transaction.atomic
def issue_credential(
    *,
    gate: Gate,
    name: str,
    services: Sequence[str] = (),
    by: Member | None,
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[GateCredential, str]:
    """A machine token that speaks for this gate, and its secret, which can't be shown again."""
    if unknown := sorted(set(services) - set(gate.services)):
        raise BadInput(
            {"services": [f"The gate {gate.slug} does not list {', '.join(unknown)}: choose from its services."]}
        )
    check_all(name=lambda: check_name(name))
    if expires_at is not None and expires_at <= now:
        raise BadInput({"expires_at": ["Choose a time after now; left empty, it works until it is revoked."]})
    token, secret = issue_token(name=name, by=by, now=now, expires_at=expires_at)
    credential = GateCredential.objects.create(gate=gate, token=token, services=list(services))
    record(kinds.CredentialIssued(gate=gate.slug, token=token.pk, services=tuple(services)), by=by, now=now)
    return credential, secret


@transaction.atomic
def publish_policy(*, source: str, by: Member | None, now: datetime) -> PolicyVersion:
    """Publish a policy: from now on it decides about new requests. The same policy again is the same version.

    Raises PolicyError with every line that is wrong and its repair.
    """
    Tenant.objects.select_for_update(no_key=True).get(pk=context.current_id())
    policy = load(source, directory())
    latest = PolicyVersion.objects.order_by("-number").first()
    if latest is not None and latest.digest == digest(policy):
        return latest
    version = PolicyVersion.objects.create(
        number=1 if latest is None else latest.number + 1,
        source=source,
        document=to_document(policy),
        digest=digest(policy),
        published_at=now,
        published_by=by,
    )
    record(
        kinds.PolicyPublished(number=version.number, digest=version.digest, source=source),
        by=by,
        now=now,
        about=f"policy-{version.number}",
    )
    return version


def directory() -> Directory:
    """The groups and people that a policy of the entered tenant may name; nobody counts whose account is closed."""
    here = GroupMembership.objects.filter(until=None, member__user__is_active=True)
    sizes = dict(here.values_list("group_id").annotate(humans=Count("member__human", distinct=True)))
    groups = {group.slug: DirectoryGroup(id=group.pk, size=sizes.get(group.pk, 0)) for group in Group.objects.all()}
    members = Member.objects.select_related("user").filter(left_at=None, user__is_active=True)
    return Directory(groups=groups, members={member.user.email: member.pk for member in members})
