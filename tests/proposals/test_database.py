"""What the database itself refuses of proposals, whoever asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from breakglass.actions.proposing import consent
from breakglass.models import Proposal
from tests.cast import NOW, Cast
from tests.domain.planted import change, copy
from tests.domain.support import second_account
from tests.proposals.conftest import Act, grant, join, proposed

CONSENT: dict[str, Any] = {"state": "done", "decided_at": NOW}
TOLD = "A proposal carries its proposer's human and its decider's, and no other."


def refused(act: Act) -> str:
    """How the database refuses it."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        act()
    return str(caught.value)


@pytest.fixture
def waiting(running: Cast) -> Proposal:
    return proposed(join(running.sam), running.alex)


def by(member: Any) -> dict[str, Any]:
    return {"decided_by_id": member.pk, "decider_human_id": member.human_id}


def test_it_takes_two_humans(running: Cast, waiting: Proposal) -> None:
    for one in (running.alex, second_account(running.alex)):
        assert "proposal_takes_two" in refused(change(waiting, **CONSENT, **by(one)))


def test_the_clock_needs_a_time_and_not_before_it(running: Cast, waiting: Proposal) -> None:
    assert "proposal_takes_two" in refused(change(waiting, **CONSENT))
    due = copy(waiting, due_at=NOW + timedelta(days=1), digest="another")
    due()
    late = Proposal.objects.get(digest="another")
    assert "proposal_takes_two" in refused(change(late, **CONSENT))
    change(late, **CONSENT | {"decided_at": late.due_at})()


def test_the_humans_are_true(running: Cast, waiting: Proposal) -> None:
    lie = by(running.alex) | {"decider_human_id": running.ben.human_id}
    assert TOLD in refused(change(waiting, **CONSENT, **lie))
    assert TOLD in refused(copy(waiting, proposer_human_id=running.ben.human_id, digest="another"))


def test_who_and_when_are_paired(running: Cast, waiting: Proposal) -> None:
    for half in ({"decided_by_id": running.ben.pk}, {"decider_human_id": running.ben.human_id}):
        assert "proposal_decider_has_a_human" in refused(change(waiting, **CONSENT, **half))
    assert "proposal_proposer_has_a_human" in refused(copy(waiting, proposer_human_id=None, digest="another"))
    for wrong in ({"state": "refused"}, {"decided_at": NOW}):
        assert "proposal_decided_has_a_time" in refused(change(waiting, **wrong))
    assert "proposal_state_known" in refused(change(waiting, state="maybe", decided_at=NOW))


def test_what_was_proposed_never_changes(running: Cast, waiting: Proposal) -> None:
    other = grant(running.ada)
    for column, value in (
        ("kind", other.kind),
        ("payload", {}),
        ("digest", "another"),
        ("basis", {"number": 7}),
        ("proposed_by_id", second_account(running.alex).pk),
        ("proposed_at", NOW + timedelta(days=1)),
        ("due_at", NOW),
    ):
        assert "never change" in refused(change(waiting, **{column: value}))


def test_a_decision_is_final_and_none_is_born(running: Cast, waiting: Proposal) -> None:
    consent(proposal_id=waiting.pk, by=running.ben, now=NOW)
    decided = Proposal.objects.get(pk=waiting.pk)
    assert "A proposal that is decided never changes." in refused(change(decided, comment="Another word."))
    assert "A proposal begins open." in refused(copy(decided, digest="another"))


def test_rows_stay_and_the_same_waits_once(waiting: Proposal) -> None:
    with connection.cursor() as cursor:
        assert "never removed" in refused(lambda: cursor.execute("DELETE FROM breakglass_proposal"))
    assert refused(copy(waiting))


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_sqlite_does_not_replace(waiting: Proposal) -> None:
    columns = ", ".join(str(field.column) for field in Proposal._meta.concrete_fields if field.column != "id")
    statement = f"INSERT OR REPLACE INTO breakglass_proposal ({columns}) SELECT {columns} FROM breakglass_proposal"
    with connection.cursor() as cursor:
        assert "The same is open already." in refused(lambda: cursor.execute(statement))
