"""Status x transition, generated from the table: what is allowed leads to its target, the rest writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

import pytest

from breakglass.actions import ending, reviewing
from breakglass.actions.records import find
from breakglass.errors import WrongState
from breakglass.models import Bypass
from breakglass.permissions import Late
from breakglass.states import TERMINAL, TRANSITIONS, Status
from tenants.actions import grant_role
from tenants.roles import Role
from tests.cast import NOW, SET_UP, Cast
from tests.conftest import Approve, Ask
from tests.domain.support import MINUTE, QUARTER, kinds, refused, shown, snapshot

SOON = NOW + 5 * MINUTE
CLOCK = ("lapse", "expire")
# Besides what is stored: what the clock has ended and nobody has written down.
STATES = [*(status.value for status in Status), "lapsed by the clock", "expired by the clock"]

type Arrange = Callable[[str], tuple[Bypass, datetime]]


@pytest.fixture
def arrange(acme: Cast, ask: Ask, approve: Approve) -> Arrange:
    """A bypass in a state, brought there by real actions of rosa, pete and the clock; and the moment to act at."""
    grant_role(member=acme.dana, role=Role.REQUESTER, by=acme.alex, now=SET_UP)
    rosa, pete = acme.rosa, acme.pete

    def noted(bypass: Bypass) -> Bypass:
        assert ending.note_the_clock(bypass_id=bypass.pk, now=NOW + timedelta(hours=1))
        return bypass

    ways: dict[str, Callable[[], Bypass]] = {
        "requested": ask,
        "active": lambda: approve(ask()),
        "withdrawn": lambda: ending.withdraw(bypass_id=ask().pk, by=rosa, now=NOW),
        "denied": lambda: reviewing.deny(bypass_id=ask().pk, by=pete, comment="", now=NOW),
        "lapsed": lambda: noted(ask()),
        "expired": lambda: noted(approve(ask())),
        "returned": lambda: ending.return_bypass(bypass_id=approve(ask()).pk, by=rosa, now=NOW + 2 * MINUTE),
        "revoked": lambda: ending.revoke(bypass_id=approve(ask()).pk, by=pete, comment="", now=NOW + 2 * MINUTE),
        "lapsed by the clock": ask,
        "expired by the clock": lambda: approve(ask()),
    }

    def _arrange(state: str) -> tuple[Bypass, datetime]:
        bypass = find(ways[state]().pk)
        return bypass, NOW + timedelta(hours=1) if "clock" in state or state in {"lapsed", "expired"} else SOON

    return _arrange


@pytest.fixture
def take(acme: Cast) -> Callable[[str, Bypass, datetime], None]:
    """Take a transition, by somebody who has not acted yet but may."""
    rosa, dana, alex = acme.rosa, acme.dana, acme.alex

    def _take(name: str, bypass: Bypass, now: datetime) -> None:
        acts: dict[str, Callable[[], object]] = {
            "approve": lambda: reviewing.approve(
                by=dana, shown=shown(bypass), ttl=QUARTER, comment="", bypass_id=bypass.pk, now=now
            ),
            "deny": lambda: reviewing.deny(by=dana, comment="", bypass_id=bypass.pk, now=now),
            "withdraw": lambda: ending.withdraw(by=rosa, bypass_id=bypass.pk, now=now),
            "return": lambda: ending.return_bypass(by=rosa, bypass_id=bypass.pk, now=now),
            "revoke": lambda: ending.revoke(by=alex, comment="", bypass_id=bypass.pk, now=now),
        }
        acts[name]()

    return _take


PEOPLE = [one for one in TRANSITIONS if one.name not in CLOCK]
ALLOWED = [(one.name, one.source.value, one.target.value) for one in PEOPLE]
# The requester's own double click is the same act, not a second one.
REPEATS = {("withdraw", "withdrawn"), ("return", "returned")}
REFUSED = [
    (one.name, state)
    for one, state in product(PEOPLE, STATES)
    if state != one.source and (one.name, state) not in REPEATS
]


@pytest.mark.parametrize(("name", "state", "target"), ALLOWED)
def test_what_the_table_allows_leads_to_its_target(
    arrange: Arrange, take: Callable[[str, Bypass, datetime], None], name: str, state: str, target: str
) -> None:
    bypass, now = arrange(state)
    before = kinds(bypass)
    take(name, bypass, now)
    bypass.refresh_from_db()
    assert bypass.status == target
    assert kinds(bypass) == [*before, {"approve": "bypass.approved"}.get(name, f"bypass.{target}")]


@pytest.mark.parametrize(("name", "state"), REFUSED)
def test_what_the_table_does_not_allow_writes_nothing(
    arrange: Arrange, take: Callable[[str, Bypass, datetime], None], name: str, state: str
) -> None:
    bypass, now = arrange(state)
    refused(Late if name in {"approve", "deny"} else WrongState, lambda: take(name, bypass, now))


@pytest.mark.parametrize(("name", "state"), sorted(REPEATS))
def test_a_repeat_writes_nothing(
    arrange: Arrange, take: Callable[[str, Bypass, datetime], None], name: str, state: str
) -> None:
    bypass, now = arrange(state)
    before = snapshot()
    take(name, bypass, now)
    assert snapshot() == before


@pytest.mark.parametrize("state", STATES)
def test_the_clock_ends_only_what_it_has_ended(arrange: Arrange, state: str) -> None:
    bypass, now = arrange(state)
    before, stored = snapshot(), bypass.status
    noted = ending.note_the_clock(bypass_id=bypass.pk, now=now)
    bypass.refresh_from_db()
    assert (noted, bypass.status) == (("clock" in state), state.split(maxsplit=1)[0] if "clock" in state else stored)
    assert (snapshot() == before) == (not noted)


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_a_terminal_state_is_stored_with_its_time(arrange: Arrange, state: str) -> None:
    bypass, _ = arrange(state)
    assert (bypass.status, bypass.closed_at is None) == (state, False)


def test_every_transition_is_in_the_matrix() -> None:
    rows = {name for name, _, _ in ALLOWED} | set(CLOCK)
    assert rows == {one.name for one in TRANSITIONS}
    assert len(ALLOWED) + len(REFUSED) + len(REPEATS) == len(PEOPLE) * len(STATES)
