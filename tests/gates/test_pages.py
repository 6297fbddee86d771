"""The pages of the gates: what each is, what to paste, and what it asked last."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from breakglass.models import Check
from breakglass.views import snippets
from tests.cast import Cast
from tests.clock import Clock
from tests.conftest import Approve, Ask
from tests.gates.caller import Caller
from tests.gates.conftest import Publish

QUERIES = 13


def text(acme: Cast, path: str, who: str = "olga") -> str:
    """A page's words."""
    answer = acme.client(who).get(f"/t/acme/{path}")
    assert answer.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def test_the_list_says_when_each_last_asked(acme: Cast, caller: Caller) -> None:
    caller.evaluate()
    page = text(acme, "gates/")
    assert "CI checks ci-checks last asked 2 Mar 2026 02:12:11 UTC" in page
    assert "Deploy gate deploy-gate has not asked yet" in page


def test_a_gate_shows_its_calls_with_their_milliseconds(acme: Cast, caller: Caller, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    caller.evaluate()
    Check.objects.update(milliseconds=7)
    says = f"bypass 7 ms payments in ci, branch hotfix/null-currency, {bypass.rules[0]} workload:github:acme/payments"
    assert f"{says} {bypass.pk} 2 Mar 2026 02:12:11 UTC" in text(acme, "gates/ci-checks/")


def test_only_the_last_fifty_calls_are_shown(acme: Cast, caller: Caller, clock: Clock) -> None:
    for _ in range(51):
        caller.evaluate()
        clock.forward(seconds=1)
    page = text(acme, "gates/ci-checks/")
    times = re.findall(r"02:1\d:\d\d UTC", page.partition("Its last calls")[2].partition("This page")[0])
    assert (len(times), times[0], times[-1]) == (50, "02:13:01 UTC", "02:12:12 UTC")


def test_it_says_what_happens_at_the_end_and_what_is_never_bypassed(acme: Cast, publish: Publish) -> None:
    publish("never:\n  - {gate: ci-*, rules: [no-secrets]}\n  - {gate: db-change}\n")
    page = text(acme, "gates/ci-checks/")
    assert "Enforce: back under the gate, its next check is refused. A deploy counts as covered for 15m" in page
    assert "Never no-secrets for any service in any environment Last asked" in page


def test_an_unknown_gate_is_404(acme: Cast) -> None:
    assert acme.client("olga").get("/t/acme/gates/nothing/").status_code == 404


def test_no_secret_is_shown(acme: Cast) -> None:
    page = acme.client("alex").get("/t/acme/gates/ci-checks/").content.decode()
    assert (acme.secret("ci-checks") in page, acme.token("ci-checks").digest in page) == (False, False)


def test_the_shell_snippet_is_one_line_that_is_answered(acme: Cast, caller: Caller) -> None:
    shell = snippets.snippets(acme.tenant, acme.gate("ci-checks"))[0].text
    assert shell == (
        'curl -fsS -H "Authorization: Bearer $BREAKGLASS_TOKEN" \\\n'
        '  "http://localhost:8000/t/acme/api/v1/check'
        '?gate=ci-checks&service=payments&environment=ci&rule=the-rule-that-failed"'
    )
    assert caller.get(shell.partition("/t/acme/")[2].rstrip('"')).status_code == 403


@pytest.mark.parametrize("name", ["authzen", "report"])
def test_what_is_pasted_is_understood(acme: Cast, caller: Caller, name: str) -> None:
    found = {one.name: one.text for one in snippets.snippets(acme.tenant, acme.gate("ci-checks"))}
    posts = re.findall(r"http://localhost:8000/t/acme/(\S+) -d '([^']+)'", found[name])
    statuses = [caller.post(path, body).status_code for path, body in posts]
    assert statuses == ([200] if name == "authzen" else [201, 201])


@pytest.mark.parametrize("calls", [1, 3])
def test_a_page_costs_the_same_whatever_is_on_it(
    acme: Cast, caller: Caller, clock: Clock, calls: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(calls):
        caller.evaluate()
        clock.now += timedelta(seconds=1)
    client = acme.client("olga")
    with django_assert_num_queries(QUERIES):
        client.get("/t/acme/gates/ci-checks/")
