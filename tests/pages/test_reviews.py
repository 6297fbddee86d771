"""Approve and deny over HTTP: bound to what the page showed, refused with a sentence, never lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from audit import log
from breakglass.models import Bypass, Review
from breakglass.statements import digest
from breakglass.states import Status
from tests.cast import NOW, Cast
from tests.clock import Clock
from tests.conftest import Ask
from tests.pages.conftest import Post, of, shown

CHANGED = "This is not what the page showed when it was opened: read it again, then decide."


def kinds_about(bypass: Bypass) -> list[str]:
    """The entries about it, by kind."""
    entries = log.entries_of(str(bypass.tenant_id), about=bypass.pk)
    return [entry.kind for entry in entries]


def status_of(bypass: Bypass) -> str:
    """As stored."""
    return Bypass.objects.get(pk=bypass.pk).status


def test_an_approval_leads_back_to_the_record(acme: Cast, ask: Ask) -> None:
    bypass = ask()
    sent = {"ttl": "15m", "comment": "Go.", "statement": shown(bypass)}
    answer = acme.client("pete").post(of(bypass, "approve/"), sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, of(bypass))
    assert (status_of(bypass), Review.objects.get().comment) == (Status.ACTIVE, "Go.")


def test_the_same_approval_again_leads_there_too_and_leaves_no_second_entry(acme: Cast, ask: Ask) -> None:
    bypass = ask()
    for _ in range(2):
        sent = {"ttl": "15m", "statement": shown(bypass)}
        assert acme.client("pete").post(of(bypass, "approve/"), sent).status_code == 302
    assert kinds_about(bypass) == ["bypass.requested", "bypass.approved"]


@pytest.mark.parametrize("statement", [None, "", "sha256:" + "0" * 64, digest({"v": 1})])
def test_an_approval_of_something_else_than_was_shown_is_refused(post: Post, ask: Ask, statement: str | None) -> None:
    bypass = ask()
    sent = {} if statement is None else {"statement": statement}
    page = post("pete", of(bypass, "approve/"), ttl="15m", comment="Go on.", **sent)
    assert (page.answer.status_code, status_of(bypass)) == (409, Status.REQUESTED)
    assert (CHANGED in page.text, page.value("comment"), page.value("statement")) == (True, "Go on.", shown(bypass))


@pytest.mark.parametrize(
    ("ttl", "status", "sentence"),
    [
        (None, 400, "A duration is a number and a unit: write it like 20s, 15m, 4h or 5d."),
        ("900", 400, "A duration is a number and a unit: write it like 20s, 15m, 4h or 5d."),
        ("20m", 409, "This TTL was not among the choices on the page: choose one of them."),
        ("1h", 409, "This TTL was not among the choices on the page: choose one of them."),
    ],
)
def test_a_time_that_was_not_offered(post: Post, ask: Ask, ttl: str | None, status: int, sentence: str) -> None:
    bypass = ask(ttl="15m")
    sent = {} if ttl is None else {"ttl": ttl}
    page = post("pete", of(bypass, "approve/"), statement=shown(bypass), comment="Go on.", **sent)
    assert (page.answer.status_code, sentence in page.text) == (status, True)
    assert (status_of(bypass), page.value("comment")) == (Status.REQUESTED, "Go on.")


def test_the_chosen_time_counts(acme: Cast, ask: Ask) -> None:
    bypass = ask(ttl="4h")
    acme.client("pete").post(of(bypass, "approve/"), {"ttl": "1h", "statement": shown(bypass)})
    opened = Bypass.objects.get(pk=bypass.pk)
    assert opened.expires_at == (NOW + timedelta(hours=1, minutes=5)).replace(microsecond=0)


@pytest.mark.parametrize("sent", [{"ttl": "15m"}, {}], ids=["as the page would", "without a ttl"])
def test_nobody_approves_their_own_and_the_attempt_is_one_entry(post: Post, ask: Ask, sent: dict[str, str]) -> None:
    bypass = ask()
    for _ in range(3):
        page = post("rosa", of(bypass, "approve/"), statement=shown(bypass), **sent)
        assert page.answer.status_code == 403
        assert "You asked for this bypass yourself: somebody else has to approve it." in page.text
    assert (status_of(bypass), kinds_about(bypass)) == (Status.REQUESTED, ["bypass.requested", "review.refused"])


def test_an_admin_is_no_exception(post: Post, ask: Ask) -> None:
    bypass = ask()
    page = post("alex", of(bypass, "approve/"), ttl="15m", statement=shown(bypass))
    assert (page.answer.status_code, kinds_about(bypass)[-1]) == (403, "review.refused")


def test_a_late_approval_changes_nothing_and_is_an_entry(post: Post, ask: Ask, clock: Clock) -> None:
    bypass = ask()
    clock.now = bypass.lapses_at
    page = post("pete", of(bypass, "approve/"), ttl="15m", statement=shown(bypass), comment="Too late?")
    assert (page.answer.status_code, page.button("Sign out").disabled) == (409, False)
    assert "This bypass can't be approved: nobody approved it in time." in page.text
    assert kinds_about(bypass) == ["bypass.requested", "review.refused"]


def test_a_denial_ends_it(acme: Cast, ask: Ask) -> None:
    bypass = ask()
    answer = acme.client("pete").post(of(bypass, "deny/"), {"comment": "Roll back."})
    assert (answer.headers["Location"], status_of(bypass)) == (of(bypass), Status.DENIED)


def test_nobody_denies_their_own(post: Post, ask: Ask) -> None:
    bypass = ask()
    page = post("rosa", of(bypass, "deny/"), comment="Oops.")
    assert (page.answer.status_code, kinds_about(bypass)[-1]) == (403, "review.refused")


def test_an_overlong_comment_comes_back(post: Post, ask: Ask) -> None:
    bypass = ask()
    page = post("pete", of(bypass, "deny/"), comment="x" * 2001)
    assert (page.answer.status_code, page.value("comment")) == (400, "x" * 2001)
    assert "This is 2,001 characters long: keep it to 2,000 and link to the rest." in page.text


@pytest.mark.parametrize("act", ["approve/", "deny/", "withdraw/", "return/", "revoke/"])
def test_opening_an_act_leads_to_the_record(acme: Cast, ask: Ask, act: str) -> None:
    bypass = ask()
    answer = acme.client("pete").get(of(bypass, act))
    assert (answer.status_code, answer.headers["Location"]) == (302, of(bypass))
