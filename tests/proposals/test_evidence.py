"""The pack says of every policy and right who proposed and who consented, also of those before its period."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

from audit.evidence.period import parse_period
from audit.verify.archive import read_members
from breakglass.actions import exporting
from breakglass.actions.proposing import carry_out_due, consent
from breakglass.models import PackFile
from tenants import actions as tenancy
from tenants.roles import Role
from tests.cast import NOW, Cast
from tests.proposals.conftest import PUBLISH, join, proposed


def agreed(cast: Cast, start: str, name: str, kind: str) -> list[tuple[str, str]]:
    """Who proposed and who consented, by the lines of one kind in a file of the pack."""
    pack = exporting.request_pack(period=parse_period(start, "2026-05-01"), by=cast.olga, now=NOW + timedelta(days=60))
    exporting.make_pack(pack_id=pack.pk, render=lambda contents: None, now=NOW + timedelta(days=60))
    files = read_members(bytes(PackFile.objects.get(pack=pack).content))
    lines = csv.DictReader(io.StringIO(files[name].decode(), newline=""))
    return [(line["proposed_by"], line["consented_by"]) for line in lines if line["kind"] == kind]


def test_who_proposed_and_who_consented(running: Cast) -> None:
    consent(proposal_id=proposed(PUBLISH, running.alex).pk, by=running.ben, now=NOW)
    consent(proposal_id=proposed(join(running.lee), None).pk, by=running.ben, now=NOW)
    tenancy.revoke_role(member=running.ben, role=Role.ADMIN, by=None, now=NOW)
    carry_out_due(proposal_id=proposed(join(running.sam), running.alex).pk, now=NOW + timedelta(hours=24))
    for start in ("2026-03-01", "2026-04-01"):
        assert agreed(running, start, "policies.csv", "policy.published") == [("", ""), ("Alex", "Ben")]
        joined = agreed(running, start, "access.csv", "group.joined")
        assert joined[2:] == [("the operator", "Ben"), ("Alex", "the clock")]
