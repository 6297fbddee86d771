"""Reviews that come too late, from elsewhere, or around the application: they change nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from breakglass.actions import reviewing
from breakglass.errors import Forbidden, NotFound
from breakglass.models import Bypass
from breakglass.permissions import Late
from breakglass.states import Status
from tenants import context
from tenants.actions import grant_role
from tenants.roles import Role
from tests.cast import NOW, SET_UP, Cast
from tests.conftest import Approve, Ask
from tests.domain.support import MINUTE, QUARTER, TICK, refused, shown


def high(ask: Ask) -> Bypass:
    """A request that needs one of sre-leads and one of security-duty."""
    return ask(gate="deploy-gate", environment="production")


@pytest.mark.parametrize(
    ("late", "outcome"), [(-TICK, Status.ACTIVE), (timedelta(0), Status.LAPSED), (TICK, Status.LAPSED)]
)
def test_approve_after_timeout(ask: Ask, approve: Approve, late: timedelta, outcome: Status) -> None:
    bypass = ask()
    moment = bypass.lapses_at + late
    if outcome == Status.ACTIVE:
        assert approve(bypass, now=moment).status == Status.ACTIVE
    else:
        error = refused(Late, lambda: approve(bypass, now=moment))
        assert error.sentence == (
            "This bypass can't be approved: nobody approved it in time. Nothing changes it any more: send a new "
            "request if the gate still has to open."
        )


@pytest.mark.parametrize(("late", "denied"), [(-TICK, True), (timedelta(0), False), (TICK, False)])
def test_deny_after_timeout(acme: Cast, ask: Ask, late: timedelta, denied: bool) -> None:
    bypass, pete = ask(), acme.pete

    def deny() -> Bypass:
        return reviewing.deny(bypass_id=bypass.pk, by=pete, comment="", now=bypass.lapses_at + late)

    if denied:
        assert deny().status == Status.DENIED
    else:
        refused(Late, deny)


def test_another_tenants_bypass_is_not_there(acme: Cast, globex: Cast, ask: Ask) -> None:
    bypass = ask()
    with context.entered(globex.tenant):
        error = refused(
            NotFound,
            lambda: reviewing.approve(bypass_id=bypass.pk, by=globex.pete, shown="", ttl=QUARTER, comment="", now=NOW),
        )
    assert error.sentence == "There is no such bypass here: check the link."


def test_a_stranger_does_not_review(globex: Cast, ask: Ask) -> None:
    bypass, pete = ask(), globex.pete
    refused(Forbidden, lambda: reviewing.deny(bypass_id=bypass.pk, by=pete, comment="", now=NOW))


def sql(statement: str, bypass: Bypass) -> None:
    """What somebody with the database's password tries."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE breakglass_bypass SET {statement} WHERE id = %s", [bypass.pk])


def test_request_edited_after_first_approval(ask: Ask, approve: Approve) -> None:
    bypass = approve(high(ask), by="ada")
    with pytest.raises(IntegrityError, match="never change"):
        sql("branch = ''", bypass)
    assert approve(bypass, by="sam").branch == "hotfix/null-currency"


def test_status_edited_directly(acme: Cast, ask: Ask) -> None:
    bypass = ask()
    window = "starts_at = requested_at, expires_at = lapses_at"
    with pytest.raises(IntegrityError, match="Nobody opens a gate alone"):
        sql(f"status = 'active', {window}", bypass)
    reviewing.deny(bypass_id=bypass.pk, by=acme.pete, comment="", now=NOW)
    with pytest.raises(IntegrityError, match=r"has ended never changes|only the ways of its states"):
        sql("status = 'requested', closed_at = NULL", bypass)


def test_approve_after_decided(acme: Cast, ask: Ask, approve: Approve) -> None:
    grant_role(member=acme.dana, role=Role.REQUESTER, by=acme.alex, now=SET_UP)
    bypass = approve(ask())
    assert refused(Late, lambda: approve(bypass, by="dana", now=NOW + 9 * MINUTE)).sentence == (
        "This bypass can't be approved: it is active. Return or revoke it to end it early."
    )


def test_leaf_name_collision_of_groups(acme: Cast, globex: Cast, ask: Ask) -> None:
    bypass, statement = high(ask), shown(high(ask))
    gwen = globex.gwen  # in the group of the same name, elsewhere
    refused(
        Forbidden,
        lambda: reviewing.approve(
            bypass_id=bypass.pk, by=gwen, shown=statement, ttl=QUARTER, comment="", now=NOW + MINUTE
        ),
    )
