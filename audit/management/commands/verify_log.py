"""`manage.py verify_log [--tenant SLUG]`: walk every log in the database and say whether it holds."""

import argparse

from django.core.management.base import BaseCommand, CommandError

from audit.canonical import b64
from audit.models import Log
from audit.stored import stored_log
from audit.verify_errors import Broken
from audit.verify_tree import check_log


class Command(BaseCommand):
    help = "Checks the signed log in the database; exit 1 and the first broken entry where it does not hold."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", help="only the logs of this tenant")

    def handle(self, *, tenant: str | None, **_: object) -> None:
        logs = Log.objects.order_by("tenant_slug", "tenant_id", "number")
        if tenant is not None:
            logs = logs.filter(tenant_slug=tenant)
            if not logs.exists():
                raise CommandError(f"There is no log of a tenant {tenant!r}: check the spelling of its slug.")
        if not logs.exists():
            raise CommandError("There is no log in this database: check DATABASE_URL, or restore a backup.")
        broken = [log for log in logs if not self._holds(log)]
        if broken:
            failed = f"{len(broken)} of {len(logs)} logs do not hold"
            raise CommandError(f"{failed}: keep the database as it is and compare it with a backup.")

    def _holds(self, log: Log) -> bool:
        name = f"{log.tenant_slug} log {log.number}"
        try:
            stored = stored_log(log)
            root = check_log(stored)
        except Broken as broken:
            self.stdout.write(f"{name}: BROKEN: {broken.entry_id or 'the log'}: {broken.reason}")
            return False
        self.stdout.write(f"{name}: {stored.head_size} entries, root {b64(root)}, holds")
        return True
