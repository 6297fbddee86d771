"""The operator's admin: it makes tenants and says how they are, and shows nothing of what is in one."""

from __future__ import annotations

import os
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from breakglass import env_urls
from breakglass.admin import operator as operators
from tenants import context
from tenants.actions import remove_member, revoke_role
from tenants.models import Member, Tenant, User
from tenants.roles import Role
from tests.admin.addresses import addresses
from tests.cast import NOW, Cast
from tests.notify.conftest import free_port
from tests.pages.reading import Page
from tests.tenancy.planted import WORDS, Planted
from tests.tenancy.visitors import everything, outside, visitor

ADD, LIST = "/admin/tenants/tenant/add/", "/admin/tenants/tenant/"
INITECH = {
    "slug": "initech",
    "name": "Initech",
    "admin_email": "Milena@Initech.example",
    "admin_name": "Milena",
}


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_door_of_the_operators_admin(method: str, house: Cast, operator: Client) -> None:
    doors = addresses(operators.site)
    columns = {"signed out": 302, "stranger": 404, "rosa": 404, "alex": 404, "gate token": 302}
    found = {
        (column, door): outside(visitor(column), method, f"/admin/{door}").status_code
        for column in columns
        for door in doors
    }
    assert found == {(column, door): status for column, status in columns.items() for door in doors}
    assert {door: outside(operator, "get", f"/admin/{door}").status_code for door in doors} == dict.fromkeys(doors, 200)


def test_no_word_of_a_tenant_is_in_it(house: Cast, operator: Client, planted: Planted) -> None:
    read = "".join(everything(outside(operator, "get", f"/admin/{door}")) for door in addresses(operators.site))
    words = {*WORDS, "rosa", "ci-checks", "pbkdf2", "Alex"} - {"Acme Corporation"}
    assert {word for word in words if word in read} == set()
    assert ("Acme Corporation" in read, "Globex" in read) == (True, True)


def test_the_operator_enters_no_tenants_admin(house: Cast, operator: Client) -> None:
    found = [outside(operator, "get", f"/t/{slug}/admin/").status_code for slug in ("acme", "globex", "asme")]
    assert found == [404, 404, 404]


def test_a_tenant_is_made_and_its_admin_written_to(operator: Client) -> None:
    answer = outside(operator, "post", ADD, INITECH)
    assert (answer.status_code, answer.headers["Location"]) == (302, LIST)
    page = Page(outside(operator, "get", LIST))
    assert "Initech has its log and a first policy." in page.text
    assert "A letter with what to do next went to milena@initech.example." in page.text
    tenant = Tenant.objects.get(slug="initech")
    with context.entered(tenant):
        admin = Member.objects.select_related("user").get()
    (letter,) = mail.outbox
    assert (admin.user.name, letter.to) == ("Milena", ["milena@initech.example"])
    link = next(word for word in str(letter.body).split() if "/accounts/password/reset/key/" in word)
    assert link.startswith("http://localhost:8000/accounts/")
    assert outside(Client(), "get", link.removeprefix("http://localhost:8000")).status_code == 302
    assert link not in everything(answer) + everything(page.answer)


def test_a_letter_that_is_not_sent_is_given_to_the_operator(operator: Client, settings: Settings) -> None:
    settings.MAILERS = {"default": env_urls.mailer(f"smtp://127.0.0.1:{free_port()}")}
    page = Page(outside(operator, "post", ADD, INITECH))
    says = "The letter to milena@initech.example could not be sent: give them this link yourself"
    link = next(word for word in page.text.split() if "/accounts/password/reset/key/" in word)
    assert (page.answer.status_code, says in page.text, Tenant.objects.filter(slug="initech").count()) == (200, True, 1)
    assert outside(Client(), "get", link.removeprefix("http://localhost:8000")).status_code == 302
    assert link not in everything(outside(operator, "get", LIST))


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("slug", "acme", "There is a tenant acme already: choose another slug."),
        ("slug", "Initech!", "Use 2 to 40 lower-case letters, digits and dashes."),
        ("admin_email", "milena", "Write one e-mail address, as in alex@acme.example."),
        ("admin_email", "operator@example.org", "This is the operator's account, which has no rights inside a tenant"),
        ("name", "", "This field is required."),
        ("admin_name", "x" * 101, "at most 100 characters"),
    ],
)
def test_a_tenant_that_is_refused_is_still_typed(field: str, typed: str, sentence: str, operator: Client) -> None:
    before = Tenant.objects.count()
    page = Page(outside(operator, "post", ADD, INITECH | {field: typed}))
    assert (page.answer.status_code, sentence in page.text) == (400, True)
    assert {name: page.value(name) for name in INITECH} == INITECH | {field: typed}
    assert (Tenant.objects.count(), mail.outbox) == (before, [])


def test_its_first_page_only_shows(operator: Client) -> None:
    assert outside(operator, "post", "/admin/").status_code == 405


def test_a_tenant_is_never_changed_or_deleted(house: Cast, operator: Client) -> None:
    page = f"{LIST}{house.tenant.pk}/change/"
    assert outside(operator, "post", page, INITECH).status_code == 403
    outside(operator, "post", LIST, {"action": "delete_selected", "_selected_action": [house.tenant.pk], "post": "yes"})
    assert Tenant.objects.get(pk=house.tenant.pk).name == "Acme Corporation"


def test_a_tenant_without_an_admin_is_not_well(house: Cast, operator: Client) -> None:
    assert Page(outside(operator, "get", LIST)).text.count("Well.") == 2
    with context.entered(house.tenant):
        remove_member(member=house.ben, by=None, now=NOW)
        revoke_role(member=house.alex, role=Role.ADMIN, by=None, now=NOW)
    page = Page(outside(operator, "get", LIST))
    assert (page.text.count("Well."), page.text.count("Nobody is its admin.")) == (1, 1)


def test_the_command_makes_an_operator(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "DJANGO_SUPERUSER_PASSWORD", "a password that is long enough")
    call_command("createsuperuser", email="Ops@Example.org", name="Ops", interactive=False, stdout=StringIO())
    user = User.objects.get(email="ops@example.org")
    client = Client()
    client.force_login(user)
    assert (user.is_staff, outside(client, "get", "/admin/").status_code) == (True, 200)
