"""The letter to somebody who has a place in a tenant: how they sign in, and the link for their first password."""

from __future__ import annotations

from django.conf import settings

from breakglass import links
from breakglass.notify.letter import Letter
from tenants import welcome
from tenants.models import Tenant, User

DAY = 24 * 60 * 60


def write(tenant: Tenant, user: User, *, place: str, why: str) -> Letter:
    """`place` finishes "Alex is ..."; `why` says who named them."""
    address = links.tenant_url(tenant)
    signs_in = f"{user.name} is {place} and signs in as {user.email}"
    if user.has_usable_password():
        says, button, link = f"{signs_in}, with the password of that account.", "Sign in", address
    else:
        days = settings.PASSWORD_RESET_TIMEOUT // DAY
        says = f"{signs_in}, once the password is set. The link for that works once, within {days} days."
        button, link = "Set the password", welcome.first_password_url(user)
    return Letter(
        subject=f"{tenant.name} has a place in Breakglass",
        heading=f"{tenant.name} has a place in Breakglass",
        says=says,
        quote="",
        quoted="",
        facts=(("Address", address), ("Tenant", tenant.slug)),
        button=button,
        link=link,
        why=why,
    )
