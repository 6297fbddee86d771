"""No two acts wait for each other, though each takes the record first and the log last.

Whoever appends first also commits first, and then asks for the rows that its own rows point to: nobody may hold those
for himself and wait for the log.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection

from breakglass.models import Bypass
from tests.cast import Cast
from tests.conftest import Approve, Ask
from tests.domain.racers import (
    approval,
    gain_role,
    lose_role,
    publication,
    question,
    refusal,
    report,
    request,
    revocation,
)
from tests.domain.racing import Racer, in_order
from tests.domain.support import entries

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes one writer at a time."),
]

type Start = Callable[[Cast, Bypass], Racer]


def ask_as(name: str) -> Start:
    return lambda acme, bypass: request(acme, name)


def publish(acme: Cast, bypass: Bypass) -> Racer:
    return publication(acme)


def take_role(acme: Cast, bypass: Bypass) -> Racer:
    return lose_role(acme)


def give_role(acme: Cast, bypass: Bypass) -> Racer:
    return gain_role(acme)


PAIRS: list[tuple[Start, Start, list[str]]] = [
    (report, revocation, ["deploy.recorded", "bypass.revoked", "post-mortem.opened"]),
    (refusal, revocation, ["review.refused", "bypass.revoked", "post-mortem.opened"]),
    (question, report, ["gate.checked", "deploy.recorded"]),
    (ask_as("rosa"), report, ["bypass.requested", "deploy.recorded"]),
    (ask_as("rosa"), publish, ["bypass.requested", "policy.published"]),
    (question, publish, ["gate.checked", "policy.published"]),
    (publish, ask_as("rosa"), ["policy.published", "bypass.requested"]),
    (take_role, ask_as("pete"), ["role.revoked"]),
    (give_role, ask_as("pete"), ["role.granted", "bypass.requested"]),
]


@pytest.mark.parametrize("pair", PAIRS, ids=["-".join(pair[2]) for pair in PAIRS])
def test_no_two_acts_wait_for_each_other(
    acme: Cast, ask: Ask, approve: Approve, pair: tuple[Start, Start, list[str]]
) -> None:
    bypass, (first, second, recorded) = approve(ask(justification="Another reason.")), pair
    before = len(entries())
    in_order(acme.tenant, first(acme, bypass), second(acme, bypass))
    assert [entry.kind for entry in entries()[before:]] == recorded


def test_one_person_approves_and_asks_at_once(acme: Cast, ask: Ask) -> None:
    bypass = ask()
    in_order(acme.tenant, approval(acme, bypass, "pete"), request(acme, "pete"))
    assert [entry.kind for entry in entries()][-2:] == ["bypass.approved", "bypass.requested"]
