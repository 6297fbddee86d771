"""A session that ended while somebody typed: they sign in, and it is there again."""

from __future__ import annotations

from django.test import Client

from breakglass.models import Bypass, Review
from tests.cast import ASK, Cast
from tests.conftest import Ask
from tests.pages.conftest import fields, of, path, shown
from tests.pages.reading import Page

FORM = path("bypasses/new")
KEPT = "What you typed before you signed in again is here"


def test_a_request_is_there_again_once(acme: Cast) -> None:
    client = Client()
    answer = client.post(FORM, fields(justification="Two\nlines.", rule=["b", "a"], whole_gate=""))
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        f"/accounts/login/?next={FORM.replace('/', '%2F')}",
    )
    assert "What you typed is kept" in Page(client.get(answer.headers["Location"])).text
    client.force_login(acme.rosa.user)
    page = Page(client.get(FORM))
    assert (KEPT in page.text, page.value("justification"), page.value("rule")) == (True, "Two\nlines.", "b\na")
    assert Bypass.objects.count() == 0
    again = Page(client.get(FORM))
    assert (KEPT in again.text, again.value("justification")) == (False, "")


def test_a_comment_is_there_again_and_nothing_was_decided(acme: Cast, ask: Ask) -> None:
    bypass, client = ask(ttl="4h"), Client()
    sent = {"ttl": "1h", "comment": "Go, and call me.", "statement": shown(bypass)}
    client.post(of(bypass, "approve/"), sent)
    client.force_login(acme.pete.user)
    answer = client.get(of(bypass, "approve/"), follow=True)
    page = Page(answer)
    assert (answer.redirect_chain, KEPT in page.text) == ([(of(bypass), 302)], True)
    assert (page.value("comment"), page.value("ttl"), Review.objects.count()) == ("Go, and call me.", "1h", 0)


def test_the_draft_of_one_form_is_not_shown_in_another(acme: Cast, ask: Ask) -> None:
    bypass, other, client = ask(), ask(justification="Another."), Client()
    client.post(of(bypass, "deny/"), {"comment": "No."})
    client.force_login(acme.pete.user)
    assert Page(client.get(of(other))).value("comment") == ""
    assert Page(client.get(of(bypass))).value("comment") == "No."


def test_a_form_of_another_session_is_not_sent_and_its_text_is_kept(acme: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(acme.rosa.user)
    refused = Page(client.post(FORM, fields(justification="Typed for an hour.")))
    assert (refused.answer.status_code, Bypass.objects.count(), FORM in refused.links) == (403, 0, True)
    assert "Your text is kept: open the page again, look at it, and send it." in refused.text
    assert Page(client.get(FORM)).value("justification") == "Typed for an hour."


def test_a_password_is_never_kept(db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    refused = Page(client.post("/accounts/login/", {"login": "rosa@acme.example", "password": "secret"}))
    assert (refused.answer.status_code, "Go back: your text is still there." in refused.text) == (403, True)
    assert "draft" not in client.session


def test_signed_out_a_tenant_that_exists_answers_as_one_that_does_not(acme: Cast) -> None:
    for address in ("", "queue/", "bypasses/new", "audit/"):
        answers = [Client().get(f"/t/{tenant}/{address}") for tenant in ("acme", "invented")]
        assert [answer.status_code for answer in answers] == [302, 302]
        places = [answer.headers["Location"].replace("acme", "invented") for answer in answers]
        assert places[0] == places[1]


def test_what_is_kept_is_what_was_typed(acme: Cast) -> None:
    client = Client()
    client.post(FORM, fields())
    assert client.session["draft"]["path"] == FORM
    assert ASK.justification.split()[0] in client.session["draft"]["fields"]
