"""Withdrawn, returned, revoked: by whom, when, and what is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from breakglass.actions import ending
from breakglass.errors import BadInput, Forbidden, NotFound, WrongState
from breakglass.models import Bypass
from breakglass.states import Status
from tenants import context
from tenants.actions import remove_member
from tests.cast import NOW, Cast
from tests.conftest import Approve, Ask
from tests.domain.support import MINUTE, TICK, kinds, last, refused, snapshot

LATER = NOW + 5 * MINUTE
EVERYBODY = ["rosa", "pete", "ada", "sam", "dana", "lee", "olga", "alex", "ben"]


@pytest.fixture
def opened(ask: Ask, approve: Approve) -> Bypass:
    """Open for 15 minutes from 02:08:11."""
    return approve(ask())


def test_the_requester_withdraws(acme: Cast, ask: Ask) -> None:
    bypass = ending.withdraw(bypass_id=ask().pk, by=acme.rosa, now=LATER)
    assert (bypass.status, bypass.closed_at, bypass.closed_by_id) == (Status.WITHDRAWN, LATER, acme.rosa.pk)
    assert (kinds(bypass)[1:], last(bypass)["data"]) == (["bypass.withdrawn"], {"bypass": bypass.pk})


def test_the_requester_returns(acme: Cast, opened: Bypass) -> None:
    bypass = ending.return_bypass(bypass_id=opened.pk, by=acme.rosa, now=LATER)
    assert (bypass.status, bypass.closed_at, bypass.closed_by_id) == (Status.RETURNED, LATER, acme.rosa.pk)
    assert kinds(bypass)[2:] == ["bypass.returned"]
    assert last(bypass)["data"] == {"bypass": bypass.pk, "unused_seconds": 10 * 60 + 59}


def test_a_peer_revokes(acme: Cast, opened: Bypass) -> None:
    bypass = ending.revoke(bypass_id=opened.pk, by=acme.pete, comment=" Wrong branch. ", now=LATER)
    assert (bypass.status, bypass.closed_at, bypass.closed_by_id) == (Status.REVOKED, LATER, acme.pete.pk)
    assert kinds(bypass)[2:] == ["bypass.revoked"]
    assert last(bypass)["data"] == {"bypass": bypass.pk, "comment": "Wrong branch.", "unused_seconds": 659}


def test_what_has_ended_keeps_its_window(acme: Cast, opened: Bypass) -> None:
    bypass = ending.return_bypass(bypass_id=opened.pk, by=acme.rosa, now=LATER)
    assert (bypass.starts_at, bypass.expires_at) == (opened.starts_at, opened.expires_at)


@pytest.mark.parametrize("name", [name for name in EVERYBODY if name != "rosa"])
def test_only_the_requester_withdraws(acme: Cast, ask: Ask, name: str) -> None:
    bypass, by = ask(), getattr(acme, name)
    error = refused(Forbidden, lambda: ending.withdraw(bypass_id=bypass.pk, by=by, now=LATER))
    assert error.sentence == "Only Rosa, who asked for this bypass, can withdraw it."


@pytest.mark.parametrize("name", [name for name in EVERYBODY if name != "rosa"])
def test_only_the_requester_returns(acme: Cast, opened: Bypass, name: str) -> None:
    by = getattr(acme, name)
    error = refused(Forbidden, lambda: ending.return_bypass(bypass_id=opened.pk, by=by, now=LATER))
    assert error.sentence == "Only Rosa, who asked for this bypass, can return it."


@pytest.mark.parametrize("name", ["rosa", "ada", "sam", "dana", "lee", "olga"])
def test_who_could_not_approve_does_not_revoke(acme: Cast, opened: Bypass, name: str) -> None:
    by = getattr(acme, name)
    error = refused(Forbidden, lambda: ending.revoke(bypass_id=opened.pk, by=by, comment="", now=LATER))
    assert error.sentence == "Only an admin or somebody who could approve this bypass can revoke it."


@pytest.mark.parametrize("name", ["pete", "alex", "ben"])
def test_whoever_could_approve_and_every_admin_revoke(acme: Cast, opened: Bypass, name: str) -> None:
    bypass = ending.revoke(bypass_id=opened.pk, by=getattr(acme, name), comment="", now=LATER)
    assert bypass.status == Status.REVOKED


@pytest.mark.parametrize(
    ("comment", "sentence"),
    [
        ("x" * 2001, "This is 2,001 characters long: keep it to 2,000 and link to the rest."),
        ("a\0b", "This has a control character in it: remove it, or type the text again."),
    ],
)
def test_a_comment_that_can_not_be_kept_revokes_nothing(
    acme: Cast, opened: Bypass, comment: str, sentence: str
) -> None:
    alex = acme.alex
    error = refused(BadInput, lambda: ending.revoke(bypass_id=opened.pk, by=alex, comment=comment, now=LATER))
    assert error.fields == {"comment": (sentence,)}


@pytest.mark.parametrize("act", [ending.withdraw, ending.return_bypass])
def test_a_member_who_left_ends_nothing(acme: Cast, ask: Ask, approve: Approve, act: Callable[..., Bypass]) -> None:
    rosa, bypass = acme.rosa, ask() if act is ending.withdraw else approve(ask())
    remove_member(member=rosa, by=acme.alex, now=NOW + TICK)
    refused(Forbidden, lambda: act(bypass_id=bypass.pk, by=rosa, now=LATER))


def test_double_clicks_write_nothing(acme: Cast, ask: Ask, approve: Approve) -> None:
    rosa, alex = acme.rosa, acme.alex
    withdrawn, returned, revoked = ask(branch="a"), approve(ask(branch="b")), approve(ask(branch="c"))
    acts: list[Callable[..., Bypass]] = [
        lambda **words: ending.withdraw(bypass_id=withdrawn.pk, by=rosa, **words),
        lambda **words: ending.return_bypass(bypass_id=returned.pk, by=rosa, **words),
        lambda **words: ending.revoke(bypass_id=revoked.pk, by=alex, comment="", **words),
    ]
    for act in acts:
        act(now=LATER)
    before = snapshot()
    assert [act(now=LATER + MINUTE).closed_at for act in acts] == [LATER] * 3
    assert snapshot() == before


def test_the_second_of_two_who_revoke_is_told(acme: Cast, opened: Bypass) -> None:
    ben = acme.ben
    ending.revoke(bypass_id=opened.pk, by=acme.alex, comment="", now=LATER)
    error = refused(WrongState, lambda: ending.revoke(bypass_id=opened.pk, by=ben, comment="", now=LATER))
    assert error.sentence == (
        "This bypass can't be revoked: it was revoked. Nothing changes it any more: send a new request if the gate "
        "still has to open."
    )


@pytest.mark.parametrize(("late", "works"), [(-TICK, True), (0 * TICK, False), (TICK, False)])
def test_nothing_is_returned_or_revoked_once_its_time_has_run_out(
    acme: Cast, opened: Bypass, late: timedelta, works: bool
) -> None:
    assert opened.expires_at is not None
    rosa, alex, now = acme.rosa, acme.alex, opened.expires_at + late
    if works:
        assert ending.return_bypass(bypass_id=opened.pk, by=rosa, now=now).status == Status.RETURNED
        assert last(opened)["data"]["unused_seconds"] == 0
    else:
        refused(WrongState, lambda: ending.return_bypass(bypass_id=opened.pk, by=rosa, now=now))
        refused(WrongState, lambda: ending.revoke(bypass_id=opened.pk, by=alex, comment="", now=now))


def test_another_tenants_bypass_is_not_there(globex: Cast, opened: Bypass) -> None:
    with context.entered(globex.tenant):
        gwen = globex.gwen
        refused(NotFound, lambda: ending.revoke(bypass_id=opened.pk, by=gwen, comment="", now=LATER))
        refused(NotFound, lambda: ending.note_the_clock(bypass_id=opened.pk, now=LATER))
