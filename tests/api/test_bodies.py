"""A report that can't be understood: 400 with the field, 413 past 64 KiB, and nothing recorded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from breakglass.models import Deploy
from tests.api.pipeline import REPORT, Pipeline, read
from tests.cast import Cast

ONE_OBJECT = {"body": ["Send one JSON object."]}
TEXT = ["Send this as a string."]
NO_FIELD = ["There is no such field here: take it out."]
NO_ID = ["Send the deploy's id: your own, the same in every report of it."]
NO_ADDRESS = ["This is not a web address: it has to begin with https:// or http://."]
STATUSES = ["The status is one of started, succeeded, failed, cancelled."]
CONTROL = ["This has a control character in it: remove it, or type the text again."]
PRODUCTION = (
    "The gate ci-checks does not list the environment production: choose from ci, staging, or ask an admin to add it."
)
WHOLE = json.dumps(REPORT)

NO_OBJECT: list[str | bytes] = [
    "",
    " ",
    "null",
    "true",
    "4",
    '"text"',
    "[]",
    f"[{WHOLE}]",
    WHOLE[:-1],
    WHOLE + "x",
    WHOLE + WHOLE,
    "{'id': 'x'}",
    "id=x&gate=y",
    '{"id": ' + "9" * 5000 + "}",
    "[" * 60_000,
    '{"id":' * 10_000,
    b"\x00",
    b"\xff\xfe",
    b'{"id": "\xff"}',
    b'{"id": "a\x00b"}',
]


@pytest.mark.parametrize("body", NO_OBJECT, ids=lambda body: repr(body)[:30])
def test_what_is_no_json_object_is_400(body: str | bytes, acme: Cast, pipeline: Pipeline) -> None:
    answer = pipeline.post(body)
    assert (answer.status_code, read(answer)) == (400, {"error": "Send one JSON object.", "fields": ONE_OBJECT})
    assert Deploy.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"id": 4711}, {"id": TEXT}),
        (
            {"id": ["x"], "gate": {"a": 1}, "url": True, "branch": 1.5},
            dict.fromkeys(("id", "gate", "branch", "url"), TEXT),
        ),
        ({"nonsense": "x"}, {"nonsense": NO_FIELD}),
        ({"bypass": "bg_x", "entry": "1-1"}, {"bypass": NO_FIELD, "entry": NO_FIELD}),
        ({"": "x", "Status": "started", "\x00": 1}, dict.fromkeys(("", "\x00", "Status"), NO_FIELD)),
        ({"id": ""}, {"id": NO_ID}),
        ({"id": " \n "}, {"id": NO_ID}),
        ({"id": None}, {"id": NO_ID}),
        ({"id": "a\x00b"}, {"id": CONTROL}),
        ({"id": "a\x1bb"}, {"id": CONTROL}),
        ({"id": "x" * 201}, {"id": ["This is 201 characters long: keep it to 200 and link to the rest."]}),
        ({"status": "done"}, {"status": STATUSES}),
        ({"status": "STARTED"}, {"status": STATUSES}),
        ({"status": None}, {"status": STATUSES}),
        ({"url": "javascript:alert(1)"}, {"url": NO_ADDRESS}),
        ({"url": " JavaScript:alert(1)"}, {"url": NO_ADDRESS}),
        ({"url": "//evil.example"}, {"url": NO_ADDRESS}),
        ({"url": "http://"}, {"url": NO_ADDRESS}),
        ({"url": "http://[::1"}, {"url": NO_ADDRESS}),
        ({"url": "https://a b"}, {"url": NO_ADDRESS}),
        ({"provenance_url": "data:text/html,x"}, {"provenance_url": NO_ADDRESS}),
        (
            {"url": "https://x/" + "y" * 491},
            {"url": ["This is 501 characters long: keep it to 500 and link to the rest."]},
        ),
        ({"gate": ""}, {"gate": ["Say which gate this is about: gate=ci-checks."]}),
        ({"service": "*"}, {"service": ["Name one service; a wildcard can't be bypassed."]}),
        (
            {"environment": "production"},
            {"environment": [PRODUCTION]},
        ),
    ],
    ids=repr,
)
def test_what_is_wrong_is_named(change: dict[str, Any], fields: dict[str, Any], acme: Cast, pipeline: Pipeline) -> None:
    answer = pipeline.post(REPORT | change)
    assert (answer.status_code, read(answer)["fields"]) == (400, fields)
    assert Deploy.objects.count() == 0


@pytest.mark.parametrize("field", ["id", "url", "branch", "service", "status", "gate"])
def test_half_a_character_is_refused(field: str, acme: Cast, pipeline: Pipeline) -> None:
    answer = pipeline.post(json.dumps(REPORT | {field: "https://x.example/\ud800"}))
    expected = (403, None) if field == "gate" else (400, [field])
    fields = read(answer).get("fields")
    assert (answer.status_code, None if fields is None else list(fields)) == expected
    assert Deploy.objects.count() == 0


@pytest.mark.parametrize(("size", "status"), [(65_536, 201), (65_537, 413), (1_048_576, 413), (1_048_577, 413)])
def test_64_kib_are_read_and_no_byte_more(size: int, status: int, acme: Cast, pipeline: Pipeline) -> None:
    answer = pipeline.post(WHOLE + " " * (size - len(WHOLE)))
    assert (answer.status_code, Deploy.objects.count()) == (status, 1 if status == 201 else 0)
    if status == 413:
        assert read(answer) == {"error": "This body is larger than 64 KiB: send less."}


@pytest.mark.parametrize(("length", "status"), [("0", 400), ("-1", 400), ("nonsense", 400), ("9" * 16, 413)])
def test_a_false_length_is_no_way_around(length: str, status: int, acme: Cast, pipeline: Pipeline) -> None:
    how = {"data": WHOLE, "content_type": "application/json", "CONTENT_LENGTH": length}
    assert pipeline.send("post", "deploys", **how).status_code == status
    assert Deploy.objects.count() == 0


def test_of_a_key_named_twice_the_last_one_counts(acme: Cast, pipeline: Pipeline) -> None:
    answer = pipeline.post(WHOLE[:-1] + ', "id": "the last"}')
    assert (answer.status_code, read(answer)["id"]) == (201, "the last")
