"""A session that ended while somebody typed: what they sent is there again after sign-in, once, and only there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory

from tenants import drafts
from tenants.models import User
from tests.cast import Cast
from tests.tenancy.visitors import sign_in

FORM = "/t/acme/bypasses/new"
TYPED = {"justification": "Vermilion outage.\r\nSecond line <b>&amp;</b>", "rule": ["one", "two"], "gate": "ci-checks"}
KEPT = "What you typed before you signed in again is here"


def kept(client: Client) -> Any:
    """What the browser's session holds of a draft."""
    return client.session.get(drafts.KEY)


def test_what_was_typed_is_shown_after_sign_in(rosa: User) -> None:
    client = Client()
    answer = client.post(FORM, TYPED)
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "/accounts/login/?next=%2Ft%2Facme%2Fbypasses%2Fnew",
    )
    assert sign_in(client, next=FORM) == FORM
    page = client.get(FORM).content.decode()
    assert (page.count("Vermilion outage."), page.count(KEPT)) == (1, 1)
    assert "&lt;b&gt;&amp;amp;&lt;/b&gt;" in page


def test_it_is_shown_once(rosa: User) -> None:
    client = Client()
    client.post(FORM, TYPED)
    sign_in(client)
    client.get(FORM)
    page = client.get(FORM).content.decode()
    assert (page.count("Vermilion outage."), page.count(KEPT)) == (0, 0)


def test_every_field_is_kept_but_the_forms_token(house: Cast) -> None:
    client = Client()
    client.post(FORM, TYPED | {"csrfmiddlewaretoken": "secret"})
    request = RequestFactory().get(FORM)
    request.session = client.session
    found = drafts.take(request, FORM)
    assert found is not None
    assert dict(found.lists()) == {
        "justification": [TYPED["justification"]],
        "rule": ["one", "two"],
        "gate": ["ci-checks"],
    }


def test_it_is_given_for_its_own_path_only(house: Cast) -> None:
    client = Client()
    client.post(FORM, TYPED)
    request = RequestFactory().get(FORM)
    request.session = client.session
    assert drafts.take(request, "/t/globex/bypasses/new") is None
    assert drafts.take(request, FORM) is not None
    assert drafts.take(request, FORM) is None


def test_another_tenants_form_does_not_show_it(rosa: User, globex: Cast) -> None:
    client = Client()
    client.post("/t/globex/bypasses/new", TYPED)
    sign_in(client)
    assert "Vermilion" not in client.get(FORM).content.decode()


@pytest.mark.parametrize("path", ["/", "/livez", "/t/acme/api/v1/check", "/t/acme/api/v1/deploys", "/accounts/login/"])
def test_only_a_members_page_keeps_anything(path: str, house: Cast) -> None:
    client = Client()
    client.post(path, TYPED)
    assert kept(client) is None


def test_an_unknown_address_keeps_nothing(house: Cast) -> None:
    client = Client()
    assert (client.post("/t/acme/nothing", TYPED).status_code, kept(client)) == (404, None)


def test_a_member_who_is_signed_in_keeps_nothing(house: Cast) -> None:
    client = house.client("rosa")
    client.post(FORM, TYPED)
    assert kept(client) is None


def test_a_real_tenant_and_an_invented_one_answer_alike(house: Cast) -> None:
    seen = []
    for tenant in ("acme", "asme"):
        client = Client()
        answer = client.post(f"/t/{tenant}/bypasses/new", TYPED)
        headers = {name: value.replace(tenant, "<tenant>") for name, value in answer.items()}
        cookies = re.sub(r"=\w+|expires=[\w, :]+", "", str(answer.cookies))
        draft = {name: value.replace(tenant, "<tenant>") for name, value in kept(client).items()}
        seen.append((answer.status_code, headers, cookies, draft, answer.content))
    assert seen[0] == seen[1]


@pytest.mark.parametrize(("more", "fits"), [(0, True), (1, False)])
def test_more_than_any_form_takes_is_not_kept(more: int, fits: bool, house: Cast) -> None:
    client = Client()
    answer = client.post(FORM, {"justification": "x" * (drafts.MOST - len("justification=") + more)})
    assert (answer.status_code, kept(client) is not None) == (302, fits)


def test_a_justification_of_64_kib_is_kept(rosa: User) -> None:
    client = Client()
    client.post(FORM, {"justification": "é" * 32 * 1024})
    sign_in(client)
    assert client.get(FORM).content.decode().count("é") == 32 * 1024


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("&".join(f"f{number}=1" for number in range(1001)), "application/x-www-form-urlencoded", 400),
        ("x=" + "y" * 1024 * 1024, "application/x-www-form-urlencoded", 413),
        ("--x\r\nnot a part", "multipart/form-data", 400),
        ("--x--", "multipart/form-data; boundary=" + "x" * 300, 400),
    ],
    ids=["many fields", "a megabyte", "no boundary", "a long boundary"],
)
def test_what_no_browser_sends_is_refused_and_keeps_nothing(body: str, kind: str, status: int, house: Cast) -> None:
    client = Client()
    answer = client.post(FORM, body, content_type=kind)
    assert (answer.status_code, Session.objects.count()) == (status, 0)


def test_signing_out_forgets_it(rosa: User) -> None:
    client = Client()
    client.post(FORM, TYPED)
    sign_in(client)
    client.post("/accounts/logout/")
    sign_in(client)
    assert KEPT not in client.get(FORM).content.decode()


def test_the_token_of_the_form_is_needed_to_keep_anything(house: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    assert (client.post(FORM, TYPED).status_code, Session.objects.count()) == (403, 0)
