"""The way in: nobody signs up, nobody is sent elsewhere, and nobody learns who or what exists."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from tenants.models import User
from tests.cast import Cast
from tests.tenancy.visitors import PASSWORD, everything, outside, sign_in, still

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example",
    "http:///evil.example",
    "https://localhost:8000.evil.example/",
    "https://localhost:8000@evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "\thttps://evil.example",
    "/%09/evil.example",
]


def test_the_sign_up_page_says_that_nobody_signs_up(house: Cast) -> None:
    page = Client().get("/accounts/signup/")
    assert (page.status_code, b"<form" in page.content, b"Nobody signs up here" in page.content) == (200, False, True)


@pytest.mark.parametrize("email", ["new@acme.example", "rosa@acme.example"])
def test_a_post_to_sign_up_makes_no_account(email: str, house: Cast) -> None:
    before = list(User.objects.order_by("pk").values())
    fields = {"email": email, "password1": PASSWORD, "password2": PASSWORD}
    answer = Client().post("/accounts/signup/", fields)
    assert (answer.status_code, b"Nobody signs up here" in answer.content) == (200, True)
    assert (list(User.objects.order_by("pk").values()), mail.outbox) == (before, [])


@pytest.mark.parametrize("path", ["/accounts/email/", "/accounts/confirm-email/", "/accounts/confirm-email/x:y:z/"])
def test_nobody_changes_their_own_address(path: str, house: Cast) -> None:
    client = house.client("rosa")
    for fields in (
        {"action_add": "", "email": "ceo@acme.example"},
        {"action_primary": "", "email": "ceo@acme.example"},
    ):
        assert client.post(path, fields).status_code == 404
    assert house.rosa.user.email == "rosa@acme.example"


def test_who_signs_in_goes_where_they_wanted_to(rosa: User) -> None:
    assert sign_in(Client(), next="/t/acme/queue/?a=b") == "/t/acme/queue/?a=b"


def test_without_a_wish_they_go_home(rosa: User) -> None:
    assert sign_in(Client()) == "/"


def leads_away(location: str) -> bool:
    """Whether a browser would leave the portal: it reads a backslash as a slash and drops tabs."""
    seen = location.replace("\\", "/").replace("\t", "")
    return not seen.startswith("/") or seen.startswith("//")


@pytest.mark.parametrize("wish", ELSEWHERE)
def test_nobody_is_sent_elsewhere(wish: str, rosa: User) -> None:
    client = Client()
    by_form = sign_in(client, next=wish)
    again = client.get("/accounts/login/", {"next": wish}).headers["Location"]
    by_query = client.post("/accounts/logout/", query_params={"next": wish}).headers["Location"]
    out = [place for place in (by_form, again, by_query) if leads_away(place)]
    assert out == []


def test_the_right_password_signs_in_and_the_wrong_one_does_not(rosa: User) -> None:
    client = Client()
    wrong = client.post("/accounts/login/", {"login": rosa.email, "password": "not the password"})
    assert (wrong.status_code, "_auth_user_id" in client.session) == (200, False)
    assert (sign_in(client), client.session["_auth_user_id"]) == ("/", str(rosa.pk))


def test_the_session_id_changes_at_sign_in(rosa: User) -> None:
    client = Client()
    client.post("/t/acme/bypasses/new", {"justification": "typed"})
    planted = client.cookies["sessionid"].value
    sign_in(client)
    assert client.cookies["sessionid"].value != planted
    other = Client()
    other.cookies["sessionid"] = planted
    assert other.get("/t/acme/").headers["Location"] == "/accounts/login/?next=/t/acme/"


def test_a_wrong_password_and_an_unknown_account_are_the_same(rosa: User) -> None:
    pages = [
        outside(Client(), "post", "/accounts/login/", {"login": email, "password": "not the password"})
        for email in ("rosa@acme.example", "nobo@acme.example")
    ]
    texts = [still(everything(page)).replace("nobo@", "rosa@") for page in pages]
    assert texts[0] == texts[1]
    assert "No account has this address and this password: check both, or set another password." in texts[0]


def test_a_forgotten_password_is_mailed_to_its_owner_and_to_nobody_else(rosa: User) -> None:
    answers = [
        outside(Client(), "post", "/accounts/password/reset/", {"email": email})
        for email in ("rosa@acme.example", "stranger@elsewhere.example")
    ]
    assert still(everything(answers[0])) == still(everything(answers[1]))
    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["rosa@acme.example"], "Set your password of Breakglass")
    ]
    assert "Somebody asked for a link to set the password of rosa@acme.example." in str(mail.outbox[0].body)


def test_the_mail_leads_to_this_portal_whatever_host_was_asked(rosa: User) -> None:
    answer = Client().post("/accounts/password/reset/", {"email": rosa.email}, headers={"Host": "evil.example"})
    assert (answer.status_code, mail.outbox) == (400, [])


def test_a_session_ends_at_sign_out(rosa: User) -> None:
    client = Client()
    sign_in(client)
    stolen = client.cookies["sessionid"].value
    client.post("/accounts/logout/")
    other = Client()
    other.cookies["sessionid"] = stolen
    assert other.get("/t/acme/").status_code == 302


@pytest.mark.parametrize("path", ["/t/acme/", "/t/acme/queue/", "/t/acme/audit/1/0/", "/t/acme/bypasses/new?gate=x"])
def test_signed_out_a_tenant_is_like_an_invented_one(path: str, house: Cast) -> None:
    real = outside(Client(), "get", path)
    invented = outside(Client(), "get", path.replace("acme", "asme"))
    assert everything(real) == everything(invented).replace("asme", "acme")
    assert real.status_code == 302
