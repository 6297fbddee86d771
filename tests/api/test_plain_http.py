"""A portal behind TLS that is asked over plain http: no redirect, which `curl -f` would take for a bypass."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from tests.api.pipeline import Pipeline, read
from tests.conftest import Approve, Ask


@pytest.fixture(autouse=True)
def _behind_tls(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def test_every_answer_is_a_refusal_even_under_a_bypass(pipeline: Pipeline, ask: Ask, approve: Approve) -> None:
    approve(ask())
    answers = [pipeline.check(), pipeline.report(), pipeline.open_now(), Pipeline(None).check()]
    told = {"error": "This came in over http: send it to http://localhost:8000."}
    assert [(answer.status_code, read(answer)) for answer in answers] == [(400, told)] * 4


@pytest.mark.parametrize("path", ["access/v1/evaluation", "access/v1/evaluations", "opa/data.json", "opa/policy.rego"])
def test_the_gates_protocols_are_not_redirected_either(path: str, db: None) -> None:
    assert [Client().get(f"/t/acme/{path}").status_code, Client().post(f"/t/acme/{path}").status_code] == [400, 400]


def test_over_tls_it_answers(pipeline: Pipeline, ask: Ask, approve: Approve) -> None:
    approve(ask())
    assert pipeline.check(**{"X-Forwarded-Proto": "https"}).status_code == 200


def test_a_page_is_redirected(db: None) -> None:
    answer = Client().get("/t/acme/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://testserver/t/acme/")


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_a_probe_is_answered(path: str, db: None) -> None:
    assert Client().get(path).status_code == 200
