"""Each trigger on our tables, alone, refuses what it is there for; and no table of ours is without them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.models import Q

from audit import triggers
from audit.trigger_sql import Trigger
from breakglass.models import (
    ActionItem,
    Bypass,
    Check,
    Deploy,
    Finding,
    Gate,
    Message,
    Pack,
    PackFile,
    PostMortem,
    Proposal,
    RuleVerdict,
    Verdict,
    Webhook,
)
from tests.cast import Cast
from tests.domain.lifting import OURS, lifted, message
from tests.domain.planted import another, change, rows, some
from tests.domain.support import snapshot
from tests.domain.violations import WRITTEN, model_of, violations_of

# The columns that an act may change; every other keeps its first value.
MUTABLE: dict[type[models.Model], set[str]] = {
    Bypass: {"status", "starts_at", "expires_at", "closed_at", "closed_by_id"},
    Check: {"batch_id", "milliseconds"},
    Verdict: {"batch_id"},
    Deploy: {"status", "url", "provenance_url", "last_seen_at"},
    Gate: {"name", "services", "environments", "required", "in_flight"},
    Webhook: {"disabled_at", "disabled_because"},
    Message: {"not_before", "state", "attempts", "settled_at", "said"},
    Pack: {"state", "percent", "problem", "entry", "has_pdf", "made_at"},
    PackFile: {"content"},
    PostMortem: {"assignee_id", "incident_url", "version", "signed_off_at", "signed_off_by_id"},
    RuleVerdict: {"verdict", "comment", "by_id", "at"},
    ActionItem: {"done_at", "done_by_id"},
    Finding: {"closed_at"},
    Proposal: {"state", "decided_by_id", "decider_human_id", "decided_at", "comment"},
}
APPEND_ONLY = {
    f"breakglass_{name}"
    for name in (
        *("review", "refusedreview", "policyversion", "checksbatch", "verdictsbatch"),
        *("attempt", "postmortemtemplate", "revision"),
    )
}
SQLITE_ONLY = {
    *("breakglass_bypass_asked_once", "breakglass_check_first_once", "breakglass_message_told_once"),
    *(f"tenants_{name}_held_once" for name in ("member", "rolegrant", "groupmembership")),
    *(f"breakglass_{name}_open_once" for name in ("webhook", "pack", "finding", "proposal")),
}
COLUMNS = [(model, field.attname) for model in MUTABLE for field in model._meta.concrete_fields]
REPLACED = [trigger.table for trigger in OURS if trigger.name.endswith("_no_delete")]


@pytest.mark.parametrize("trigger", [pytest.param(trigger, id=trigger.name) for trigger in OURS])
def test_each_trigger_alone_refuses(planted: Cast, trigger: Trigger) -> None:
    acts = violations_of(trigger, planted)
    with lifted(trigger.table, but=trigger.name):
        assert [message(act) for act in acts] == [trigger.message] * len(acts)
    with lifted(trigger.table):
        assert trigger.message not in [message(act) for act in acts]
    assert acts != []


@pytest.mark.parametrize(("model", "column"), COLUMNS, ids=[f"{model.__name__}.{name}" for model, name in COLUMNS])
def test_a_column_keeps_its_first_value_unless_it_may_change(
    planted: Cast, model: type[models.Model], column: str
) -> None:
    row = some(model, tenant=planted.tenant)
    field: Any = next(field for field in model._meta.concrete_fields if field.attname == column)
    act = change(row, **{column: another(field, getattr(row, column))})
    with lifted(model._meta.db_table, but="_frozen"):
        assert message(act).endswith("never change.") == (column not in MUTABLE[model])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="Only SQLite has INSERT OR REPLACE.")
@pytest.mark.parametrize("table", REPLACED)
def test_no_unique_key_lets_a_row_be_replaced(planted: Cast, table: str) -> None:
    keys = unique_keys(model_of(table))
    before = snapshot()
    assert [fields for fields, row in keys if message(replace(row, fields)) == ""] == []
    assert snapshot() == before


def unique_keys(model: type[models.Model]) -> list[tuple[set[str], models.Model]]:
    """Each unique key of a table, and a row that has it."""
    single = [({field.attname}, Q()) for field in model._meta.concrete_fields if field.unique]
    constraints = [one for one in model._meta.constraints if isinstance(one, models.UniqueConstraint)]
    names = {field.name: field.attname for field in model._meta.concrete_fields}
    several = [({names[name] for name in one.fields}, one.condition or Q()) for one in constraints]
    found = [(key, rows(model).filter(condition).first()) for key, condition in [*single, *several]]
    return [(key, row) for key, row in found if row is not None]


def replace(row: models.Model, key: set[str]) -> Callable[[], None]:
    """INSERT OR REPLACE of a row that has only this unique key in common with the one that is there."""

    def act() -> None:
        fields: list[Any] = list(row._meta.concrete_fields)
        told = {field.attname: getattr(row, field.attname) for field in fields}
        new = {field.attname: another(field, told[field.attname]) for field in fields if field.unique}
        told |= {name: value for name, value in new.items() if name not in key}
        values = [field.get_db_prep_save(told[field.attname], connection) for field in fields]
        columns, marks = ", ".join(f'"{field.column}"' for field in fields), ", ".join(["%s"] * len(fields))
        with connection.cursor() as cursor:
            cursor.execute(f'INSERT OR REPLACE INTO "{row._meta.db_table}" ({columns}) VALUES ({marks})', values)

    return act


def test_every_table_of_the_record_keeps_its_rows() -> None:
    kept = {trigger.table for trigger in OURS if trigger.name.endswith("_no_delete")}
    record = {model._meta.db_table for model in apps.get_app_config("breakglass").get_models()}
    removed = {"breakglass_packfile"}  # after 30 days: a pack can be made again from the log
    assert record - kept == {"breakglass_gatecredential", "breakglass_heartbeat", *removed}


def test_no_trigger_is_gone() -> None:
    names = {trigger.name for trigger in OURS}
    elsewhere = set() if connection.vendor == "sqlite" else SQLITE_ONLY
    assert set(WRITTEN) - names == elsewhere
    assert {trigger.table for trigger in OURS if trigger.name.endswith("_no_update")} == APPEND_ONLY


def test_every_way_to_another_tenant_is_watched() -> None:
    ways = {
        f"{model._meta.db_table}_{field.column}_tenant_{event}"
        for app in ("tenants", "breakglass")
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and hasattr(field.related_model, "tenant")
        for event in ("insert", "update")
        if hasattr(model, "tenant")
    }
    assert {trigger.name for trigger in OURS if trigger.name.endswith(("_tenant_insert", "_tenant_update"))} == ways


def test_they_are_all_there(db: None) -> None:
    assert triggers.missing(connection) == []
