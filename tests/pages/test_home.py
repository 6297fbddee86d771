"""The start page: to sign-in, to the only tenant, or a choice."""

from __future__ import annotations

from django.test import Client

from tenants import context
from tenants.actions import add_member, remove_member
from tenants.models import User
from tenants.roles import Role
from tests.cast import NOW, Cast
from tests.pages.reading import Page


def test_signed_out_it_leads_to_sign_in(db: None) -> None:
    assert Client().get("/").headers["Location"] == "/accounts/login/?next=/"


def test_with_one_tenant_it_leads_there(acme: Cast) -> None:
    assert acme.client("rosa").get("/").headers["Location"] == "/t/acme/"


def test_with_two_it_is_a_choice(acme: Cast, globex: Cast) -> None:
    with context.entered(globex.tenant):
        add_member(user=acme.rosa.user, roles=[Role.AUDITOR], by=None, now=NOW)
    page = Page(acme.client("rosa").get("/"))
    assert [link for link in page.links if link.startswith("/t/")] == ["/t/acme/", "/t/globex/"]


def test_without_any_it_says_whom_to_ask(acme: Cast) -> None:
    remove_member(member=acme.pete, by=None, now=NOW)
    client = Client()
    client.force_login(User.objects.get(email="pete@acme.example"))
    assert "You are no member of any tenant. Ask an admin" in Page(client.get("/")).text
