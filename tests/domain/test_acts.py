"""No act without an entry, no entry without the act: for every action of the domain."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection

from audit.models import Entry
from tests.cast import Cast
from tests.conftest import Approve, Ask
from tests.domain.acting import World
from tests.domain.acts import ACTS, actions_in_the_code, name_of
from tests.domain.support import snapshot

# Told the time to answer a question, to write a part of an act or its entry, or to tidy away what can be made again.
TELLERS = (
    *("approved", "asked", "denied", "ended", "finding", "lapsed", "opened", "owed", "withdrawn"),
    *("carried_out", "consented", "not_consented", "proposed", "welcome"),
)
NO_ACTS = [
    *("asking.route", "deciding.active", "exporting.tidy_packs", "findings.close_rows", "findings.record_closed"),
    *("judging.record_verdicts", "offline.note_sync", "offline.openings", "post_mortems.add_revision"),
    *(f"telling.tell_{what}" for what in TELLERS),
    "tenants.record",
]
EVERY = [pytest.param(action, id=name_of(action)) for action in ACTS]
type Action = Callable[..., Any]
CONDITION = "NEW.kind = '{0}'"
BEFORE = "CREATE TRIGGER log_is_full BEFORE INSERT ON audit_entry"
FUNCTION = "CREATE FUNCTION log_is_full() RETURNS trigger LANGUAGE plpgsql"
REFUSE = {
    "sqlite": [f"{BEFORE} WHEN {CONDITION} BEGIN SELECT RAISE(ABORT, 'the log is full'); END"],
    "postgresql": [
        f"{FUNCTION} AS $$BEGIN IF {CONDITION} THEN RAISE EXCEPTION 'the log is full'; END IF; RETURN NEW; END$$",
        f"{BEFORE} FOR EACH ROW EXECUTE FUNCTION log_is_full()",
    ],
}


@pytest.fixture
def world(acme: Cast, ask: Ask, approve: Approve) -> World:
    return World(acme, ask, approve)


def kinds() -> list[str]:
    """Everything that was ever recorded, in every log."""
    return list(Entry.objects.order_by("log_id", "index").values_list("kind", flat=True))


@pytest.fixture
def full(db: None) -> Callable[[str], None]:
    """Have the log take no more entries of a kind: the database itself refuses them."""

    def _full(kind: str) -> None:
        connection.check_constraints()  # PostgreSQL adds no trigger while deferred checks wait
        with connection.cursor() as cursor:
            for statement in REFUSE[connection.vendor]:
                cursor.execute(statement.format(kind))

    return _full


@pytest.mark.parametrize("action", EVERY)
def test_every_act_appends_its_entries_and_no_other(world: World, action: Action) -> None:
    act = ACTS[action].arrange(world)
    before = sorted(kinds())
    act()
    assert sorted(kinds()) == sorted([*before, *ACTS[action].kinds])


@pytest.mark.parametrize("action", EVERY)
def test_an_act_whose_entry_can_not_be_written_leaves_nothing(
    world: World, full: Callable[[str], None], action: Action
) -> None:
    act = ACTS[action].arrange(world)
    full(ACTS[action].kinds[-1])
    before = snapshot()
    with pytest.raises(DatabaseError, match="the log is full"):
        act()
    assert snapshot() == before


def test_every_action_is_among_the_acts() -> None:
    assert sorted(name_of(one) for one in actions_in_the_code()) == sorted([*map(name_of, ACTS), *NO_ACTS])


def test_an_act_takes_everything_by_keyword() -> None:
    loose = [
        name_of(action)
        for action in ACTS
        for parameter in inspect.signature(action).parameters.values()
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY
    ]
    assert loose == []
