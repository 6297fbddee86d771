"""Founding a tenant: its log, its first admin and a policy that works as soon as there are two who may request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from breakglass.actions.accounts import check_all, check_email, check_name, find_account
from breakglass.actions.setting_up import publish_policy
from tenants import context
from tenants.actions import add_member, create_tenant
from tenants.models import Member, Tenant, User
from tenants.models.tenants import SLUG
from tenants.roles import Role

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
    account = find_account(email)
    check_all(
        slug=lambda: _check_slug(slug),
        name=lambda: check_name(name),
        admin_email=lambda: check_email(email, account),
        admin_name=lambda: check_name(admin_name),
    )
    user = account or User.objects.create_user(email, name=admin_name.strip())
    tenant = create_tenant(slug=slug, name=name.strip(), now=now)
    with context.entered(tenant):
        admin = add_member(user=user, roles=[Role.ADMIN], by=None, now=now)
        publish_policy(source=FIRST_POLICY, by=None, now=now)
    return Founded(tenant, admin, new_account=account is None)


def _check_slug(slug: str) -> str:
    try:
        SLUG(slug)
    except ValidationError as error:
        return str(error.messages[0])
    taken = Tenant.objects.filter(slug=slug).exists()
    return f"There is a tenant {slug} already: choose another slug." if taken else ""
