"""What an admin saves is an act: with its entry in their name, or refused beside its field with nothing lost."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.test import Client

from breakglass.actions import filling, post_mortems, setting_up
from breakglass.models import Gate, GateCredential, PostMortemTemplate, Webhook
from tenants import context
from tests.admin.conftest import DURING, Browser
from tests.cast import Cast
from tests.clock import Clock
from tests.pages.reading import Page
from tests.tenancy.planted import Planted
from tests.tenancy.visitors import outside

ALEX = "alex@acme.example"
GATES, CREDENTIALS = "breakglass/gate/", "breakglass/gatecredential/"
TEMPLATES, WEBHOOKS = "breakglass/postmortemtemplate/", "breakglass/webhook/"
EDGE = {"slug": "edge", "name": "Edge", "services": "web\r\n\r\n payments ", "environments": "production"}
EDGE_MADE = {
    "gate": "edge",
    "name": "Edge",
    "services": ["web", "payments"],
    "environments": ["production"],
    "required": ["branch"],
    "practice": False,
    "in_flight": "pause",
}
CI = {"name": "CI checks", "services": "payments\nweb", "environments": "ci", "required": "artifact"}


def only(alex: Browser, model: Any, **which: Any) -> Any:
    """The one row of acme's."""
    with context.entered(alex.cast.tenant):
        return model.objects.get(**which)


def count(alex: Browser, model: Any) -> int:
    """How many rows acme has."""
    with context.entered(alex.cast.tenant):
        return int(model.objects.count())


def said(alex: Browser, answer: Any) -> str:
    """What the list says after a save."""
    assert answer.status_code == 302, Page(answer).text
    return Page(outside(alex.client, "get", answer.headers["Location"])).text


def test_a_gate_is_made(alex: Browser) -> None:
    answer = alex.post(f"{GATES}add/", **EDGE, required=["branch"], in_flight="pause")
    assert "The gate edge is here" in said(alex, answer)
    assert answer.headers["Location"] == f"/t/acme/admin/{GATES}"
    assert alex.written("gate.created")[-1] == (ALEX, EDGE_MADE)
    gate = only(alex, Gate, slug="edge")
    assert (gate.services, gate.required, gate.created_at) == (["web", "payments"], ["branch"], DURING)


def test_a_gate_is_changed_and_the_same_again_is_nothing(alex: Browser) -> None:
    page = f"{GATES}{only(alex, Gate, slug='ci-checks').pk}/change/"
    for _ in range(2):
        assert "The gate ci-checks is as you sent it." in said(alex, alex.post(page, **CI, in_flight="finish"))
    changed = {"gate": "ci-checks", "name": "CI checks", "services": ["payments", "web"], "environments": ["ci"]}
    assert alex.written("gate.changed") == [(ALEX, changed | {"required": ["artifact"], "in_flight": "finish"})]


def test_a_gate_is_narrowed_at_once_and_widened_by_two(alex: Browser, planted: Planted) -> None:
    page = f"{GATES}{only(alex, Gate, slug='ci-checks').pk}/change/"
    sent = {"name": "CI", "services": "web\nzebra", "environments": "ci\nprod", "in_flight": "enforce"}
    says = "Let a bypass of the gate ci-checks name the services zebra; the environments prod: it waits for another"
    assert says in said(alex, alex.post(page, **sent))
    gate = only(alex, Gate, slug="ci-checks")
    assert (gate.name, gate.services, gate.environments) == ("CI", ["web"], ["ci"])
    refused = Page(alex.post(page, **sent | {"environments": "ci\n*"}))
    assert (refused.answer.status_code, "Name one environment; a wildcard" in refused.text) == (400, True)


def test_a_gates_slug_and_practice_stay(alex: Browser) -> None:
    before = only(alex, Gate, slug="ci-checks")
    page = f"{GATES}{before.pk}/change/"
    said(alex, alex.post(page, **CI, in_flight="enforce", slug="another", practice="on", tenant="2"))
    after = only(alex, Gate, pk=before.pk)
    assert (after.slug, after.practice, after.tenant_id) == ("ci-checks", False, before.tenant_id)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("slug", "ci-checks", "There is a gate ci-checks already: choose another slug."),
        ("slug", "Edge!", "Use 2 to 40 lower-case letters, digits and dashes."),
        ("services", "web\n*", "Name one service; a wildcard can't be bypassed."),
        ("environments", "pro duction", "holds only letters, digits and . _ / -, up to 100: write it so."),
        ("in_flight", "explode", "Select a valid choice. explode is not one of the available choices."),
        ("required", "everything", "Select a valid choice. everything is not one of the available choices."),
        ("services", "", "This field is required."),
    ],
)
def test_a_gate_that_is_refused_is_still_typed(field: str, typed: str, sentence: str, alex: Browser) -> None:
    before = alex.size(), count(alex, Gate)
    sent = EDGE | {"in_flight": "pause", "name": "<b>Edge</b>"} | {field: typed}
    page = Page(alex.post(f"{GATES}add/", **sent))
    assert (page.answer.status_code, sentence in page.text) == (400, True)
    assert (page.value("name"), page.value("slug")) == ("<b>Edge</b>", sent["slug"])
    assert page.value("services") == sent["services"]
    assert (alex.size(), count(alex, Gate)) == before


def test_a_credentials_secret_is_shown_once(alex: Browser) -> None:
    gate = only(alex, Gate, slug="ci-checks")
    answer = alex.post(
        f"{CREDENTIALS}add/", gate=gate.pk, name="nightly", services="web", expires_at="2026-04-01T09:00"
    )
    page = Page(answer)
    secret = next(word for word in page.text.split() if word.startswith("bgt_"))
    one = only(alex, GateCredential, token__name="nightly")
    token = {"token": one.token_id, "name": "nightly", "expires_at": "2026-04-01T09:00:00Z"}
    assert alex.written("token.issued")[-1] == (ALEX, token)
    issued = {"gate": "ci-checks", "token": one.token_id, "services": ["web"]}
    assert alex.written("credential.issued")[-1] == (ALEX, issued)
    assert (answer.status_code, "no-store" in answer.headers["Cache-Control"]) == (200, True)
    seen = (alex.get(CREDENTIALS), alex.get(f"{CREDENTIALS}{one.pk}/change/"))
    assert [secret in page.answer.content.decode() for page in seen] == [False, False]
    gate_asks = Client(headers={"Authorization": f"Bearer {secret}"})
    assert outside(gate_asks, "get", "/t/acme/api/v1/bypasses", {"status": "active"}).status_code == 200


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"services": "mainframe"}, "The gate ci-checks does not list mainframe: choose from its services."),
        ({"expires_at": "2026-03-02T02:00"}, "Choose a time after now; left empty, it works until it is revoked."),
        ({"expires_at": "tomorrow"}, "Enter a valid date/time."),
        ({"name": ""}, "This field is required."),
        ({"gate": ""}, "This field is required."),
    ],
)
def test_a_credential_that_is_refused(changed: dict[str, str], sentence: str, alex: Browser) -> None:
    before = alex.size(), count(alex, GateCredential)
    sent = {"gate": only(alex, Gate, slug="ci-checks").pk, "name": "nightly", "services": ""} | changed
    page = Page(alex.post(f"{CREDENTIALS}add/", **sent))
    assert (page.answer.status_code, sentence in page.text) == (400, True)
    assert (alex.size(), count(alex, GateCredential)) == before


def test_a_credential_for_another_tenants_gate_is_refused(alex: Browser) -> None:
    before, other = alex.size(), Cast("globex").gate("ci-checks")
    page = Page(alex.post(f"{CREDENTIALS}add/", gate=other.pk, name="nightly"))
    sentence = "Select a valid choice. That choice is not one of the available choices."
    assert (page.answer.status_code, sentence in page.text, alex.size()) == (400, True, before)


def test_a_credential_is_revoked(alex: Browser) -> None:
    one = only(alex, GateCredential, gate__slug="ci-checks")
    for _ in range(2):
        answer = alex.post(CREDENTIALS, action="revoke", _selected_action=[one.pk])
        assert "stopped working" in said(alex, answer)
    token = {"token": one.token_id, "name": "ci-checks pipeline"}
    assert alex.written("token.revoked") == [(ALEX, token)]


def test_another_tenants_credential_is_not_revoked(alex: Browser) -> None:
    before, other = alex.size(), Cast("globex").credential("ci-checks")
    for across in ("0", "1"):
        alex.post(CREDENTIALS, action="revoke", _selected_action=[other.pk], select_across=across)
    assert Cast("globex").token("ci-checks").revoked_at is None
    assert alex.size() - before == count(alex, GateCredential)  # select_across: all of acme's, and no others


def test_a_template_is_published_a_version_at_a_time(alex: Browser) -> None:
    assert alex.get(f"{TEMPLATES}add/").value("source") == filling.DEFAULT
    for _ in range(2):
        said(alex, alex.post(f"{TEMPLATES}add/", source="# Night\r\n{timeline}"))
    template = only(alex, PostMortemTemplate)
    data = {"number": 1, "digest": post_mortems.digest("# Night\n{timeline}"), "source": "# Night\n{timeline}"}
    assert (template.number, alex.written("template.published")) == (1, [(ALEX, data)])
    assert alex.get(f"{TEMPLATES}add/").value("source") == "# Night\n{timeline}"
    assert alex.post(f"{TEMPLATES}{template.pk}/change/", source="Another").status_code == 403


@pytest.mark.parametrize("source", ["", "   ", "a\x07b", "x" * 60_001])
def test_a_template_that_is_refused(source: str, alex: Browser) -> None:
    page = Page(alex.post(f"{TEMPLATES}add/", source=source))
    assert (page.answer.status_code, alex.written("template.published")) == (400, [])
    assert page.value("source") == source


def test_a_webhook_is_added_and_its_secret_shown_once(alex: Browser) -> None:
    page = Page(alex.post(f"{WEBHOOKS}add/", url="https://93.184.215.14/hook"))
    webhook = only(alex, Webhook)
    assert alex.written("webhook.added") == [(ALEX, {"webhook": webhook.pk, "server": "93.184.215.14"})]
    assert (page.answer.status_code, "whsec_" in page.text) == (200, True)
    seen = (alex.get(WEBHOOKS), alex.get(f"{WEBHOOKS}{webhook.pk}/change/"))
    assert ["whsec_" in page.answer.content.decode() for page in seen] == [False, False]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/x", "https://[::1]/x", "ftp://hooks.example/", "x", "https://10.0.0.1"]
)
def test_a_webhook_that_is_refused(url: str, alex: Browser) -> None:
    page = Page(alex.post(f"{WEBHOOKS}add/", url=url))
    assert (page.answer.status_code, page.value("url"), alex.written("webhook.added")) == (400, url, [])


def test_a_webhook_is_switched_off(alex: Browser, planted: Planted) -> None:
    webhook = only(alex, Webhook)
    said(alex, alex.post(WEBHOOKS, action="switch_off", _selected_action=[webhook.pk]))
    data = {"webhook": webhook.pk, "server": "hooks.example", "why": "Alex switched it off."}
    assert alex.written("webhook.disabled") == [(ALEX, data)]


def test_another_tenants_webhook_stays_on(alex: Browser, theirs: Planted) -> None:
    globex = Browser(Cast("globex"), "gwen")
    webhook = only(globex, Webhook)
    alex.post(WEBHOOKS, action="switch_off", _selected_action=[webhook.pk])
    assert only(globex, Webhook).disabled_at is None


@pytest.mark.parametrize("action", ["delete_selected", "delete", "nothing", ""])
def test_no_other_action_is_done(action: str, alex: Browser, planted: Planted) -> None:
    before = alex.size(), count(alex, Gate), count(alex, Webhook)
    for place in (GATES, WEBHOOKS, "breakglass/bypass/"):
        alex.post(place, action=action, _selected_action=["1"], select_across="1", post="yes")
    assert (alex.size(), count(alex, Gate), count(alex, Webhook)) == before


def test_the_admins_own_log_stays_empty(alex: Browser) -> None:
    alex.post(f"{GATES}add/", **EDGE, in_flight="pause")
    alex.post(f"{GATES}{only(alex, Gate, slug='ci-checks').pk}/change/", **CI, in_flight="finish")
    assert (len(alex.written("gate.changed")), LogEntry.objects.count()) == (1, 0)


def test_an_act_whose_entry_fails_changes_nothing(alex: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise OSError("The disk is full.")

    monkeypatch.setattr(setting_up, "record", broken)
    alex.client.raise_request_exception = False
    before = alex.size(), count(alex, Gate)
    save = transaction.savepoint_create()
    assert alex.post(f"{GATES}add/", **EDGE, in_flight="pause").status_code == 500
    assert (alex.size(), count(alex, Gate)) == before
    transaction.savepoint_commit(save)


def test_what_was_typed_before_the_session_ended_is_there_after(house: Cast, clock: Clock) -> None:
    client, address = Client(), f"/t/acme/admin/{GATES}add/"
    sent = EDGE | {"required": ["branch"], "in_flight": "pause"}
    answer = outside(client, "post", address, sent)
    assert answer.headers["Location"] == f"/accounts/login/?next={quote(address, safe='')}"
    session = client.session
    client.force_login(house.alex.user)
    kept = client.session
    kept.update(dict(session.items()))
    kept.save()
    page = Page(outside(client, "get", address))
    assert (page.value("slug"), page.value("services"), page.value("in_flight")) == (
        "edge",
        "web\r\n\r\n payments ",
        "pause",
    )
    assert page.fields["required"] == ["branch"]


def test_a_form_without_its_token_is_not_sent_and_kept(alex: Browser) -> None:
    alex.client.handler.enforce_csrf_checks = True
    before = alex.size()
    page = Page(alex.post(f"{GATES}add/", **EDGE, in_flight="pause"))
    assert (page.answer.status_code, f"{alex.base}{GATES}add/" in page.links, alex.size()) == (403, True, before)
    assert alex.get(f"{GATES}add/").value("slug") == "edge"
    assert alex.get(f"{GATES}add/").value("slug") == ""
