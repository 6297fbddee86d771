"""What a refusal carries to the edges."""

import pytest

from breakglass.errors import BadInput, BypassError, Forbidden, NotFound, PolicyError, Problem, TooLarge, WrongState


@pytest.mark.parametrize(
    ("kind", "status"), [(BypassError, 400), (Forbidden, 403), (NotFound, 404), (WrongState, 409), (TooLarge, 413)]
)
def test_each_kind_has_its_status_and_sentence(kind: type[BypassError], status: int) -> None:
    error = kind("This happened: do that.", field="ttl")
    assert (error.status, error.sentence, error.field, str(error)) == (
        status,
        "This happened: do that.",
        "ttl",
        "This happened: do that.",
    )


def test_bad_input_keeps_every_field() -> None:
    error = BadInput({"ttl": ["One."], "branch": ["Two.", "Three."]})
    assert (error.status, error.fields) == (400, {"ttl": ("One.",), "branch": ("Two.", "Three.")})
    assert (error.sentence, error.field) == ("One. Two. Three.", None)


def test_bad_input_about_one_field_names_it() -> None:
    assert BadInput({"ttl": ["One."]}).field == "ttl"


def test_policy_problems_come_in_the_order_of_the_lines() -> None:
    error = PolicyError([Problem(9, "b is odd", "mend b"), Problem(2, "a is odd", "mend a"), Problem(0, "all", "none")])
    assert (error.status, error.field) == (400, "policy")
    assert error.sentence == "all; none\nline 2: a is odd; mend a\nline 9: b is odd; mend b"
