"""`manage.py create_tenant --slug S --name N --admin-email E --admin-name A`: a tenant whose admin can sign in."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from breakglass.actions.founding import Founded, found_tenant
from breakglass.errors import BadInput
from breakglass.models import Attempt
from breakglass.notify import founded
from breakglass.notify.outcomes import Outcome


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
            made = found_tenant(
                slug=slug, name=name, admin_email=admin_email, admin_name=admin_name, now=timezone.now()
            )
        except BadInput as error:
            lines = [f"--{field.replace('_', '-')}: {says}" for field, all_ in error.fields.items() for says in all_]
            raise CommandError("\n".join(lines)) from error
        letter = founded.letter(made)
        self.stdout.write(f"{made.tenant.name} has its log and a first policy: {founded.address(made)}")
        self.stdout.write(f"{letter.says}\n{letter.button}: {letter.link}")
        self.stdout.write(_sent(made, founded.send(made, letter)))


def _sent(made: Founded, outcome: Outcome) -> str:
    to = made.admin.user.email
    if outcome.result == Attempt.Outcome.DELIVERED:
        return f"The same was sent to {to}."
    return f"It could not be sent to {to} ({outcome.said}): give it to them yourself."
