"""`manage.py export_evidence --tenant T --from D --to D --out FILE.zip`: a pack of evidence, without the web."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit.evidence.period import BadPeriod, Period, parse_period
from breakglass import pack_tasks
from breakglass.actions import exporting
from breakglass.management.finding import find_tenant
from breakglass.models import Pack, PackFile, PackState
from tenants import context


class Command(BaseCommand):
    help = "Make a pack of evidence for a period, as its auditors would on /evidence/, and write it to a file."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Dates are in UTC; the last one is exclusive."""
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--from", required=True, dest="start", metavar="YYYY-MM-DD", help="the first day")
        parser.add_argument("--to", required=True, dest="end", metavar="YYYY-MM-DD", help="the day after the last")
        parser.add_argument("--out", required=True, metavar="FILE.zip", help="must not exist yet")

    def handle(self, *, tenant: str, start: str, end: str, out: str, **_: Any) -> None:
        """Refuses an unknown tenant, a period without a day and a file that is there, before anything is recorded."""
        period, place, path = _period(start, end), find_tenant(tenant), _free(Path(out))
        with context.entered(place):
            pack = exporting.request_pack(period=period, by=None, now=timezone.now())
            pack = pack_tasks.make_now(pack.pk)
            if pack.state != PackState.READY:
                raise CommandError(pack.problem)
            self._write(pack, path)

    def _write(self, pack: Pack, path: Path) -> None:
        try:
            with path.open("xb") as file:
                file.write(PackFile.objects.get(pack=pack).content)
        except OSError as error:
            raise CommandError(
                f"{path} can't be written ({error.strerror}): pack {pack.pk} is on the evidence page."
            ) from error
        pdf = "" if pack.has_pdf else " It has no PDF: the library Pango is missing here."
        self.stdout.write(f"{path}: pack {pack.pk}, signed in entry {pack.entry}.{pdf}")


def _period(start: str, end: str) -> Period:
    try:
        return parse_period(start, end)
    except BadPeriod as error:
        raise CommandError(error.sentence) from error


def _free(path: Path) -> Path:
    if path.exists():
        raise CommandError(f"{path} is there already: choose another name for --out.")
    if not path.parent.is_dir():
        raise CommandError(f"There is no directory {path.parent}: make it, or choose another place for --out.")
    return path
