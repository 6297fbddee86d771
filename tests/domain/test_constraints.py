"""Each constraint on our tables, without any trigger's help, refuses what it is there for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.models import F

from breakglass.models import Bypass, Check, ChecksBatch, Deploy, Gate, PolicyVersion, RefusedReview, Review
from tenants.models import Group, GroupMembership, MachineToken, Member, RoleGrant, User
from tests.cast import NOW, Cast
from tests.domain.constraints_morning import MORNING, TELLING
from tests.domain.lifting import lifted, message
from tests.domain.planted import change, copy, some
from tests.domain.support import MINUTE
from tests.domain.violations_proposals import CONSTRAINTS

type Find = Callable[[], list[Callable[[], object]]]

HELD = [
    (model, constraint)
    for app in ("tenants", "breakglass")
    for model in apps.get_app_config(app).get_models()
    for constraint in model._meta.constraints
]


def window() -> list[Callable[[], object]]:
    opened = some(Bypass, status="active")
    times = [NOW, None, opened.starts_at, opened.starts_at - timedelta(microseconds=1)]
    ends = [change(opened, expires_at=end) for end in times]
    return [*ends, change(some(Bypass, status="requested"), expires_at=NOW)]


def rules() -> list[Callable[[], object]]:
    asked = some(Bypass)
    return [change(asked, rules=[]), change(asked, whole_gate=True)]


def review() -> list[Callable[[], object]]:
    approval = some(Review)
    changes: list[dict[str, object]] = [{"ttl": None}, {"statement": ""}, {"clauses": []}, {"approves": False}]
    return [change(approval, **one) for one in changes]


def opened() -> list[Callable[[], object]]:
    times = {"starts_at": NOW, "expires_at": NOW + MINUTE}
    waiting, withdrawn = some(Bypass, status="requested"), some(Bypass, status="withdrawn")
    never = {"status": "active", "starts_at": None, "expires_at": None}
    return [change(waiting, **times), change(withdrawn, **times), change(waiting, **never)]


def closed() -> list[Callable[[], object]]:
    return [
        change(some(Bypass, status="withdrawn"), closed_at=None),
        change(some(Bypass, status="requested"), closed_at=NOW),
        change(some(Bypass, status="requested"), status="denied"),
    ]


def chained() -> list[Callable[[], object]]:
    waiting, before = some(Bypass, status="requested"), some(Bypass, status="active")
    return [change(waiting, extends_id=before.pk), change(waiting, chain_id=before.pk)]


def first() -> list[Callable[[], object]]:
    enforce, batch = some(Check, bypass=None), some(ChecksBatch)
    return [change(enforce, first=True, batch_id=None), change(some(Check, first=True), batch_id=batch.pk)]


REFUSED: dict[str, Find] = {
    "bypass_asked_once": lambda: [copy(some(Bypass, status="requested")), copy(some(Bypass, status="active"))],
    "bypass_window": window,
    "bypass_opened_has_a_window": opened,
    "bypass_closed_has_a_time": closed,
    "bypass_rules_or_gate": rules,
    **MORNING,
    **TELLING,
    **CONSTRAINTS,
    "bypass_extends_a_chain": chained,
    "check_first_once": lambda: [copy(some(Check, first=True), evaluation="evl_another")],
    "check_first_has_its_own_entry": first,
    "deploy_id_once": lambda: [copy(some(Deploy))],
    "gate_slug_once": lambda: [copy(some(Gate))],
    "group_membership_once": lambda: [copy(some(GroupMembership))],
    "group_slug_not_peers": lambda: [change(some(Group), slug="peers")],
    "group_slug_once": lambda: [copy(some(Group))],
    "member_left": lambda: [change(some(Member), left_at=F("joined_at") - timedelta(microseconds=1))],
    "member_once": lambda: [copy(some(Member))],
    "policy_number_once": lambda: [copy(some(PolicyVersion))],
    "refused_review_recorded_once": lambda: [copy(some(RefusedReview))],
    "review_approval_has_ttl_and_statement": review,
    "review_four_eyes": lambda: [change(some(Review), human_id=F("requester_human_id"))],
    "review_once_per_human": lambda: [copy(some(Review))],
    "role_known": lambda: [change(some(RoleGrant), role="owner")],
    "role_once": lambda: [copy(some(RoleGrant))],
    "token_expires_after_made": lambda: [change(some(MachineToken), expires_at=F("created_at"))],
    "user_email_lower_case": lambda: [change(some(User), email="Rosa@acme.example")],
}


def told(model: type[models.Model], constraint: models.BaseConstraint) -> str:
    """How the database names the constraint when it refuses."""
    table, name = model._meta.db_table, constraint.name
    unique = isinstance(constraint, models.UniqueConstraint)
    if connection.vendor == "postgresql" and unique:
        return f'duplicate key value violates unique constraint "{name}"'
    if connection.vendor == "postgresql":
        return f'new row for relation "{table}" violates check constraint "{name}"'
    if isinstance(constraint, models.UniqueConstraint):
        columns = [model._meta.get_field(field).column for field in constraint.fields]  # type: ignore[union-attr]
        return f"UNIQUE constraint failed: {', '.join(f'{table}.{column}' for column in columns)}"
    return f"CHECK constraint failed: {name}"


@pytest.mark.parametrize(("model", "constraint"), HELD, ids=[constraint.name for _, constraint in HELD])
def test_each_constraint_refuses(planted: Cast, model: type[models.Model], constraint: models.BaseConstraint) -> None:
    acts = REFUSED[constraint.name]()
    with lifted(model._meta.db_table):
        assert [message(act) for act in acts] == [told(model, constraint)] * len(acts)
    assert acts != []


def test_every_violation_is_of_a_constraint_that_is_there() -> None:
    assert sorted(REFUSED) == sorted(constraint.name for _, constraint in HELD)
