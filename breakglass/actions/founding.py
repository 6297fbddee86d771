"""Founding a tenant: its log, its first admin and a policy that works as soon as there are two who may request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from audit.identity import Actor, NoIdentity
from breakglass.actions.setting_up import publish_policy
from breakglass.errors import BadInput
from tenants import context
from tenants.actions import add_member, create_tenant
from tenants.models import Member, Tenant, User
from tenants.models.tenants import SLUG
from tenants.roles import Role

NAME_MOST = 100
FIRST_POLICY = """\
version: 1
tiers:            # from the mildest to the strictest
  low:
    approvals: [{from: peers, count: 1}]    # peers: everybody else who may request
    ttl: [15m, 1h, 4h]
    post_mortem: {due: 5d}
  high:
    approvals: [{from: peers, count: 2}]    # better: {from: a-group, count: 1}, once there is one
    ttl: [15m, 1h]
    post_mortem: {due: 2d}
routes:           # the first that matches wins
  - {environment: production, tier: high}
  - {tier: low}
"""


@dataclass(frozen=True)
class Founded:
    """The tenant, its first admin, and whether the admin's account is new."""

    tenant: Tenant
    admin: Member
    new_account: bool


@transaction.atomic
def found_tenant(*, slug: str, name: str, admin_email: str, admin_name: str, now: datetime) -> Founded:
    """A tenant with its log, first admin and policy. An account that has the address already becomes the admin.

    Raises BadInput with a sentence a field.
    """
    email = admin_email.strip().lower()
    account = User.objects.filter(email=email).first() if email.isprintable() else None
    _check_all(
        slug=lambda: _check_slug(slug),
        name=lambda: _check_name(name),
        admin_email=lambda: _check_email(email, account),
        admin_name=lambda: _check_name(admin_name),
    )
    user = account or User.objects.create_user(email, name=admin_name.strip())
    tenant = create_tenant(slug=slug, name=name.strip(), now=now)
    with context.entered(tenant):
        admin = add_member(user=user, roles=[Role.ADMIN], by=None, now=now)
        publish_policy(source=FIRST_POLICY, by=None, now=now)
    return Founded(tenant, admin, new_account=account is None)


def _check_all(**checks: Callable[[], str]) -> None:
    """Each check answers with what is wrong, or nothing. Raises BadInput with all of it."""
    found = {field: (sentence,) for field, check in checks.items() if (sentence := check())}
    if found:
        raise BadInput(found)


def _check_slug(slug: str) -> str:
    try:
        SLUG(slug)
    except ValidationError as error:
        return str(error.messages[0])
    taken = Tenant.objects.filter(slug=slug).exists()
    return f"There is a tenant {slug} already: choose another slug." if taken else ""


def _check_name(name: str) -> str:
    fits = 1 <= len(name.strip()) <= NAME_MOST and name.isprintable()
    return "" if fits else f"Write from 1 to {NAME_MOST} characters, on one line."


def _check_email(email: str, account: User | None) -> str:
    try:
        validate_email(email)
        Actor(type="person", id="", name="", san=email, issuer=settings.SITE_URL)
    except (ValidationError, NoIdentity):
        return "Write one e-mail address, as in alex@acme.example."
    if account is not None and account.is_staff:
        return "This is the operator's account, which has no rights inside a tenant: choose another address."
    if account is not None and not account.is_active:
        return "This account is closed: choose another address."
    return ""
