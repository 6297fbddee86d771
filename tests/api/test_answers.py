"""What every answer to a machine has in common: not cached, the caller's request id, one method, no cookie."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import HttpResponse

from tests.api.pipeline import FAILED, REPORT, Pipeline, read
from tests.cast import Cast
from tests.conftest import Approve, Ask

ANSWERS: dict[str, tuple[int, Callable[[Pipeline], HttpResponse]]] = {
    "enforce": (403, lambda sender: sender.check()),
    "bad input": (400, lambda sender: sender.check("gate=ci-checks&nonsense=1")),
    "too many fields": (400, lambda sender: sender.check("&".join(["rule=x"] * 1001))),
    "another gate": (403, lambda sender: sender.check(FAILED | {"gate": "deploy-gate"})),
    "open now": (200, lambda sender: sender.open_now()),
    "no status": (400, lambda sender: sender.open_now("")),
    "deploy": (201, lambda sender: sender.report()),
    "no json": (400, lambda sender: sender.post("nonsense")),
    "too large": (413, lambda sender: sender.post(" " * 65_537)),
    "much too large": (413, lambda sender: sender.post(" " * 1_048_577)),
    "another scope": (409, lambda sender: [sender.report(), sender.report(branch="main")][1]),
    "wrong method": (405, lambda sender: sender.send("delete", "check")),
    "no token": (401, lambda sender: sender.check()),
}


@pytest.fixture
def answers(db: None) -> Callable[..., dict[str, HttpResponse]]:
    """Every kind of answer, to a caller that sends these headers."""

    def _answers(**headers: str) -> dict[str, HttpResponse]:
        known = Pipeline(Cast("acme").secret("ci-checks"), **headers)
        nobody = Pipeline(None, **headers)
        return {name: get(nobody if status == 401 else known) for name, (status, get) in ANSWERS.items()}

    return _answers


def test_each_has_its_status_and_is_never_cached(answers: Callable[..., dict[str, HttpResponse]]) -> None:
    found = answers()
    seen = {name: (answer.status_code, answer.headers["Cache-Control"]) for name, answer in found.items()}
    assert seen == {name: (status, "no-store") for name, (status, _) in ANSWERS.items()}


def test_a_bypass_is_not_cached_either(acme: Cast, pipeline: Pipeline, ask: Ask, approve: Approve) -> None:
    approve(ask())
    answer = pipeline.check(**{"X-Request-ID": "run-1"})
    assert (answer.status_code, answer.headers["Cache-Control"], answer.headers["X-Request-ID"]) == (
        200,
        "no-store",
        "run-1",
    )


def test_each_echoes_the_request_id(answers: Callable[..., dict[str, HttpResponse]]) -> None:
    found = answers(**{"X-Request-ID": "run 4711/a-b_c"})
    assert {answer.headers.get("X-Request-ID") for answer in found.values()} == {"run 4711/a-b_c"}


def test_none_sets_a_cookie(answers: Callable[..., dict[str, HttpResponse]]) -> None:
    assert {str(answer.cookies) for answer in answers().values()} == {""}


def test_each_refusal_is_json_with_a_sentence(answers: Callable[..., dict[str, HttpResponse]]) -> None:
    refused = [answer for name, answer in answers().items() if name not in {"enforce", "open now", "deploy"}]
    assert {(answer.headers["Content-Type"], type(read(answer)["error"])) for answer in refused} == {
        ("application/json", str)
    }


def test_without_a_request_id_there_is_none(pipeline: Pipeline) -> None:
    assert pipeline.check().headers.get("X-Request-ID") is None


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [
        ("x" * 200, "x" * 200),
        ("x" * 201, None),
        ("a\r\nSet-Cookie: a=b", None),
        ("a\nX-Other: b", None),
        ("a\rb", None),
        ("a\x00b", None),
        ("a\tb", None),
        ("é", None),
        ("", None),
        ("<script>", "<script>"),
    ],
    ids=repr,
)
def test_only_a_plain_request_id_is_echoed(sent: str, echoed: str | None, pipeline: Pipeline) -> None:
    answer = pipeline.check(**{"X-Request-ID": sent})
    assert (answer.status_code, answer.headers.get("X-Request-ID"), str(answer.cookies)) == (403, echoed, "")


@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        *((path, method, "GET") for path in ("check", "bypasses") for method in ("head", "post", "put", "options")),
        *(("deploys", method, "POST") for method in ("get", "head", "put", "patch", "delete", "options", "trace")),
    ],
)
def test_another_method_is_405(path: str, method: str, allowed: str, pipeline: Pipeline) -> None:
    answer = pipeline.send(method, path)
    body = b"" if method == "head" else f'{{"error": "This address takes {allowed}."}}'.encode()
    assert (answer.status_code, answer.headers["Allow"], answer.content) == (405, allowed, body)


@pytest.mark.parametrize("path", ["check/", "Check", "deploys/1", "", "nothing"])
def test_an_unknown_address_is_404(path: str, pipeline: Pipeline) -> None:
    assert pipeline.send("get", path).status_code == 404


def test_an_answer_can_not_be_read_as_a_page(pipeline: Pipeline) -> None:
    branch = "<script>alert(1)</script>"
    answer = pipeline.check(FAILED | {"branch": branch})
    assert (answer.status_code, answer.headers["X-Content-Type-Options"]) == (403, "nosniff")
    assert (answer.headers["Content-Type"], branch in answer.content.decode()) == ("text/plain; charset=utf-8", True)


def test_a_report_comes_back_as_json_whatever_it_holds(pipeline: Pipeline) -> None:
    hostile = "</script><img src=x onerror=alert(1)>\"'{{7*7}}"
    answer = pipeline.report(id=hostile)
    assert (answer.headers["Content-Type"], read(answer)["id"], REPORT["id"]) == (
        "application/json",
        hostile,
        "deploy-1",
    )
