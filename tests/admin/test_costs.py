"""A list asks the database as often for many rows as for few."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from breakglass.actions.asking import request_bypass
from breakglass.actions.setting_up import create_gate, issue_credential
from breakglass.asks import parse_ask
from tenants import context
from tenants.actions import add_member, create_group, join_group
from tenants.models import User
from tenants.roles import Role
from tests.admin.conftest import DURING, Browser
from tests.cast import ASK, Cast
from tests.tenancy.planted import Planted

LISTS = ["breakglass/gate/", "breakglass/gatecredential/", "breakglass/bypass/", "tenants/member/", "tenants/group/"]


def more(cast: Cast) -> None:
    """Three more of each."""
    for name in ("uma", "vera", "wim"):
        user = User.objects.create_user(f"{name}@acme.example", name=name)
        member = add_member(user=user, roles=[Role.APPROVER, Role.AUDITOR], by=None, now=DURING)
        group = create_group(slug=f"of-{name}", name=name, members=[member, cast.rosa], by=None, now=DURING)
        join_group(group=group, member=cast.pete, by=None, now=DURING)
        lists = {"services": ["web"], "environments": ["ci"]}
        gate = create_gate(slug=f"gate-{name}", name=name, **lists, by=None, now=DURING)  # type: ignore[arg-type]
        issue_credential(gate=gate, name=name, by=None, now=DURING)
        request_bypass(by=cast.rosa, gate="ci-checks", ask=parse_ask(replace(ASK, branch=name)), now=DURING)


@pytest.mark.parametrize("address", LISTS)
def test_a_list_costs_the_same_with_more_rows(address: str, alex: Browser, planted: Planted) -> None:
    alex.get(address)
    with CaptureQueriesContext(
        connection,
    ) as few:
        alex.get(address)
    with context.entered(alex.cast.tenant):
        more(alex.cast)
    with CaptureQueriesContext(connection) as many:
        page = alex.get(address)
    assert (len(many), "wim" in page.answer.content.decode() or "bypass" in address) == (len(few), True)
