"""`manage.py create_tenant --slug S --name N --admin-email E --admin-name A`: a tenant whose admin can sign in."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from breakglass import links
from breakglass.actions.founding import Founded, found_tenant
from breakglass.errors import BadInput
from breakglass.models import Attempt
from breakglass.notify import mail, welcome
from breakglass.notify.letter import Letter


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
        self.stdout.write(f"{founded.tenant.name} has its log and a first policy: {links.tenant_url(founded.tenant)}")
        self.stdout.write(f"{letter.says}\n{letter.button}: {letter.link}")
        self.stdout.write(_send(founded, letter))


def _letter(founded: Founded) -> Letter:
    """For the admin: to set a password, or, with one, to sign in."""
    why = "You get this because the operator named you as the tenant's first admin."
    return welcome.write(founded.tenant, founded.admin.user, place="its admin", why=why)


def _send(founded: Founded, letter: Letter) -> str:
    """Sends it once, and says what came of it: the tenant is there either way."""
    to = founded.admin.user.email
    outcome = mail.send(letter, to=to, key=f"welcome-{founded.admin.pk}", thread="")
    if outcome.result == Attempt.Outcome.DELIVERED:
        return f"The same was sent to {to}."
    return f"It could not be sent to {to} ({outcome.said}): give it to them yourself."
