"""Whatever bytes come in, one of the statuses that the contract lists goes out."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.pipeline import FAILED, REPORT, Pipeline, read

REFUSALS = {400, 401, 403, 404, 405, 409, 413, 429}
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
HEADER = st.text(st.characters(max_codepoint=255), max_size=300)


def mutated(good: dict[str, str], values: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    """Sound fields with a few replaced by anything, so that the deeper checks are reached too."""
    return st.dictionaries(st.sampled_from(sorted(good)) | st.text(max_size=5), values, max_size=3).map(
        lambda change: {**good, **change}
    )


@FEW
@given(query=st.text(st.characters(max_codepoint=127), max_size=300))
def test_any_query(query: str, pipeline: Pipeline) -> None:
    assert pipeline.check(query.replace("#", "")).status_code in REFUSALS


@FEW
@given(query=mutated(FAILED, st.text() | st.lists(st.text(), max_size=3)))
def test_any_parameters(query: dict[str, object], pipeline: Pipeline) -> None:
    encoded = {name: _encoded(value) for name, value in query.items()}
    assert pipeline.check(encoded).status_code in REFUSALS


@FEW
@given(body=st.binary(max_size=300))
def test_any_body(body: bytes, pipeline: Pipeline) -> None:
    assert pipeline.post(body).status_code in REFUSALS


@FEW
@given(fields=mutated(REPORT, JSON | st.text()))
def test_any_fields(fields: dict[str, object], pipeline: Pipeline) -> None:
    answer = pipeline.post(json.dumps(fields))
    assert answer.status_code in REFUSALS | {200, 201}
    if answer.status_code == 201:
        assert read(answer)["id"] == str(fields["id"]).replace("\r\n", "\n").replace("\r", "\n").strip()


@FEW
@given(token=HEADER, accept=HEADER, request_id=HEADER)
def test_any_headers(token: str, accept: str, request_id: str, pipeline: Pipeline) -> None:
    headers = {"Accept": accept, "X-Request-ID": request_id}
    nobody = Pipeline(None, Authorization=token)
    found = [nobody.check(**headers), nobody.report(), pipeline.check(**headers)]
    assert [answer.status_code for answer in found] == [401, 401, 403]


def _encoded(value: object) -> object:
    """Text that a query can carry."""
    if isinstance(value, list):
        return [_encoded(one) for one in value]
    return str(value).encode("utf-8", "replace").decode()
