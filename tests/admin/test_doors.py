"""Every address of both admins, whoever knocks: admins of that tenant alone get in, and nobody else reads a word."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.contrib.admin.utils import quote
from django.test import Client, RequestFactory
from django.urls import clear_script_prefix, get_script_prefix, get_urlconf, reverse, set_script_prefix

from breakglass.admin import operator, tenant
from breakglass.admin.addresses import mounted
from breakglass.admin.records import RECORDS
from tests.admin.addresses import addresses, first
from tests.admin.conftest import Browser
from tests.cast import Cast
from tests.pages.reading import Page
from tests.tenancy.planted import WORDS, Planted
from tests.tenancy.visitors import everything, outside, still, visitor

COLUMNS = {
    "signed out": 302,
    "stranger": 404,
    "their admin": 404,
    "rosa": 403,
    "pete": 403,
    "ada": 403,
    "olga": 403,
    "gate token": 302,
    "their token": 302,
}
CLOSED = [
    *("login/", "logout/", "password_change/", "password_change/done/", "autocomplete/", "r/1/1/", "nothing/"),
    *("breakglass/gate/1/delete/", "breakglass/gate/1/history/", "breakglass/bypass/add/", "auth/user/"),
    *("tenants/user/", "tenants/tenant/1/delete/", "auth/group/", "django_q/schedule/", "django_q/schedule/add/"),
    *("account/emailaddress/", "sessions/session/", "admin/logentry/", "audit/entry/", "breakglass/heartbeat/"),
]


def test_these_models_are_in_the_tenants_admin_and_no_others() -> None:
    assert {model._meta.label for model in tenant.site._registry} == {
        *("breakglass.Gate", "breakglass.GateCredential", "breakglass.PostMortemTemplate", "breakglass.Webhook"),
        *("breakglass.Bypass", "breakglass.Review", "breakglass.Check", "breakglass.Deploy", "breakglass.Finding"),
        *("breakglass.PolicyVersion", "breakglass.PostMortem", "breakglass.Pack", "breakglass.Message"),
        *("tenants.Member", "tenants.Group"),
    }


def test_tenants_are_in_the_operators_admin_and_nothing_else() -> None:
    assert [model._meta.label for model in operator.site._registry] == ["tenants.Tenant"]


def test_no_package_has_an_admin_anywhere() -> None:
    assert list(django_admin.site._registry) == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_door_of_the_tenants_admin(method: str, house: Cast, planted: Planted) -> None:
    doors = addresses(tenant.site, house)
    found = {
        (column, door): outside(visitor(column), method, f"/t/acme/admin/{door}").status_code
        for column in COLUMNS
        for door in doors
    }
    assert found == {(column, door): status for column, status in COLUMNS.items() for door in doors}


def test_an_admin_opens_all_of_it(alex: Browser, planted: Planted) -> None:
    doors = addresses(tenant.site, alex.cast)
    assert {door: alex.get(door).answer.status_code for door in doors} == dict.fromkeys(doors, 200)


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_is_closed_is_not_there(method: str, alex: Browser, operator: Client) -> None:
    found = {
        (address, base): outside(client, method, f"{base}{address}").status_code
        for address in CLOSED
        for client, base in ((alex.client, alex.base), (operator, "/admin/"))
    }
    assert found == dict.fromkeys(found, 404)


def test_no_word_gets_out(house: Cast, planted: Planted) -> None:
    for door in addresses(tenant.site, house):
        for column in ("signed out", "stranger", "their admin", "their token"):
            answer = outside(visitor(column), "get", f"/t/acme/admin/{door}")
            read = everything(answer).replace(planted.active.pk, "").replace(planted.waiting.pk, "")
            read = read.replace(door, "")
            assert (door, column, [word for word in WORDS if word in read]) == (door, column, [])


def test_the_words_can_be_read_inside(alex: Browser, planted: Planted) -> None:
    read = "".join(everything(alex.get(door).answer) for door in addresses(tenant.site, alex.cast))
    assert [word for word in WORDS if word not in read and word not in {"Olga", "quicksilver"}] == []


def test_an_admin_reads_no_word_of_another_tenant(alex: Browser, theirs: Planted, planted: Planted) -> None:
    read = "".join(everything(alex.get(door).answer) for door in addresses(tenant.site, alex.cast))
    words = {"@globex.example", "Globex", "Gwen", theirs.active.pk, theirs.waiting.pk}
    assert {word for word in words if word in read} == set()


@pytest.mark.parametrize(
    "address", ["", "breakglass/gate/", "breakglass/gate/1/change/", "no/such/", "breakglass/gate"]
)
@pytest.mark.parametrize("column", ["signed out", "stranger", "their token"])
def test_an_invented_tenant_answers_like_a_real_one(column: str, address: str, house: Cast) -> None:
    seen = [
        still(everything(outside(visitor(column), "get", f"/t/{slug}/admin/{address}"))).replace(slug, "")
        for slug in ("acme", "asme")
    ]
    assert seen[0] == seen[1]


@pytest.mark.parametrize("model", tenant.site._registry, ids=lambda model: model.__name__)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_row_of_another_tenant_is_not_there(
    method: str, model: Any, alex: Browser, planted: Planted, theirs: Planted
) -> None:
    place = f"{model._meta.app_label}/{model._meta.model_name}"
    other, before = first(model, Cast("globex")), alex.size()
    answer = outside(alex.client, method, f"{alex.base}{place}/{quote(other)}/change/", {"_save": "Save"})
    acting: Any = tenant.site._registry[model]
    refused = 404 if method == "get" or acting.may_change or acting.actions else 403
    assert (answer.status_code, alex.size()) == (refused, before)


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_a_record_is_only_looked_at(model: Any, alex: Browser, planted: Planted) -> None:
    page = f"{model._meta.app_label}/{model._meta.model_name}/{quote(first(model, alex.cast))}/change/"
    shown = alex.get(page)
    sent = {"_save": "Save", "status": "revoked", "subject": "Nothing.", "_saveasnew": "1", "action": "delete_selected"}
    answer, before = alex.post(page, **sent), everything(alex.get(page).answer)
    assert (answer.status_code, b"Nothing was changed" in answer.content) == (403, True)
    assert (still(everything(shown.answer)), [b for b in shown.buttons if b.label == "Save"]) == (still(before), [])


def test_every_page_shows_what_is_active(alex: Browser, planted: Planted) -> None:
    for door in addresses(tenant.site, alex.cast):
        if door != "jsi18n/":
            page = alex.get(door)
            assert (door, f"/t/acme/bypasses/{planted.active.pk}/" in page.links) == (door, True)
            assert "ci-checks is open" in page.text


def test_every_link_of_every_page_leads_somewhere(alex: Browser, planted: Planted) -> None:
    links = {
        link
        for door in addresses(tenant.site, alex.cast)
        if door != "jsi18n/"
        for link in alex.get(door).links
        if link.startswith("/")
    }
    found = {link: outside(alex.client, "get", link).status_code for link in links}
    assert {link: status for link, status in found.items() if status != 200} == {}
    assert {link.split("/")[1] for link in links} == {"t"}
    assert all(link.startswith("/t/acme/") for link in links)


def test_a_portal_below_a_path_has_its_admin_there(alex: Browser, planted: Planted) -> None:
    set_script_prefix("/portal/")  # as a server's process does; the test client leaves it alone
    try:
        page = Page(alex.client.get(f"{alex.base}breakglass/gate/"))
    finally:
        clear_script_prefix()
    links = {link for link in page.links if link.startswith("/")}
    assert {link for link in links if not link.startswith("/portal/t/acme/")} == set()
    assert f"/portal/t/acme/bypasses/{planted.active.pk}/" in links


def test_the_addresses_of_an_admin_are_in_force_for_its_thread_alone(house: Cast) -> None:
    seen: list[object] = []

    def look() -> None:
        seen.append((get_urlconf(), get_script_prefix(), reverse("home")))

    with mounted(RequestFactory().get("/"), "breakglass.admin.tenant_urls", "/t/acme/admin/"):
        seen.append(reverse("admin:index"))
        other = threading.Thread(target=look)
        other.start()
        other.join()
    look()
    assert seen == ["/t/acme/admin/", (None, "/", "/"), (None, "/", "/")]


@pytest.mark.parametrize("address", ["", "nothing/", "breakglass/gate/999999/change/", "breakglass/bypass/?o=x&e=1"])
def test_they_are_out_of_force_after_a_page_and_after_a_failure(address: str, alex: Browser) -> None:
    alex.client.get(alex.base + address)
    assert (get_urlconf(), get_script_prefix()) == (None, "/")
