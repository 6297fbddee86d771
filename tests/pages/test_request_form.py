"""The request form: prefilled, honest about whose approval it needs, and sent once."""

from __future__ import annotations

from django.test import Client

from breakglass import links
from breakglass.actions.setting_up import publish_policy
from breakglass.models import Bypass
from breakglass.scopes import Scope
from tenants.actions import revoke_role
from tenants.roles import Role
from tests.cast import ASK, NOW, Cast
from tests.pages.conftest import Get, Post, fields, path
from tests.pages.reading import Page

FORM = path("bypasses/new")
ARTIFACT = "sha256:" + "0123456789abcdef" * 4
EVALUATION = "evl_0123456789abcdef"


def test_every_field_is_prefilled(get: Get) -> None:
    query = fields(
        artifact=ARTIFACT, rule=["rule-b", "rule-a"], reason_kind="regulatory", ttl="1h", evaluation=EVALUATION
    )
    page = get("rosa", FORM, **query)
    names = ("gate", "service", "environment", "branch", "artifact", "rule", "reason_kind", "incident_url", "ttl")
    assert {name: page.value(name) for name in names} == {
        "gate": "ci-checks",
        "service": "payments",
        "environment": "ci",
        "branch": "hotfix/null-currency",
        "artifact": ARTIFACT,
        "rule": "rule-b\nrule-a",
        "reason_kind": "regulatory",
        "incident_url": ASK.incident_url,
        "ttl": "1h",
    }
    assert page.value("evaluation") == EVALUATION


def test_the_whole_gate_is_prefilled(get: Get) -> None:
    assert get("rosa", FORM, whole_gate="1").value("whole_gate") == "1"
    assert get("rosa", FORM, whole_gate="0").value("whole_gate") == ""


def test_an_empty_form_has_a_kind_of_reason_and_nothing_else(get: Get) -> None:
    page = get("rosa", FORM)
    filled = {name: page.value(name) for name in page.fields if "csrf" not in name and page.value(name)}
    assert filled == {"reason_kind": "incident"}


def test_the_link_of_a_refused_check_opens_it(acme: Cast, get: Get) -> None:
    scope = Scope("payments", "ci", "hotfix/null-currency")
    url = links.request_form_url(acme.tenant, "ci-checks", scope, frozenset({"a rule & more"}), EVALUATION)
    assert url.startswith("http://localhost:8000/t/acme/bypasses/new?")
    page = get("rosa", url.removeprefix("http://localhost:8000"))
    assert (page.value("branch"), page.value("rule")) == ("hotfix/null-currency", "a rule & more")


def test_the_link_of_a_check_without_rules_asks_for_the_whole_gate(acme: Cast, get: Get) -> None:
    url = links.request_form_url(acme.tenant, "ci-checks", Scope("payments", "ci"), frozenset())
    assert get("rosa", url.removeprefix("http://localhost:8000")).value("whole_gate") == "1"


def test_the_tier_its_clauses_and_their_people_are_shown(get: Get) -> None:
    page = get("rosa", FORM, **fields(gate="deploy-gate", environment="production"))
    assert page.by_id["routing-title"] == "Who has to approve"
    assert "This is tier high, by policy version 1." in page.text
    assert "one of sre-leads Ada one of security-duty Sam" in page.text
    assert page.button("Send request").disabled is False


def test_what_is_left_open_is_said(get: Get) -> None:
    page = get("rosa", FORM, **fields(branch=""))
    assert "payments in ci, any branch, any artifact" in page.text


def test_the_times_of_the_tier_are_offered_the_shortest_first(get: Get) -> None:
    assert get("rosa", FORM, **fields(ttl="")).value("ttl") == "15m"


def test_without_a_scope_nobody_is_named_and_the_way_on_is_one_button(get: Get) -> None:
    page = get("rosa", FORM, gate="ci-checks")
    assert [button.label for button in page.buttons] == ["Sign out", "Continue: see whose approval it needs"]
    assert "Who has to approve" not in page.text


def test_continue_shows_the_routing_and_keeps_the_text(post: Post) -> None:
    page = post("rosa", FORM, **fields(justification="", **{"continue": "1", "routing": ""}))
    assert (page.answer.status_code, page.wrong) == (200, set())
    assert "one peer Pete" in page.text


def test_continue_says_what_it_needs_to_go_on(post: Post) -> None:
    page = post("rosa", FORM, **{"continue": "1", "service": "payments", "justification": "Down."})
    assert (page.answer.status_code, page.wrong) == (200, {"gate", "environment"})
    assert (page.by_id["gate-problem"], page.value("justification")) == ("Choose the gate that has to open.", "Down.")


def test_an_unlisted_service_in_a_link_is_said_at_once(get: Get) -> None:
    page = get("rosa", FORM, **fields(service="payment"))
    assert (page.answer.status_code, page.wrong, page.value("service")) == (200, {"service"}, "payment")


def test_the_contracts_fields_alone_send_it(rosa: Client, acme: Cast) -> None:
    answer = rosa.post(FORM, fields(evaluation=EVALUATION))
    bypass = Bypass.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, path(f"bypasses/{bypass.pk}/"))
    assert (bypass.scope, bypass.rules, bypass.evaluation) == (
        Scope("payments", "ci", "hotfix/null-currency"),
        ["no-known-exploited-critical"],
        EVALUATION,
    )


def test_rules_come_one_a_line_or_one_a_field(rosa: Client, acme: Cast) -> None:
    rosa.post(FORM, fields(rule=["rule-b\r\n rule-a \n\n", "rule-c"]))
    assert Bypass.objects.get().rules == ["rule-a", "rule-b", "rule-c"]


def test_what_the_page_showed_is_sent(rosa: Client, acme: Cast) -> None:
    page = Page(rosa.get(FORM, fields()))
    answer = rosa.post(FORM, dict(page.fields.items()) | {"justification": "Now."})
    assert (answer.status_code, Bypass.objects.get().justification) == (302, "Now.")


def test_sent_without_having_seen_the_routing_it_is_shown_first(post: Post) -> None:
    page = post("rosa", FORM, **fields(routing=""))
    assert (page.answer.status_code, Bypass.objects.count()) == (200, 0)
    assert page.value("justification") == ASK.justification
    assert "one peer Pete" in page.text


def test_a_policy_published_in_between_is_shown_before_anything_is_sent(rosa: Client, acme: Cast) -> None:
    seen = Page(rosa.get(FORM, fields())).value("routing")
    policy = "version: 1\ntiers: {low: {approvals: [{from: sre-leads, count: 1}], ttl: [15m]}}\nroutes: [{tier: low}]\n"
    publish_policy(source=policy, by=None, now=NOW)
    again = Page(rosa.post(FORM, fields(routing=seen)))
    assert (again.answer.status_code, Bypass.objects.count()) == (409, 0)
    assert (again.value("justification"), "one of sre-leads Ada" in again.text) == (ASK.justification, True)
    assert rosa.post(FORM, fields(routing=again.value("routing"))).status_code == 302


def test_a_double_click_is_one_request(rosa: Client, acme: Cast) -> None:
    first, second = rosa.post(FORM, fields()), rosa.post(FORM, fields())
    assert first.headers["Location"] == second.headers["Location"]
    assert Bypass.objects.count() == 1


def test_whoever_may_not_ask_reads_why_and_is_refused(get: Get, post: Post) -> None:
    why = "Only requesters ask for a bypass: ask an admin for the role, or a requester to send it."
    assert get("ada", FORM, **fields()).refusal("Send request") == why
    page = post("ada", FORM, **fields(branch="two words"))
    assert (page.answer.status_code, Bypass.objects.count(), page.wrong) == (403, 0, set())
    assert (page.value("justification"), why in page.text) == (ASK.justification, True)


def test_with_nobody_to_approve_nothing_is_sent_and_nothing_lost(rosa: Client, acme: Cast) -> None:
    revoke_role(member=acme.pete, role=Role.REQUESTER, by=None, now=NOW)
    page = Page(rosa.get(FORM, fields()))
    assert "Too few people could approve this" in page.text
    refused = Page(rosa.post(FORM, fields(routing=page.value("routing"))))
    assert (refused.answer.status_code, Bypass.objects.count()) == (409, 0)
    assert refused.value("justification") == ASK.justification


def test_the_page_is_never_kept_by_a_cache(get: Get) -> None:
    assert get("rosa", FORM).answer.headers["Cache-Control"] == "private, no-store"
