"""`manage.py create_tenant --slug S --name N --admin-email E --admin-name A`: a tenant whose admin can sign in."""

from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from breakglass.actions.founding import Founded, found_tenant
from breakglass.errors import BadInput
from breakglass.models import Attempt
from breakglass.notify import mail
from breakglass.notify.letters import Letter
from tenants import welcome

DAY = 24 * 60 * 60


class Command(BaseCommand):
    help = "Make a tenant with its log, a working policy and its first admin, who gets a link to set a password."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The slug is in every address of the tenant and never changes."""
        parser.add_argument("--slug", required=True, help="2 to 40 lower-case letters, digits and dashes")
        parser.add_argument("--name", required=True, help="the organisation, as its people write it")
        parser.add_argument("--admin-email", required=True, metavar="E-MAIL")
        parser.add_argument("--admin-name", required=True, metavar="NAME")

    def handle(self, *, slug: str, name: str, admin_email: str, admin_name: str, **_: Any) -> None:
        """Refuses a slug that is taken and whatever can't be written, all at once, before anything is made."""
        try:
            founded = found_tenant(
                slug=slug, name=name, admin_email=admin_email, admin_name=admin_name, now=timezone.now()
            )
        except BadInput as error:
            lines = [f"--{field.replace('_', '-')}: {says}" for field, all_ in error.fields.items() for says in all_]
            raise CommandError("\n".join(lines)) from error
        letter = _letter(founded)
        self.stdout.write(f"{founded.tenant.name} has its log and a first policy: {_address(founded)}")
        self.stdout.write(f"{letter.says}\n{letter.button}: {letter.link}")
        self.stdout.write(_send(founded, letter))


def _address(founded: Founded) -> str:
    return f"{settings.SITE_URL}{reverse('now', args=[founded.tenant.slug])}"


def _letter(founded: Founded) -> Letter:
    """For the admin: to set a password, or, with one, to sign in."""
    user, tenant = founded.admin.user, founded.tenant
    signs_in = f"{user.name} is its admin and signs in as {user.email}"
    if user.has_usable_password():
        says, button, link = f"{signs_in}, with the password of that account.", "Sign in", _address(founded)
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
        facts=(("Address", _address(founded)), ("Tenant", tenant.slug)),
        button=button,
        link=link,
        why="You get this because the operator named you as the tenant's first admin.",
    )


def _send(founded: Founded, letter: Letter) -> str:
    """Sends it once, and says what came of it: the tenant is there either way."""
    to = founded.admin.user.email
    outcome = mail.send(letter, to=to, key=f"welcome-{founded.admin.pk}", thread="")
    if outcome.result == Attempt.Outcome.DELIVERED:
        return f"The same was sent to {to}."
    return f"It could not be sent to {to} ({outcome.said}): give it to them yourself."
