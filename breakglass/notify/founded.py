"""The letter to the first admin of a new tenant: to set a password, or, with one, to sign in."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from breakglass.actions.founding import Founded
from breakglass.notify import mail
from breakglass.notify.letters import Letter
from breakglass.notify.outcomes import Outcome
from tenants import welcome

DAY = 24 * 60 * 60


def address(founded: Founded) -> str:
    """Where the tenant is."""
    return f"{settings.SITE_URL}{reverse('now', args=[founded.tenant.slug])}"


def letter(founded: Founded) -> Letter:
    """Its link is for the admin alone: whoever has it has the account."""
    user, tenant = founded.admin.user, founded.tenant
    signs_in = f"{user.name} is its admin and signs in as {user.email}"
    if user.has_usable_password():
        says, button, link = f"{signs_in}, with the password of that account.", "Sign in", address(founded)
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
        facts=(("Address", address(founded)), ("Tenant", tenant.slug)),
        button=button,
        link=link,
        why="You get this because the operator named you as the tenant's first admin.",
    )


def send(founded: Founded, letter: Letter) -> Outcome:
    """Send it once: the tenant is there whatever comes of it."""
    return mail.send(letter, to=founded.admin.user.email, key=f"welcome-{founded.admin.pk}", thread="")
