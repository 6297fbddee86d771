"""The transition table, and what the clock makes of a stored state."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from breakglass.errors import WrongState
from breakglass.states import CHOICES, ENDED, TERMINAL, TRANSITIONS, Status, diagram, effective, target

NOW = datetime(2026, 11, 22, 2, 0, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
LATER = NOW + timedelta(hours=1)
ALLOWED = {
    ("approve", "requested"): "active",
    ("withdraw", "requested"): "withdrawn",
    ("deny", "requested"): "denied",
    ("lapse", "requested"): "lapsed",
    ("expire", "active"): "expired",
    ("return", "active"): "returned",
    ("revoke", "active"): "revoked",
}
NAMES = sorted({name for name, _ in ALLOWED})


@pytest.mark.parametrize(("name", "status"), list(product(NAMES, Status)))
def test_every_transition_from_every_state(name: str, status: Status) -> None:
    if (end := ALLOWED.get((name, status.value))) is not None:
        assert target(name, status) == end
        return
    with pytest.raises(WrongState):
        target(name, status)


def test_the_table_holds_each_transition_once() -> None:
    assert sorted((one.name, one.source.value, one.target.value) for one in TRANSITIONS) == sorted(
        (name, source, end) for (name, source), end in ALLOWED.items()
    )


@pytest.mark.parametrize(
    ("name", "status", "sentence"),
    [
        ("approve", "denied", "This bypass can't be approved: it was denied. {done}"),
        ("approve", "lapsed", "This bypass can't be approved: nobody approved it in time. {done}"),
        ("deny", "withdrawn", "This bypass can't be denied: its requester has withdrawn it. {done}"),
        ("return", "expired", "This bypass can't be returned: its time has run out. {done}"),
        ("revoke", "returned", "This bypass can't be revoked: its requester has returned it. {done}"),
        ("withdraw", "revoked", "This bypass can't be withdrawn: it was revoked. {done}"),
        ("withdraw", "active", "This bypass can't be withdrawn: it is active. Return or revoke it to end it early."),
        (
            "return",
            "requested",
            "This bypass can't be returned: it still waits for approval. {waiting}",
        ),
    ],
)
def test_the_refusal_says_what_happened(name: str, status: str, sentence: str) -> None:
    done = "Nothing changes it any more: send a new request if the gate still has to open."
    waiting = "Wait for the approval, or withdraw the request."
    with pytest.raises(WrongState) as refused:
        target(name, Status(status))
    assert refused.value.sentence == sentence.format(done=done, waiting=waiting)


def test_a_transition_that_does_not_exist_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        target("extend", Status.ACTIVE)


def test_terminal_and_ended() -> None:
    assert {status.value for status in TERMINAL} == {"withdrawn", "denied", "lapsed", "expired", "returned", "revoked"}
    assert {status.value for status in ENDED} == {"expired", "returned", "revoked"}


def test_labels_for_people() -> None:
    assert [status.label for status in Status][:3] == ["Requested", "Active", "Withdrawn"]
    assert [(status.value, status.label) for status in Status] == CHOICES


@pytest.mark.parametrize(
    ("now", "status"),
    [(LATER - TICK, Status.ACTIVE), (LATER, Status.EXPIRED), (LATER + TICK, Status.EXPIRED)],
)
def test_expiry_while_worker_is_down(now: datetime, status: Status) -> None:
    assert effective(Status.ACTIVE, expires_at=LATER, lapses_at=NOW, now=now) == status


@pytest.mark.parametrize(
    ("now", "status"),
    [(LATER - TICK, Status.REQUESTED), (LATER, Status.LAPSED), (LATER + TICK, Status.LAPSED)],
)
def test_lapse_while_worker_is_down(now: datetime, status: Status) -> None:
    assert effective(Status.REQUESTED, expires_at=None, lapses_at=LATER, now=now) == status


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_terminal_states_stay_whatever_the_clock_says(status: Status) -> None:
    assert effective(status, expires_at=NOW, lapses_at=NOW, now=LATER) == status


def test_a_missing_end_holds_nothing_open() -> None:
    assert effective(Status.ACTIVE, expires_at=None, lapses_at=LATER, now=NOW) == Status.EXPIRED
    assert effective(Status.REQUESTED, expires_at=LATER, lapses_at=None, now=NOW) == Status.LAPSED


def test_the_diagram_is_the_table() -> None:
    assert diagram() == (
        "stateDiagram-v2\n"
        "    [*] --> REQUESTED\n"
        "    REQUESTED --> ACTIVE: approve (whoever gives the last needed approval)\n"
        "    REQUESTED --> WITHDRAWN: withdraw (its requester)\n"
        "    REQUESTED --> DENIED: deny (anyone who could approve it)\n"
        "    REQUESTED --> LAPSED: lapse (the clock, with nobody in time)\n"
        "    ACTIVE --> EXPIRED: expire (the clock)\n"
        "    ACTIVE --> RETURNED: return (its requester, when done)\n"
        "    ACTIVE --> REVOKED: revoke (whoever could approve it, or an admin)\n"
        "    WITHDRAWN --> [*]\n"
        "    DENIED --> [*]\n"
        "    LAPSED --> [*]\n"
        "    EXPIRED --> [*]\n"
        "    RETURNED --> [*]\n"
        "    REVOKED --> [*]\n"
    )
