"""The AuthZEN 1.0 certification scenario, Basic and Batch, against our views with its fixture as the decision.

Subjects alice and bob, records 1 and 2, eight decisions: "Authorization API 1.0 - Certification Scenario" (2026).
"""

from __future__ import annotations

import contextvars
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from breakglass.gates import authzen
from breakglass.gates.entities import Evaluation
from tenants.access import MachineRequest
from tests.cast import Cast

type Document = dict[str, Any]
type Ask = Callable[..., HttpResponse]

ALICE, BOB = {"type": "user", "id": "alice"}, {"type": "user", "id": "bob"}
ADMIN = BOB | {"properties": {"role": "admin"}}
READ, WRITE = {"name": "read"}, {"name": "write"}
RECORD_1, RECORD_2 = {"type": "record", "id": "record-1"}, {"type": "record", "id": "record-2"}
ARCHIVED = RECORD_2 | {"properties": {"status": "archived"}}
ACTIVE = RECORD_1 | {"properties": {"status": "active"}}


def fixture(_: MachineRequest, asked: Evaluation) -> Document:
    """The policy that the scenario asks for."""
    return {"decision": _fixture(asked)}


def _fixture(asked: Evaluation) -> bool:
    if asked.action == "read":
        return True
    if asked.action == "delete":
        return asked.action_properties.get("soft") is True
    if asked.resource_properties.get("status") == "archived":
        return asked.subject_properties.get("role") == "admin"
    return asked.subject == "alice"


@pytest.fixture
def ask(acme: Cast) -> Ask:
    """POST to one of the two endpoints with acme's token."""
    secret = acme.secret("ci-checks")
    views = {"evaluation": authzen.single(fixture), "evaluations": authzen.several(fixture)}

    def _ask(
        body: Any, which: str = "evaluation", content_type: str = "application/json", **headers: str
    ) -> HttpResponse:
        raw = body if isinstance(body, str) else json.dumps(body)
        token = {"Authorization": f"Bearer {secret}", **headers}
        request = RequestFactory().post(f"/access/v1/{which}", raw, content_type=content_type, headers=token)
        return contextvars.Context().run(lambda: views[which](request, tenant="acme"))

    return _ask


def q(subject: Any, action: Any, resource: Any, **more: Any) -> Document:
    return {"subject": subject, "action": action, "resource": resource, **more}


def test_an_empty_body_is_400(ask: Ask) -> None:
    assert (ask("").status_code, ask("", "evaluations").status_code) == (400, 400)


def decided(answer: HttpResponse) -> tuple[int, str, Document]:
    return answer.status_code, answer.headers["Content-Type"], json.loads(answer.content)


@pytest.mark.parametrize(
    ("body", "decision"),
    [
        (q(ALICE, READ, RECORD_1), True),
        (q(ALICE, WRITE, RECORD_1), True),
        (q(BOB, READ, RECORD_1), True),
        (q(BOB, WRITE, RECORD_1), False),
        (q(ALICE, READ, RECORD_1, context={"time": "2025-06-27T18:03-07:00", "ip": "192.168.1.1"}), True),
        (q(ALICE, WRITE, ARCHIVED), False),
        (q(ADMIN, WRITE, ARCHIVED), True),
        (q(ALICE, {"name": "delete", "properties": {"soft": True}}, RECORD_1), True),
        (q(ALICE, {"name": "delete", "properties": {"soft": False}}, RECORD_1), False),
        (q(ALICE, READ, ACTIVE, foo="bar", futureField={"nested": True}), True),
        (q(ALICE, READ | {"properties": None}, RECORD_1, context=None), True),
    ],
)
def test_a_single_decision(ask: Ask, body: Document, decision: bool) -> None:
    for _ in range(3):
        assert decided(ask(body)) == (200, "application/json", {"decision": decision})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (q(None, READ, RECORD_1), "Send subject as an object."),
        ({"subject": ALICE, "resource": RECORD_1}, "Send action as an object."),
        ({"subject": ALICE, "action": READ}, "Send resource as an object."),
        (q({"id": "alice"}, READ, RECORD_1), "Send subject.type as a string."),
        (q({"type": "user"}, READ, RECORD_1), "Send subject.id as a string."),
        (q(ALICE, {}, RECORD_1), "Send action.name as a string."),
        (q(ALICE, READ, {"id": "record-1"}), "Send resource.type as a string."),
        (q(ALICE, READ, {"type": "record"}), "Send resource.id as a string."),
        (q("alice", READ, RECORD_1), "Send subject as an object."),
        (q(ALICE, {"name": 123}, RECORD_1), "Send action.name as a string."),
        (q(ALICE, READ, RECORD_1, context="now"), "Send context as an object, or leave it out."),
        (q(ALICE | {"properties": []}, READ, RECORD_1), "Send subject.properties as an object, or leave it out."),
        ("{not json", "Send one JSON object."),
        (" ", "Send one JSON object."),
        ("[]", "Send one JSON object."),
        ("[" * 60_000, "Send one JSON object."),
    ],
)
@pytest.mark.parametrize("which", ["evaluation", "evaluations"])
def test_what_is_no_question_is_400_with_a_message(ask: Ask, which: str, body: Any, message: str) -> None:
    answer = ask(body, which)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert answer.content.decode() == message


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/json-seq", ""])
def test_another_content_type_is_400(ask: Ask, content_type: str) -> None:
    answer = ask(q(ALICE, READ, RECORD_1), content_type=content_type)
    assert (answer.status_code, answer.content) == (400, b"Send the request as application/json.")


def test_the_content_type_may_name_its_charset(ask: Ask) -> None:
    answer = ask(q(ALICE, READ, RECORD_1), content_type="application/json; charset=utf-8")
    assert decided(answer) == (200, "application/json", {"decision": True})


@pytest.mark.parametrize("which", ["evaluation", "evaluations"])
def test_the_request_id_comes_back(ask: Ask, which: str) -> None:
    for body, status in ((q(ALICE, READ, RECORD_1), 200), ("", 400)):
        answer = ask(body, which, **{"X-Request-ID": "bfe9eb29-ab87-4ca3-be83-a1d5d8305716"})
        assert (answer.status_code, answer.headers["X-Request-ID"]) == (status, "bfe9eb29-ab87-4ca3-be83-a1d5d8305716")
    assert ask(q(ALICE, READ, RECORD_1), which).headers.get("X-Request-ID") is None


@pytest.mark.parametrize(
    ("body", "decisions"),
    [
        (
            {"subject": ALICE, "action": READ, "evaluations": [{"resource": RECORD_1}, {"resource": RECORD_2}]},
            [True, True],
        ),
        ({"subject": BOB, "resource": RECORD_1, "evaluations": [{"action": READ}, {"action": WRITE}]}, [True, False]),
        (
            {"subject": ALICE, "action": WRITE, "evaluations": [{"resource": ACTIVE}, {"resource": ARCHIVED}]},
            [True, False],
        ),
        (
            {"action": WRITE, "resource": ARCHIVED, "evaluations": [{"subject": ALICE}, {"subject": ADMIN}]},
            [False, True],
        ),
        ({"evaluations": [q(ALICE, READ, RECORD_1), q(BOB, WRITE, RECORD_1)]}, [True, False]),
        (q(ALICE, WRITE, ACTIVE, evaluations=[{}, {"resource": ARCHIVED}]), [True, False]),
        (q(ALICE, WRITE, ACTIVE, evaluations=[{"resource": None}]), [True]),
    ],
)
def test_a_batch_is_answered_in_order(ask: Ask, body: Document, decisions: list[bool]) -> None:
    expected = {"evaluations": [{"decision": decision} for decision in decisions]}
    assert decided(ask(body, "evaluations")) == (200, "application/json", expected)


@pytest.mark.parametrize("more", [{}, {"evaluations": []}, {"evaluations": None}])
def test_without_evaluations_the_request_is_one(ask: Ask, more: Document) -> None:
    assert decided(ask(q(ALICE, READ, RECORD_1, **more), "evaluations")) == (
        200,
        "application/json",
        {"decision": True},
    )


SEMANTICS = {
    "execute_all": [True, False, True, False],
    "deny_on_first_deny": [True, False],
    "permit_on_first_permit": [True],
}


@pytest.mark.parametrize("semantic", SEMANTICS)
def test_a_semantic_says_where_to_stop(ask: Ask, semantic: str) -> None:
    several = [{"action": action} for action in (READ, WRITE, READ, WRITE)]
    body = {"subject": BOB, "resource": RECORD_1, "evaluations": several, "options": {"evaluations_semantic": semantic}}
    assert [one["decision"] for one in json.loads(ask(body, "evaluations").content)["evaluations"]] == SEMANTICS[
        semantic
    ]


def test_one_bad_question_is_a_no_among_the_others(ask: Ask) -> None:
    body = {"subject": ALICE, "action": READ, "evaluations": [{"resource": RECORD_1}, {}, 5]}
    wrong = [
        {"decision": False, "context": {"error": {"status": 400, "message": message}}}
        for message in ("Send resource as an object.", "Send evaluations as an array of objects.")
    ]
    assert decided(ask(body, "evaluations"))[2] == {"evaluations": [{"decision": True}, *wrong]}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"evaluations": {}}, "Send evaluations as an array of objects."),
        ({"evaluations": [{}] * 51}, "Send at most 50 evaluations at a time: split the request."),
        ({"evaluations": [{}], "options": 5}, "Send options as an object, or leave it out."),
        (
            {"evaluations": [{}], "options": {"evaluations_semantic": "all"}},
            "evaluations_semantic is one of execute_all, deny_on_first_deny, permit_on_first_permit.",
        ),
    ],
)
def test_what_concerns_the_whole_batch_is_400(ask: Ask, more: Document, message: str) -> None:
    answer = ask(q(ALICE, READ, RECORD_1, **more), "evaluations")
    assert (answer.status_code, answer.content.decode()) == (400, message)
