"""What machines can call, and the shapes of what they send and get: the one table that openapi.json is written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from breakglass.actions.judging import MOST
from breakglass.models.deploys import DeployStatus
from breakglass.models.gates import InFlight

type Schema = dict[str, Any]
type Content = dict[str, Any]


def text(most: int, **more: Any) -> Schema:
    """A string of at most so many characters."""
    return {"type": "string", "maxLength": most} | more


def a(name: str) -> Schema:
    """One of the named shapes."""
    return {"$ref": f"#/components/schemas/{name}"}


def json(schema: Schema) -> Content:
    """An answer in JSON."""
    return {"application/json": {"schema": schema}}


def obj(required: str, properties: Mapping[str, Schema], *, closed: bool = False) -> Schema:
    """An object; `closed` refuses other members."""
    made: Schema = {"type": "object", "required": required.split(), "properties": dict(properties)}
    return made | ({"additionalProperties": False} if closed else {})


NAME = text(100, pattern="^[A-Za-z0-9][A-Za-z0-9._/-]*$", minLength=1)
BRANCH, ARTIFACT = text(250), text(71, pattern="^(sha256:[0-9A-Fa-f]{64})?$")
RULES: Schema = {
    "type": "array",
    "maxItems": 50,
    "items": text(120, pattern="^[A-Za-z0-9][A-Za-z0-9._:/-]*$", minLength=1),
}
URL, ID, WHEN = text(500), text(200, minLength=1), {"type": "string", "format": "date-time"}
SCOPE = {"gate": text(40, minLength=1), "service": NAME, "environment": NAME, "branch": BRANCH, "artifact": ARTIFACT}
BYPASS_ID = text(23, pattern="^bg_[0-9a-z]{20}$")
OR_NULL: Schema = {"type": "null"}
ENTITY = obj(
    "type id", {"type": text(100, minLength=1), "id": text(100, minLength=1), "properties": {"type": "object"}}
)

SCHEMAS: dict[str, Schema] = {
    "Error": obj(
        "error", {"error": {"type": "string"}, "field": {"type": "string"}, "fields": {"type": "object"}}, closed=True
    ),
    "Covering": obj(
        "id entry expires_at expires_unix",
        {"id": BYPASS_ID, "entry": text(40), "expires_at": WHEN, "expires_unix": {"type": "integer"}, "url": text(500)},
        closed=True,
    ),
    "Check": obj(
        "decision evaluation_id reason url",
        {
            "decision": {"enum": ["bypass", "enforce"]},
            "evaluation_id": text(40),
            "reason": {"type": "string"},
            "url": {"type": ["string", "null"]},
            "bypass": a("Covering"),
        },
        closed=True,
    ),
    "Deploy": obj(
        "id gate service environment status",
        {
            **SCOPE,
            "id": ID,
            "status": {"enum": list(DeployStatus.values)},
            "url": URL,
            "provenance_url": URL,
        },
        closed=True,
    ),
    "RecordedDeploy": obj(
        "id gate service environment branch artifact status url provenance_url bypass entry in_flight",
        {
            **SCOPE,
            "id": ID,
            "status": {"enum": list(DeployStatus.values)},
            "url": URL,
            "provenance_url": URL,
            "bypass": {"anyOf": [BYPASS_ID, OR_NULL]},
            "entry": {"type": ["string", "null"]},
            "in_flight": {"enum": [*InFlight.values, None]},
        },
        closed=True,
    ),
    "Verdict": obj(
        "id gate service environment decision",
        {
            **SCOPE,
            "id": ID,
            "decision": {"enum": ["pass", "fail"]},
            "rules": RULES,
            "evidence_url": URL,
            "evaluated_at": WHEN,
        },
        closed=True,
    ),
    "Kept": obj("new known", {"new": {"type": "integer"}, "known": {"type": "integer"}}, closed=True),
    "Active": obj(
        "bypasses",
        {
            "bypasses": {
                "type": "array",
                "items": obj(
                    "id gate service environment branch artifact whole_gate rules"
                    " starts_at expires_at expires_unix drill url",
                    {
                        **SCOPE,
                        "id": BYPASS_ID,
                        "whole_gate": {"type": "boolean"},
                        "rules": RULES,
                        "starts_at": WHEN,
                        "expires_at": WHEN,
                        "expires_unix": {"type": "integer"},
                        "drill": {"type": "boolean"},
                        "url": text(500),
                    },
                    closed=True,
                ),
            }
        },
        closed=True,
    ),
    "Question": obj(
        "subject action resource",
        {
            "subject": ENTITY,
            "action": obj("name", {"name": text(100, minLength=1), "properties": {"type": "object"}}),
            "resource": ENTITY,
            "context": {"type": "object"},
        },
    ),
    "Questions": obj(
        "evaluations",
        {
            "evaluations": {"type": "array", "minItems": 1, "maxItems": 50, "items": {"type": "object"}},
            "subject": ENTITY,
            "action": obj("name", {"name": text(100, minLength=1), "properties": {"type": "object"}}),
            "resource": ENTITY,
            "context": {"type": "object"},
            "options": obj(
                "", {"evaluations_semantic": {"enum": ["execute_all", "deny_on_first_deny", "permit_on_first_permit"]}}
            ),
        },
    ),
    "Answer": obj("decision", {"decision": {"type": "boolean"}, "context": {"type": "object"}}, closed=True),
    "Answers": obj("evaluations", {"evaluations": {"type": "array", "items": a("Answer")}}, closed=True),
    "OpaData": obj(
        "breakglass",
        {
            "breakglass": obj(
                "v generated_at valid_until bypasses",
                {
                    "v": {"const": 1},
                    "generated_at": {"type": "integer"},
                    "valid_until": {"type": "integer"},
                    "bypasses": {"type": "object"},
                },
                closed=True,
            )
        },
        closed=True,
    ),
}


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One address and method. `answers` maps a status to what it says and its content; `errors` are as everywhere."""

    name: str
    method: str
    path: str
    summary: str
    answers: Mapping[str, tuple[str, Content]]
    errors: tuple[str, ...] = ("400", "401", "403")
    parameters: tuple[Schema, ...] = ()
    body: Schema | None = None
    plain: bool = False


def _query(name: str, schema: Schema, *, required: bool = False) -> Schema:
    return {"name": name, "in": "query", "required": required, "schema": schema}


_NEEDED = {"gate", "service", "environment"}
_SAID = {"text/plain": {"schema": {"type": "string"}}} | json(a("Check"))
_PLAIN = {"text/plain": {"schema": {"type": "string"}}}
OPERATIONS = (
    Operation(
        name="check",
        method="get",
        path="/api/v1/check",
        summary="The gate that is one line of shell: 200 with an active bypass, 403 without.",
        parameters=(
            *(_query(name, schema, required=name in _NEEDED) for name, schema in SCOPE.items()),
            _query("rule", RULES),
        ),
        answers={
            "200": ("An active bypass covers this.", _SAID),
            "403": (
                "None does, or the token may not ask.",
                _PLAIN | json({"anyOf": [a("Check"), a("Error")]}),
            ),
        },
        errors=("400", "401"),
    ),
    Operation(
        name="deploys",
        method="post",
        path="/api/v1/deploys",
        summary="What was shipped, by the caller's id.",
        body=a("Deploy"),
        answers={
            "200": ("It was known.", json(a("RecordedDeploy"))),
            "201": ("It is new.", json(a("RecordedDeploy"))),
        },
        errors=("400", "401", "403", "409", "413"),
    ),
    Operation(
        name="verdicts",
        method="post",
        path="/api/v1/verdicts",
        summary="What the gate's own policy said, one verdict or many, by the caller's ids.",
        body={"anyOf": [a("Verdict"), {"type": "array", "minItems": 1, "maxItems": MOST, "items": a("Verdict")}]},
        answers={"200": ("None was new.", json(a("Kept"))), "201": ("Some were new.", json(a("Kept")))},
        errors=("400", "401", "403", "409", "413"),
    ),
    Operation(
        name="bypasses",
        method="get",
        path="/api/v1/bypasses",
        summary="What is open now.",
        parameters=(_query("status", {"enum": ["active"]}, required=True),),
        answers={"200": ("The one that ends last comes first.", json(a("Active")))},
        errors=("400", "401"),
    ),
    Operation(
        name="evaluation",
        method="post",
        path="/access/v1/evaluation",
        summary="AuthZEN Authorization API 1.0: one question.",
        body=a("Question"),
        answers={"200": ("The decision, also for no.", json(a("Answer")))},
        errors=("400", "401", "403", "413"),
        plain=True,
    ),
    Operation(
        name="evaluations",
        method="post",
        path="/access/v1/evaluations",
        summary="AuthZEN Authorization API 1.0: several questions.",
        body={"anyOf": [a("Questions"), a("Question")]},
        answers={"200": ("The decisions in order.", json({"anyOf": [a("Answers"), a("Answer")]}))},
        errors=("400", "401", "403", "413"),
        plain=True,
    ),
    Operation(
        name="opa-data",
        method="get",
        path="/opa/data.json",
        summary="What is open at the token's gate, as data that carries its own end.",
        answers={"200": ("Every time is in Unix seconds.", json(a("OpaData")))},
        errors=("401", "403"),
    ),
    Operation(
        name="opa-policy",
        method="get",
        path="/opa/policy.rego",
        summary="The Rego module that reads the data.",
        answers={"200": ("Rego v1.", _PLAIN)},
        errors=("401",),
    ),
    Operation(
        name="openapi",
        method="get",
        path="/api/openapi.json",
        summary="This document.",
        answers={"200": ("OpenAPI 3.1.", json({"type": "object"}))},
        errors=("401",),
    ),
)
