"""Address by address, who gets in; and that nobody outside a tenant ever reads a word of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tenants import context
from tenants.actions import remove_member, revoke_role
from tenants.models import User
from tenants.roles import Role
from tests.cast import NOW, Cast
from tests.tenancy.planted import WORDS, Planted
from tests.tenancy.table import ACCOUNTS, COLUMNS, OUTSIDE, TABLE, Row
from tests.tenancy.visitors import everything, outside, still, visit, visitor

GET_ROWS = [row for row in TABLE if row.method == "get"]
OF_NO_TENANT = {"home", "styleguide", "livez", "readyz", "authzen-configuration", "operator", "operator-page"}
TENANT_ROWS = [row for row in TABLE if row.name not in OF_NO_TENANT]
POSTS = {row.name for row in TABLE if row.method == "post"}


def patterns(found: list[URLPattern | URLResolver] | None = None) -> Iterator[URLPattern]:
    """Every pattern of the portal."""
    for pattern in get_resolver().url_patterns if found is None else found:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns)
        else:
            yield pattern


def answers(row: Row, planted: Planted, columns: tuple[str, ...] = COLUMNS) -> dict[str, HttpResponse]:
    """The row's answer to each column, each from the same state of the database."""
    return {column: visit_once(visitor(column), row, planted) for column in columns}


def visit_once(client: Client, row: Row, planted: Planted, tenant: str = "acme") -> HttpResponse:
    """One visit that leaves nothing behind."""
    before = transaction.savepoint_create()
    answer = visit(client, row, planted, tenant)
    transaction.savepoint_rollback(before)
    return answer


def test_every_address_has_a_row() -> None:
    ours = {pattern.name for pattern in patterns() if not pattern.callback.__module__.startswith("allauth.")}
    assert ours == {row.name for row in TABLE}


def test_only_these_addresses_of_allauth_are_open() -> None:
    theirs = [pattern.name for pattern in patterns() if pattern.callback.__module__.startswith("allauth.")]
    assert sorted(theirs, key=str) == sorted(ACCOUNTS)


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_the_door(row: Row, house: Cast, planted: Planted) -> None:
    found = {column: answer.status_code for column, answer in answers(row, planted).items()}
    assert found == row.expected()


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_no_word_gets_out(row: Row, house: Cast, planted: Planted) -> None:
    for column, answer in answers(row, planted, OUTSIDE).items():
        read = everything(answer).replace(row.asked(planted), "<what they asked for>")
        assert (column, [word for word in WORDS if word in read]) == (column, [])


def test_the_words_can_be_read_inside(house: Cast, planted: Planted) -> None:
    read = "".join(everything(visit(visitor(who), row, planted)) for row in GET_ROWS for who in ("olga", "gate token"))
    assert [word for word in WORDS if word not in read] == []


@pytest.mark.parametrize("row", TENANT_ROWS, ids=str)
def test_a_member_reads_no_word_of_another_tenant(row: Row, house: Cast, theirs: Planted) -> None:
    answer = visit(visitor("gate token" if row.name.startswith("api-") else "pete"), row, theirs)
    read = everything(answer).replace(row.asked(theirs), "<what they asked for>")
    words = {"@globex.example", "Globex", "Gwen", *WORDS[:6], theirs.active.pk, theirs.waiting.pk}
    said = {word for word in words if word in str(row.send(theirs))}
    assert {word for word in words - said if word in read} == set()


@pytest.mark.parametrize("row", TENANT_ROWS, ids=str)
def test_an_invented_tenant_answers_like_a_real_one(row: Row, house: Cast, planted: Planted) -> None:
    seen: dict[str, list[tuple[str, int, str]]] = {"acme": [], "asme": []}
    for tenant, found in seen.items():
        for column in ("signed out", "stranger", "their token"):
            answer = visit_once(visitor(column), row, planted, tenant)
            found.append((column, answer.status_code, still(everything(answer)).replace(tenant, "<tenant>")))
    assert seen["acme"] == seen["asme"]


@pytest.mark.parametrize("row", [row for row in TENANT_ROWS if not row.name.startswith("api-")], ids=str)
def test_a_stranger_gets_the_page_of_an_unknown_address(row: Row, house: Cast, planted: Planted) -> None:
    client = visitor("stranger")
    answer, nothing = visit(client, row, planted), outside(client, "get", "/nothing/is/here")
    assert still(everything(answer)) == still(everything(nothing))


@pytest.mark.parametrize("name", sorted({row.name for row in GET_ROWS} - POSTS - {"operator"}))
def test_what_only_shows_takes_no_post(name: str, house: Cast, planted: Planted) -> None:
    row = next(row for row in TABLE if row.name == name)
    client = visitor("gate token") if name.startswith("api-") else visitor("alex")
    assert outside(client, "post", row.path(planted)).status_code == 405


@pytest.mark.parametrize("row", [row for row in TABLE if row.method == "post"], ids=str)
def test_a_post_without_the_forms_token_is_refused_to_people_and_not_to_machines(
    row: Row, house: Cast, planted: Planted
) -> None:
    column = "gate token" if row.name.startswith("api-") else "rosa"
    client = visitor(column)
    client.handler.enforce_csrf_checks = True
    assert visit(client, row, planted).status_code == (row.expected()[column] if column == "gate token" else 403)


def test_a_removed_member_is_a_stranger(house: Cast, planted: Planted) -> None:
    client = visitor("pete")
    with context.entered(house.tenant):
        remove_member(member=house.pete, by=None, now=NOW)
    assert outside(client, "get", "/t/acme/").status_code == 404


def test_a_role_that_was_taken_away_opens_nothing(house: Cast, planted: Planted) -> None:
    client = visitor("olga")
    with context.entered(house.tenant):
        revoke_role(member=house.olga, role=Role.AUDITOR, by=None, now=NOW)
    assert outside(client, "get", "/t/acme/audit/").status_code == 403


def test_a_closed_account_is_signed_out(house: Cast, planted: Planted) -> None:
    client, user = visitor("pete"), house.pete.user
    user.is_active = False
    user.save()
    assert outside(client, "get", "/t/acme/").headers["Location"] == "/accounts/login/?next=/t/acme/"


def test_the_operator_has_no_rights_inside_a_tenant(house: Cast, planted: Planted) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("operator@example.org", "a password of the operator"))
    found = {row.path(planted): visit(client, row, planted).status_code for row in TENANT_ROWS}
    assert found == {row.path(planted): 401 if row.name.startswith("api-") else 404 for row in TENANT_ROWS}


@pytest.mark.parametrize("slug", ["ACME", "acme-", "Acme", "acme%20", "a" * 300])
def test_a_tenant_has_one_spelling(slug: str, house: Cast, planted: Planted) -> None:
    assert outside(visitor("pete"), "get", f"/t/{slug}/").status_code == 404
