"""Parameters with which a Django admin can be asked more than its pages show: none of them tells anything here."""

from __future__ import annotations

import re

import pytest
from django.contrib.staticfiles import finders

from breakglass.models import GateCredential, Webhook
from tenants import context
from tests.admin.conftest import Browser
from tests.cast import Cast
from tests.tenancy.planted import Planted

LISTS = ["bypass", "gate", "gatecredential", "message", "webhook", "review", "pack", "check"]
LOOKUPS = [
    *("tenant", "tenant__id", "tenant__slug__startswith", "id__gte", "pk"),
    *("requester__user__password__startswith", "member__user__password__startswith", "by__user__email"),
    *("token__digest__startswith", "token__tenant__id", "gate__tenant__id", "gate__name__startswith"),
    *("secret", "secret__startswith", "url__startswith", "key__startswith", "gate__credentials__token__digest"),
]
FIELDS = ["tenant", "secret", "digest", "token", "token__digest", "url", "slug"]


@pytest.mark.parametrize("model", LISTS)
def test_no_other_lookup_than_the_filters(model: str, alex: Browser, planted: Planted) -> None:
    found = {lookup: alex.get(f"breakglass/{model}/", **{lookup: "1"}).answer.status_code for lookup in LOOKUPS}
    assert found == dict.fromkeys(LOOKUPS, 400)


def test_a_filter_offers_and_finds_this_tenants_rows_only(alex: Browser, planted: Planted, theirs: Planted) -> None:
    other = Cast("globex").gate("ci-checks")
    page = alex.get("breakglass/bypass/", gate__id__exact=other.pk)
    assert (page.answer.status_code, "0 bypass" in page.text) == (200, True)
    assert f"?gate__id__exact={other.pk}" not in alex.get("breakglass/bypass/").links


def test_a_search_finds_this_tenants_rows_only(alex: Browser, planted: Planted, theirs: Planted) -> None:
    page = alex.get("breakglass/bypass/", q=theirs.active.pk)
    assert "0 bypass" in page.text


@pytest.mark.parametrize("model", ["webhook", "gatecredential", "gate"])
def test_a_row_is_found_by_its_id_alone(model: str, alex: Browser, planted: Planted) -> None:
    tried = [(field, place) for field in FIELDS for place in ("", "1/change/", "add/")]
    found = {one: alex.get(f"breakglass/{model}/{one[1]}", _to_field=one[0]).answer.status_code for one in tried}
    assert found == dict.fromkeys(tried, 400)


def test_an_odd_ordering_is_a_list_all_the_same(alex: Browser, planted: Planted) -> None:
    odd = ["99", "-7", "x", "1.2.3", "0"]
    found = {one: alex.get("breakglass/bypass/", o=one).answer.status_code for one in odd}
    assert found == dict.fromkeys(odd, 200)


@pytest.mark.parametrize("model", ["gate", "bypass", "message"])
def test_an_odd_id_is_nobodys(model: str, alex: Browser) -> None:
    odd = ["x", "_5F", "1'", "99999999999999999999999", "-1", "1/2", "%00", "é"]
    found = {one: alex.get(f"breakglass/{model}/{one}/change/").answer.status_code for one in odd}
    assert found == dict.fromkeys(odd, 404)


def test_an_odd_filter_or_search_breaks_nothing(alex: Browser, planted: Planted) -> None:
    odd = ["x", "\x00", "9" * 30, "-1", "é", "'", "%", "1,2"]
    names = ["gate__id__exact", "reason_kind__exact", "drill__exact", "q", "p", "all", "e", "_facets", "gate__isnull"]
    tried = [(name, one) for name in names for one in odd]
    found = {pair: alex.get("breakglass/bypass/", **{pair[0]: pair[1]}).answer.status_code for pair in tried}
    assert {pair: status for pair, status in found.items() if status not in {200, 302, 404}} == {}


@pytest.mark.parametrize("model", ["gatecredential", "webhook"])
def test_a_choice_that_is_no_row_breaks_nothing(model: str, alex: Browser, planted: Planted) -> None:
    before, action = alex.size(), {"gatecredential": "revoke", "webhook": "switch_off"}[model]
    odd = ["x", "", "9" * 30, "-1", "0", "1; DROP", "1\x00", "1,2"]
    found = {one: alex.post(f"breakglass/{model}/", action=action, _selected_action=[one]).status_code for one in odd}
    assert {one: status for one, status in found.items() if status not in {302, 400}} == {}
    assert alex.size() == before


def test_a_popup_is_an_ordinary_page_with_the_banner(alex: Browser, planted: Planted) -> None:
    for address in ("breakglass/gate/", "breakglass/gate/add/", "breakglass/bypass/"):
        page = alex.get(address, _popup="1")
        assert (page.answer.status_code, "ci-checks is open" in page.text) == (200, True)


def test_what_its_pages_load_is_there(alex: Browser, planted: Planted) -> None:
    loaded = re.findall(r'(?:src|href)="/static/([^"]+)"', alex.get("").answer.content.decode())
    assert ("clock.js" in loaded, [one for one in loaded if finders.find(one) is None]) == (True, [])


def test_a_secret_is_on_no_page(alex: Browser, planted: Planted) -> None:
    with context.entered(alex.cast.tenant):
        digests = [one.token.digest for one in GateCredential.objects.select_related("token")]
        keys = [bytes(one.secret).decode() for one in Webhook.objects.all()]
        pages = [f"breakglass/gatecredential/{one.pk}/change/" for one in GateCredential.objects.all()]
        pages += [f"breakglass/webhook/{one.pk}/change/" for one in Webhook.objects.all()]
    read = "".join(alex.get(page).answer.content.decode() for page in pages)
    assert [secret for secret in (*digests, *keys, "bgt_", "whsec_") if secret in read] == []
