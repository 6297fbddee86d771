"""The first set-up by its pages: the steps that know what is done, gates with their tokens, and what is typed wrong."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from breakglass.actions.founding import FIRST_POLICY, found_tenant
from breakglass.models import Gate, GateCredential
from tenants import context
from tenants.models import MachineToken, Tenant
from tests.cast import NOW, Cast
from tests.clock import stop
from tests.pages.conftest import Get, Post, get, path, post
from tests.proposals.conftest import newest

__all__ = ["get", "post"]

GATE = {
    "name": "Deploy gate",
    "slug": "deploys",
    "services": "payments, web\nsearch",
    "environments": "staging production",
}
TOKEN = re.compile(r"bgt_[\w-]{43}")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    stop(monkeypatch, NOW + timedelta(minutes=5))


@pytest.fixture
def milena(db: None) -> Client:
    """The admin of a tenant that was founded a moment ago."""
    words = {"slug": "initech", "name": "Initech", "admin_email": "milena@initech.example", "admin_name": "Milena"}
    client = Client()
    client.force_login(found_tenant(**words, now=NOW).admin.user)
    return client


def steps(client: Client) -> list[str]:
    """The titles of the steps; those that are done with a mark."""
    page = client.get("/t/initech/").content.decode()
    found = re.findall(r'<li (class="done")?>\s*<h3>\s*([^<]+?)\s*<', page)
    return [f"{'+' if done else '-'} {title}" for done, title in found]


def test_the_steps_know_what_is_done(milena: Client) -> None:
    titles = ["Connect a gate", "Invite people", "Publish your policy", "See the first check"]
    done = [0, 0, 0, 0]

    def seen() -> list[str]:
        return [f"{'+' if one else '-'} {title}" for one, title in zip(done, titles, strict=True)]

    assert steps(milena) == seen()
    secret = TOKEN.search(milena.post("/t/initech/gates/new", GATE).content.decode())
    assert secret is not None
    done[0] = 1
    assert steps(milena) == seen()
    invited = {"email": "peter@initech.example", "name": "Peter", "role": ["requester"]}
    assert milena.post("/t/initech/settings/people/new", invited).headers["Location"] == "/t/initech/"
    done[1] = 1
    assert steps(milena) == seen()
    other = {"source": FIRST_POLICY.replace("5d", "6d"), "propose": "1"}
    assert milena.post("/t/initech/settings/policy/new", other).headers["Location"] == "/t/initech/"
    done[2] = 1
    assert steps(milena) == seen()
    scope = {"gate": "deploys", "service": "web", "environment": "staging", "rule": "a-rule"}
    gate = Client(headers={"Authorization": f"Bearer {secret[0]}"})
    assert gate.get("/t/initech/api/v1/check", scope).status_code == 403
    done[3] = 1
    assert steps(milena) == seen()
    page = milena.get("/t/initech/").content.decode()
    assert "Deploy gate checked at 2 Mar 2026 02:12:11 UTC and was told to enforce." in page


def test_who_is_no_admin_and_who_is_at_work_sees_no_steps(acme: Cast, ask: object, get: Get) -> None:
    assert ["First set-up" in get(who, path()).text for who in ("rosa", "alex")] == [False, True]
    ask()  # type: ignore[operator]
    assert "First set-up" not in get("alex", path()).text


def test_the_token_is_shown_once(acme: Cast, post: Post, get: Get) -> None:
    page = post("alex", path("gates/new"), **GATE)
    (secret,) = set(TOKEN.findall(page.text))
    assert (page.answer.status_code, f"{path('api/v1/check')}?gate=deploys&service=payments" in page.text) == (
        200,
        True,
    )
    assert page.answer["Cache-Control"] == "private, no-store"
    gate = Gate.objects.get(slug="deploys")
    assert (gate.services, gate.environments) == (["payments", "web", "search"], ["staging", "production"])
    assert newest(3) == ["gate.created", "token.issued", "credential.issued"]
    for address in ("gates/deploys/", "gates/deploys/tokens/", ""):
        assert secret not in get("alex", path(address)).text


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"slug": "ci-checks"}, {"slug"}),
        ({"slug": "NO"}, {"slug"}),
        ({"slug": "a" * 5000}, {"slug"}),
        ({"slug": "new\x00"}, {"slug"}),
        ({"name": ""}, {"name"}),
        ({"name": "two\nlines"}, {"name"}),
        ({"services": ""}, {"services"}),
        ({"services": "pay*"}, {"services"}),
        ({"environments": "\x00"}, {"environments"}),
        ({"name": "", "slug": "", "services": "?", "environments": "*"}, {"name", "slug", "services", "environments"}),
        ({"services": " ".join(f"s{number}" for number in range(501))}, {"services"}),
        ({"in_flight": "explode"}, set()),
        ({"required": ["everything"]}, set()),
    ],
)
def test_a_gate_that_can_not_be_is_said_by_field_and_kept(
    acme: Cast, post: Post, changed: dict[str, str], wrong: set[str]
) -> None:
    sent = GATE | changed
    page = post("alex", path("gates/new"), **sent)
    assert (page.answer.status_code, page.wrong) == (400, wrong)
    kept = ("name", "slug", "services")
    assert [page.value(name) for name in kept] == [sent[name] for name in kept]
    assert Gate.objects.count() == 4


def test_each_field_left_empty_says_what_goes_into_it(acme: Cast, post: Post) -> None:
    page = post("alex", path("gates/new"), **GATE | dict.fromkeys(("name", "slug", "services", "environments"), ""))
    assert [page.by_id[f"{name}-problem"] for name in ("name", "slug", "services", "environments")] == [
        "Write from 1 to 100 characters, on one line.",
        "Write something here: it can't be empty.",
        "List at least one service.",
        "List at least one environment.",
    ]


def test_the_taken_slug_says_so(acme: Cast, post: Post) -> None:
    page = post("alex", path("gates/new"), **GATE | {"slug": "ci-checks"})
    assert page.by_id["slug-problem"] == "There is a gate ci-checks already: choose another slug."


def test_a_token_is_issued_for_some_services_and_revoked(acme: Cast, post: Post, get: Get) -> None:
    tokens = path("gates/ci-checks/tokens/")
    page = post("alex", tokens, name="pipeline of web", service=["web"])
    (secret,) = set(TOKEN.findall(page.text))
    credential = GateCredential.objects.select_related("token").order_by("-pk")[0]
    assert (credential.services, credential.token.name) == (["web"], "pipeline of web")
    gate = Client(headers={"Authorization": f"Bearer {secret}"})
    scope = {"gate": "ci-checks", "service": "web", "environment": "ci", "rule": "a-rule"}
    assert gate.get(path("api/v1/check"), scope).status_code == 403
    for _ in range(2):
        assert post("alex", f"{tokens}{credential.token_id}/revoke/").answer["Location"] == tokens
    assert gate.get(path("api/v1/check"), scope).status_code == 401
    assert newest(2)[1:] == ["token.revoked"]
    assert "Revoked 2 Mar 2026 02:12:11 UTC." in get("alex", tokens).text


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"name": ""}, "Write from 1 to 100 characters, on one line."),
        ({"name": "x" * 5000}, "Write from 1 to 100 characters, on one line."),
        ({"name": "x\x00"}, "Write from 1 to 100 characters, on one line."),
        ({"name": "x", "service": ["nothing"]}, "The gate ci-checks does not list nothing: choose from its services."),
    ],
)
def test_a_token_that_can_not_be_is_said(acme: Cast, post: Post, sent: dict[str, str], says: str) -> None:
    before = MachineToken.objects.count()
    page = post("alex", path("gates/ci-checks/tokens/"), **sent)
    assert (page.answer.status_code, says in page.text, MachineToken.objects.count()) == (400, True, before)


def test_tokens_of_others_are_not_there(acme: Cast, globex: Cast, post: Post) -> None:
    theirs = globex.token("ci-checks").pk
    assert post("alex", path(f"gates/ci-checks/tokens/{theirs}/revoke/")).answer.status_code == 404
    assert post("alex", path("gates/no-gate/tokens/"), name="x").answer.status_code == 404
    other = acme.token("practice").pk
    assert post("alex", path(f"gates/ci-checks/tokens/{other}/revoke/")).answer.status_code == 404
    assert post("rosa", path(f"gates/practice/tokens/{other}/revoke/")).answer.status_code == 403
    with context.entered(Tenant.objects.get(slug="globex")):
        assert MachineToken.objects.filter(revoked_at=None).count() == 4


def test_a_tokens_number_that_no_column_holds_is_not_there(acme: Cast, post: Post) -> None:
    assert post("alex", path(f"gates/ci-checks/tokens/{10**20}/revoke/")).answer.status_code == 404


def test_a_policy_of_ones_own_may_name_the_tenants_groups(acme: Cast, get: Get) -> None:
    page = get("alex", path("settings/policy/new"))
    assert "The groups it may name: security-duty, sre-leads." in page.text
