"""Withdraw, return and revoke over HTTP."""

from __future__ import annotations

import pytest

from breakglass.models import Bypass
from breakglass.states import Status
from tests.cast import Cast
from tests.clock import Clock
from tests.conftest import Approve, Ask
from tests.pages.conftest import Get, Post, of

ENDS = [("rosa", "return/", Status.RETURNED), ("pete", "revoke/", Status.REVOKED), ("alex", "revoke/", Status.REVOKED)]


@pytest.mark.parametrize("end", ENDS)
def test_an_end_leads_back_to_the_record(acme: Cast, ask: Ask, approve: Approve, end: tuple[str, str, Status]) -> None:
    who, act, status = end
    bypass = approve(ask())
    for _ in range(2):
        answer = acme.client(who).post(of(bypass, act), {"comment": "Done."})
        assert (answer.status_code, answer.headers["Location"]) == (302, of(bypass))
    assert Bypass.objects.get(pk=bypass.pk).status == status


def test_a_record_says_that_it_ended_before_its_time(
    acme: Cast, ask: Ask, approve: Approve, get: Get, clock: Clock
) -> None:
    bypass = approve(ask())
    clock.forward(minutes=5)
    acme.client("rosa").post(of(bypass, "return/"))
    assert get("rosa", of(bypass)).text.count("before its end at") == 1


def test_a_request_is_withdrawn_by_its_requester(acme: Cast, ask: Ask) -> None:
    bypass = ask()
    assert acme.client("rosa").post(of(bypass, "withdraw/")).headers["Location"] == of(bypass)
    assert Bypass.objects.get(pk=bypass.pk).status == Status.WITHDRAWN


@pytest.mark.parametrize(("who", "act"), [("pete", "return/"), ("rosa", "revoke/"), ("olga", "revoke/")])
def test_others_are_refused_with_the_sentence_of_the_button(
    post: Post, ask: Ask, approve: Approve, who: str, act: str
) -> None:
    bypass = approve(ask())
    page = post(who, of(bypass, act), comment="Please.")
    label = {"return/": "Done: shut the gate", "revoke/": "Revoke: shut the gate"}[act]
    assert (page.answer.status_code, page.text.count(page.refusal(label))) == (403, 2)
    assert Bypass.objects.get(pk=bypass.pk).status == Status.ACTIVE


def test_after_the_end_there_is_nothing_to_end(post: Post, ask: Ask, approve: Approve, clock: Clock) -> None:
    bypass = approve(ask())
    clock.forward(hours=1)
    page = post("rosa", of(bypass, "return/"))
    assert page.answer.status_code == 409
    assert "This bypass can't be returned: its time has run out." in page.text
