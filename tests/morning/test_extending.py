"""More time: a new bypass with the same consent, capped for the chain, which has one post-mortem."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from breakglass.actions import ending, extending, post_mortems, signing_off, writing
from breakglass.actions.records import find
from breakglass.errors import BadInput, Forbidden, WrongState
from breakglass.models import Bypass, PostMortem
from breakglass.statements import statement
from tests.cast import NOW, Cast
from tests.conftest import Approve
from tests.morning.conftest import MINUTE, MORNING, TEXT, at, documents, steps

DURING = NOW + 5 * MINUTE
END = at("02:23:11")
TICK = timedelta(microseconds=1)


def more(acme: Cast, bypass: Bypass, now: datetime = DURING, **words: object) -> Bypass:
    asked = {"by": acme.rosa, "ttl": None, "justification": ""} | words
    return find(extending.extend(bypass_id=bypass.pk, now=now, **asked).pk)  # type: ignore[arg-type]


def test_an_extension_asks_for_the_same_again(acme: Cast, opened: Bypass) -> None:
    longer = more(acme, opened, justification="Still failing.")
    same = ("gate_id", "service", "environment", "branch", "artifact", "rules", "whole_gate", "tier", "proposed_ttl")
    assert [getattr(longer, name) for name in same] == [getattr(opened, name) for name in same]
    assert (longer.status, longer.extends_id, longer.chain_id) == ("requested", opened.pk, opened.pk)
    assert (longer.justification, statement(longer, longer.frozen_tier)["extends"]) == ("Still failing.", opened.pk)
    assert documents(longer.pk)[0]["data"]["extends"] == opened.pk


def test_it_needs_the_same_approvals_again(acme: Cast, opened: Bypass, approve: Approve) -> None:
    longer = more(acme, opened)
    with pytest.raises(Forbidden):
        approve(longer, by="rosa", now=DURING + MINUTE)
    assert approve(longer, now=DURING + MINUTE).status == "active"


def test_a_second_click_is_the_same_request(acme: Cast, opened: Bypass) -> None:
    assert more(acme, opened) == more(acme, opened, now=DURING + MINUTE)
    assert len(documents(kind="bypass.requested")) == 2


def test_another_extension_of_the_same_is_refused(acme: Cast, opened: Bypass) -> None:
    longer = more(acme, opened)
    with pytest.raises(WrongState) as refused:
        more(acme, opened, justification="Another reason.")
    assert refused.value.sentence == f"{longer.pk} extends this bypass already: see to that one."


@pytest.mark.parametrize(
    ("now", "allowed"), [(END - TICK, True), (END, True), (END + 10 * MINUTE - TICK, True), (END + 10 * MINUTE, False)]
)
def test_it_is_offered_until_ten_minutes_after_the_end(
    acme: Cast, opened: Bypass, now: datetime, allowed: bool
) -> None:
    if allowed:
        assert more(acme, opened, now=now).extends_id == opened.pk
        return
    with pytest.raises(WrongState) as refused:
        more(acme, opened, now=now)
    assert refused.value.sentence == "This bypass ended more than 10 minutes ago: send a new request."


def test_what_never_opened_is_not_extended(acme: Cast, opened: Bypass) -> None:
    longer = more(acme, opened)
    with pytest.raises(WrongState) as refused:
        more(acme, longer)
    assert refused.value.sentence == "This bypass was never open, so there is nothing to extend: send a new request."


@pytest.mark.parametrize("name", ["pete", "ada", "olga", "alex"])
def test_only_the_requester_extends(acme: Cast, opened: Bypass, name: str) -> None:
    with pytest.raises(Forbidden) as refused:
        more(acme, opened, by=getattr(acme, name))
    assert refused.value.sentence == "Only Rosa, who asked for this bypass, can extend it."


def test_a_ttl_that_the_tier_does_not_offer_is_refused(acme: Cast, opened: Bypass) -> None:
    with pytest.raises(BadInput) as refused:
        more(acme, opened, ttl=61)
    assert refused.value.fields == {"ttl": ("The tier low does not offer that time: choose 15m, 1h, 4h.",)}


def test_an_incident_is_extended_twice_and_no_more(acme: Cast, opened: Bypass, approve: Approve) -> None:
    second = approve(more(acme, opened), now=DURING)
    third = approve(more(acme, second, now=DURING + MINUTE), now=DURING + MINUTE)
    with pytest.raises(WrongState) as refused:
        more(acme, third, now=DURING + 2 * MINUTE)
    assert refused.value.sentence == "In tier low an incident is extended at most twice: send a new request."
    assert (third.extends_id, third.chain_id) == (second.pk, opened.pk)


def test_a_denied_extension_does_not_count(acme: Cast, opened: Bypass, approve: Approve) -> None:
    for _ in range(3):
        ending.withdraw(bypass_id=more(acme, opened).pk, by=acme.rosa, now=DURING)
    assert approve(more(acme, opened), now=DURING).status == "active"


def test_the_chain_has_one_post_mortem_with_a_chapter_each(acme: Cast, opened: Bypass, approve: Approve) -> None:
    second = approve(more(acme, opened), now=DURING)
    ending.note_the_clock(bypass_id=opened.pk, now=MORNING)
    ending.note_the_clock(bypass_id=second.pk, now=MORNING)
    (owed,) = PostMortem.objects.all()
    assert (owed.bypass_id, owed.version) == (opened.pk, 2)
    assert steps(owed) == ["post-mortem.opened", "post-mortem.extended"]
    assert post_mortems.text_of(owed).count(f"## More time: `{second.pk}`") == 1
    assert post_mortems.find(second.pk) == owed


def test_nothing_is_signed_off_while_the_chain_is_open(acme: Cast, opened: Bypass, approve: Approve) -> None:
    second = approve(more(acme, opened), now=DURING)
    ending.return_bypass(bypass_id=opened.pk, by=acme.rosa, now=DURING)
    writing.write(bypass_id=opened.pk, by=acme.rosa, version=1, text=TEXT, now=DURING)
    with pytest.raises(WrongState) as refused:
        signing_off.sign_off(bypass_id=opened.pk, by=acme.pete, version=2, now=DURING)
    assert refused.value.sentence == (
        f"{second.pk} of this incident has not ended yet: sign off when its end is in the text."
    )


def test_after_the_sign_off_nothing_is_extended(acme: Cast, written: PostMortem) -> None:
    signing_off.sign_off(bypass_id=written.bypass_id, by=acme.pete, version=2, now=MORNING)
    with pytest.raises(WrongState) as refused:
        more(acme, find(written.bypass_id), now=DURING + MINUTE)
    assert refused.value.sentence == "The post-mortem of this incident is signed off, and stays as it is."


@pytest.mark.parametrize("change", ["service = 'web'", "chain_id = id", "branch = 'other'"])
def test_the_database_keeps_a_chain_true(acme: Cast, opened: Bypass, change: str) -> None:
    longer = more(acme, opened)
    columns = [str(field.column) for field in Bypass._meta.concrete_fields]
    column, _, value = change.partition(" = ")
    new = {"id": "'bg_00000000000000000000'", "digest": "'another'", column: value}
    values = ", ".join(new.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    with (
        pytest.raises(IntegrityError, match="An extension opens what the bypass before it opened"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"INSERT INTO breakglass_bypass ({names}) SELECT {values} FROM breakglass_bypass WHERE id = %s",
            [longer.pk],
        )
