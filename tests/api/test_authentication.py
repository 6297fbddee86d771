"""A token opens its own tenant's gate; whatever else is sent gets one and the same 401."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.http import HttpResponse

from breakglass.actions.setting_up import issue_credential
from tenants import context
from tenants.actions import issue_token, revoke_token
from tenants.models import MachineToken
from tests.api.pipeline import REPORT, Pipeline, read
from tests.cast import NOW, Cast
from tests.clock import Clock

ENDPOINTS = ["check", "deploys", "bypasses"]
REFUSED = {"error": "No valid machine token. Send Authorization: Bearer <token>, with a token of this tenant."}


def knock(sender: Pipeline, endpoint: str) -> tuple[int, dict[str, object], str | None, str, bytes]:
    """What an endpoint answers, but for what every answer has."""
    calls: dict[str, Callable[[], HttpResponse]] = {
        "check": sender.check,
        "deploys": sender.report,
        "bypasses": sender.open_now,
    }
    answer = calls[endpoint]()
    cookies = str(answer.cookies)
    return answer.status_code, read(answer), answer.headers.get("WWW-Authenticate"), cookies, answer.content


@pytest.fixture
def wrong(acme: Cast, globex: Cast) -> dict[str, Pipeline]:
    """Every way to be nobody."""
    good = acme.secret("ci-checks")
    expired = issue(expires_at=NOW + timedelta(minutes=5))
    revoked = issue()
    revoke_token(token=MachineToken.objects.latest("pk"), by=None, now=NOW)
    header = {
        "no scheme": good,
        "another scheme": f"Basic {good}",
        "a digest": f"Bearer {hashlib.sha256(good.encode()).hexdigest()}",
        "no token": "Bearer",
        "spaces": "Bearer    ",
        "two tokens": f"Bearer {good} {good}",
        "a comma": f"Bearer {good},",
        "quotes": f'Bearer "{good}"',
        "a prefix": f"Bearer {good[:-1]}",
        "more": f"Bearer {good}x",
        "another case": f"Bearer {good.upper()}",
        "latin": "Bearer bgt_é",
        "bytes": "Bearer \udcff\udcfe",
        "a null": f"Bearer {good}\x00",
        "an injection": "Bearer ' OR 1=1 --",
        "very long": "Bearer " + "x" * 100_000,
    }
    return {
        "nothing": Pipeline(None),
        "expired": Pipeline(expired),
        "revoked": Pipeline(revoked),
        "another tenant's": Pipeline(globex.secret("ci-checks")),
        "this one's in another": Pipeline(good, tenant="globex"),
        "an invented tenant": Pipeline(good, tenant="asme"),
        "nothing in an invented tenant": Pipeline(None, tenant="asme"),
        **{name: Pipeline(None, Authorization=value) for name, value in header.items()},
    }


def issue(*, expires_at: datetime | None = None) -> str:
    """A new token of acme's, and its secret."""
    _, secret = issue_token(name="a pipeline", by=None, now=NOW, expires_at=expires_at)
    return secret


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_whatever_is_no_token_of_this_tenant_gets_the_same_401(endpoint: str, wrong: dict[str, Pipeline]) -> None:
    found = {name: knock(sender, endpoint) for name, sender in wrong.items()}
    body = b'{"error": "No valid machine token. Send Authorization: Bearer <token>, with a token of this tenant."}'
    assert found == dict.fromkeys(found, (401, REFUSED, 'Bearer realm="breakglass"', "", body))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_the_scheme_is_read_in_any_case(scheme: str, acme: Cast) -> None:
    assert Pipeline(None, Authorization=f"{scheme} {acme.secret('ci-checks')}").open_now().status_code == 200


def test_a_token_works_until_it_expires(acme: Cast, clock: Clock) -> None:
    sender = Pipeline(issue(expires_at=NOW + timedelta(hours=1)))
    seen = []
    for tick in (-1, 0):
        clock.now = NOW + timedelta(hours=1, microseconds=tick)
        seen.append(sender.open_now().status_code)
    assert seen == [200, 401]


def test_a_token_works_until_it_is_revoked(acme: Cast, pipeline: Pipeline) -> None:
    before = pipeline.open_now().status_code
    revoke_token(token=acme.token("ci-checks"), by=None, now=NOW)
    assert (before, pipeline.open_now().status_code) == (200, 401)


def test_a_token_of_no_gate_reads_what_is_open_and_says_nothing(acme: Cast) -> None:
    sender = Pipeline(issue())
    seen = [sender.open_now(), sender.check(), sender.report()]
    words = {"error": "This token speaks for no gate: ask an admin for a token of the gate."}
    assert [(answer.status_code, read(answer)) for answer in seen[1:]] == [(403, words)] * 2
    assert seen[0].status_code == 200


@pytest.mark.parametrize("gate", ["deploy-gate", "nonsense", "CI-CHECKS", "ci-checks\x00", "é"])
def test_a_token_speaks_for_its_own_gate_alone(gate: str, pipeline: Pipeline) -> None:
    words = {"error": "This token speaks for the gate ci-checks alone: use a token of the gate you mean."}
    answers = [pipeline.check({"gate": gate, "service": "payments", "environment": "ci"}), pipeline.report(gate=gate)]
    assert [(answer.status_code, read(answer)) for answer in answers] == [(403, words)] * 2


def test_a_token_for_some_services_speaks_for_no_other(acme: Cast) -> None:
    gate = acme.gate("ci-checks")
    _, secret = issue_credential(gate=gate, name="search", services=["search"], by=None, now=NOW)
    sender = Pipeline(secret)
    words = {"error": "This token does not speak for payments: use one that does."}
    answers = [sender.check(), sender.report()]
    assert [(answer.status_code, read(answer)) for answer in answers] == [(403, words)] * 2
    assert sender.report(service="search").status_code == 201


def test_nobody_who_is_signed_in_passes_for_a_machine(acme: Cast) -> None:
    client = acme.client("alex")
    assert client.get("/t/acme/api/v1/bypasses?status=active").status_code == 401
    assert client.post("/t/acme/api/v1/deploys", REPORT, content_type="application/json").status_code == 401


def test_a_token_opens_no_page(acme: Cast) -> None:
    sender = Pipeline(acme.secret("ci-checks"))
    assert sender.client.get("/t/acme/").headers["Location"] == "/accounts/login/?next=/t/acme/"


def test_only_the_hash_of_a_token_is_kept(acme: Cast, pipeline: Pipeline) -> None:
    pipeline.check()
    secret = acme.secret("ci-checks")
    kept = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            kept += [table for row in cursor.fetchall() if secret in text(row)]
    assert kept == []
    token = acme.token("ci-checks")
    assert (token.digest, token.hint) == (hashlib.sha256(secret.encode()).hexdigest(), secret[-4:])


def text(row: tuple[object, ...]) -> str:
    """A database row as text, its binary columns too."""
    return "|".join(bytes(one).decode("latin-1") if isinstance(one, bytes | memoryview) else str(one) for one in row)


def test_two_tokens_are_never_the_same(acme: Cast) -> None:
    secrets = {issue() for _ in range(50)}
    assert (len(secrets), {len(secret) for secret in secrets}) == (50, {47})


def test_a_token_is_found_in_its_own_tenant_only(acme: Cast, globex: Cast) -> None:
    digest = acme.token("ci-checks").digest
    with context.entered(globex.tenant):
        assert list(MachineToken.objects.filter(digest=digest)) == []
