"""openapi.json is true to the code: every address is in it, and schemathesis finds no answer that it does not know."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from breakglass.api import urls as api
from breakglass.api.openapi import document
from breakglass.models import Bypass
from breakglass.urls import tenant as tenant_patterns
from breakglass.wsgi import application
from tests.cast import ASK, Cast
from tests.conftest import Approve, Ask
from tests.gates.caller import Caller, read

BASE = "http://localhost:8000/t/acme"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
VALUES = {"gate": ["ci-checks"], "service": ["payments"], "environment": ["ci"], "branch": ["", ASK.branch]}
OPERATIONS = [(path, method) for path, item in document(BASE)["paths"].items() for method in item]


def known(schema: Any) -> Any:
    """The same with the demo's own gate and scope, so that more than refusals is seen."""
    if isinstance(schema, list):
        return [known(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    again = {name: known(inner) for name, inner in schema.items()}
    if schema.get("in") == "query" and schema.get("name") in VALUES:
        return again | {"schema": {"enum": VALUES[schema["name"]]}}
    if isinstance(properties := again.get("properties"), dict):
        again["properties"] = properties | {name: {"enum": VALUES[name]} for name in VALUES if name in properties}
    return again


@pytest.fixture(autouse=True)
def connected() -> Iterator[None]:
    """A server's process closes its connection between requests, and with it this test's transaction: not here."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def opened(ask: Ask, approve: Approve) -> Bypass:
    """Active, so that a yes is seen."""
    return approve(ask())


def test_every_address_for_machines_is_described() -> None:
    ours = [pattern.name for pattern in api.urlpatterns] + [
        name for pattern in tenant_patterns if str(name := getattr(pattern, "name", "")).startswith("api-")
    ]
    addresses = {reverse(str(name), args=["acme"]).removeprefix("/t/acme") for name in ours}
    assert addresses == {path for path, _ in OPERATIONS}


def test_the_document_is_served_to_a_token(acme: Cast, caller: Caller) -> None:
    assert read(caller.get("api/openapi.json")) == document(BASE)
    assert Caller(None).get("api/openapi.json").status_code == 401


@pytest.mark.parametrize("world", ["any", "known"])
@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=str)
def test_no_answer_is_outside_the_document(acme: Cast, opened: Bypass, path: str, method: str, world: str) -> None:
    described = document(BASE)
    schema = schemathesis.openapi.from_dict(known(described) if world == "known" else described)
    schema.app = application
    operation = schema[path][method]
    headers = {"Authorization": f"Bearer {acme.secret('ci-checks')}"}

    @settings(
        max_examples=15,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def holds(case: Any) -> None:
        answer = contextvars.Context().run(lambda: case.call(headers=headers))
        case.validate_response(answer, checks=CHECKS)

    holds()
