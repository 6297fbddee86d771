"""The pages that count or name something lead to the list of it, with the filter filled in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.template.loader import render_to_string
from django.test import RequestFactory

from breakglass.actions.extending import extend
from breakglass.views import record
from breakglass.views.clock import at
from tests.cast import NOW, Cast
from tests.conftest import Approve, Ask
from tests.lists.conftest import RULE, Open, Ship, listed
from tests.pages.reading import Page


def leads(page: Page, name: str) -> list[dict[str, str]]:
    """The filters of the links to this list."""
    found = [link for link in page.links if link.startswith(f"/t/acme/{name}/?")]
    return [dict(parse_qsl(urlsplit(link).query)) for link in found]


def test_from_a_record(acme: Cast, ask: Ask, approve: Approve, ship: Ship, open_list: Open) -> None:
    bypass = approve(ask())
    ship("1", minutes=2)
    page = open_list(f"bypasses/{bypass.pk}")
    assert leads(page, "bypasses") == [
        {"gate": "ci-checks", "rule": RULE},
        {"person": "rosa@acme.example"},
        {"reviewer": "pete@acme.example"},
    ]
    assert leads(page, "deploys") == [{"q": bypass.pk}]
    for query in leads(page, "bypasses"):
        assert listed(open_list("bypasses", **query)) == [bypass.pk]


def test_from_a_gate(open_list: Open) -> None:
    page = open_list("gates/ci-checks")
    assert [leads(page, name) for name in ("bypasses", "checks", "deploys")] == [[{"gate": "ci-checks"}]] * 3


def test_from_feedback(ask: Ask, approve: Approve, ship: Ship, open_list: Open) -> None:
    named, whole = approve(ask()), ask(rules=(), whole_gate=True)
    ship("1", minutes=2)
    page = open_list("feedback", days="7")
    since = {"gate": "ci-checks", "from": "2026-02-23"}
    by_rule, by_gate = leads(page, "bypasses"), leads(page, "deploys")
    assert sorted(by_rule, key=str) == sorted([since | {"rule": RULE}, since | {"whole_gate": "yes"}], key=str)
    assert by_gate == [since, since | {"covered": "yes"}]
    assert [listed(open_list("bypasses", **query)) for query in by_rule] in (
        [[named.pk], [whole.pk]],
        [[whole.pk], [named.pk]],
    )


def test_the_menu_leads_everybody_to_them(open_list: Open) -> None:
    for who in ("rosa", "olga", "alex"):
        page = open_list("checks", who)
        assert {f"/t/acme/{name}/" for name in ("bypasses", "checks", "deploys")} <= set(page.links)


def test_a_pdf_leads_nowhere(acme: Cast, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    more = extend(bypass_id=bypass.pk, by=acme.rosa, ttl=None, justification="", now=NOW + timedelta(minutes=4))
    request: Any = at(RequestFactory().get("/"), NOW + timedelta(minutes=5))
    request.tenant = acme.tenant
    html = render_to_string("pdf/record.html", record.facts(request, more) | {"tenant": acme.tenant, "now": NOW})
    assert ("/t/acme/" in html, bypass.pk in html) == (False, True)
