"""Pages for what can't be answered: one look, a sentence, and a way on."""

from __future__ import annotations

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.test import Client, RequestFactory

from breakglass.views import errors
from tests.cast import Cast
from tests.pages.conftest import Get, path
from tests.pages.reading import Page


def test_404_says_what_to_do(get: Get) -> None:
    page = get("rosa", path("nothing"))
    assert "404 Not found Nothing is here that you can see. Check the link" in page.text
    assert page.answer.headers["Cache-Control"] == "private, no-store"


def test_403_says_who_may(get: Get) -> None:
    assert "403 Not allowed This page is for auditors and admins." in get("rosa", path("audit/")).text


def test_400_keeps_djangos_reasons_to_itself() -> None:
    page = Page(errors.bad_request(RequestFactory().get("/"), SuspiciousOperation("header x is odd")))
    assert (page.answer.status_code, "odd" in page.text) == (400, False)
    assert "The portal can't read what was sent." in page.text


def test_a_post_of_more_than_is_read_is_a_page(acme: Cast) -> None:
    answer = acme.client("rosa").post(path("bypasses/new"), {"justification": "x" * 1_100_000})
    assert (answer.status_code, "This is more than a form may hold" in Page(answer).text) == (413, True)


def test_500_is_a_page_even_without_a_database(monkeypatch: pytest.MonkeyPatch, acme: Cast) -> None:
    def dead(**_: object) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("breakglass.actions.deciding.active", dead)
    client = acme.client("rosa")
    client.raise_request_exception = False
    page = Page(client.get(path()))
    assert (page.answer.status_code, "Something broke in the portal" in page.text) == (500, True)


def test_a_method_that_no_view_takes_is_refused(acme: Cast) -> None:
    assert acme.client("rosa").post(path("queue/")).status_code == 405
    assert acme.client("rosa").delete(path("bypasses/new")).status_code == 405


@pytest.mark.parametrize("address", ["login/", "signup/", "password/reset/", "password/reset/done/"])
def test_pages_of_the_accounts_have_the_same_look(db: None, address: str) -> None:
    page = Page(Client().get(f"/accounts/{address}"))
    assert (page.answer.status_code, b"breakglass.css" in page.answer.content) == (200, True)
    assert "contact us" not in page.text


def test_nobody_signs_up(db: None) -> None:
    assert "Nobody signs up here" in Page(Client().get("/accounts/signup/")).text
    sent = {"email": "eve@acme.example", "password1": "a long enough password", "password2": "a long enough password"}
    assert "Nobody signs up here" in Page(Client().post("/accounts/signup/", sent)).text


def test_sign_in_says_the_same_for_a_member_and_for_nobody(acme: Cast) -> None:
    said = []
    for email in ("rosa@acme.example", "nobody@invented.example"):
        answer = Client().post("/accounts/login/", {"login": email, "password": "wrong"})
        said.append((answer.status_code, Page(answer).text))
    assert said[0] == said[1]
