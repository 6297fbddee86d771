"""The database's own word on tenancy: a row, and every row that it points to, belong to one tenant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.apps import apps
from django.db.models import ForeignKey

from audit.trigger_sql import NEVER, Trigger
from audit.triggers import check_row, frozen_columns, kept
from tenants.owned import TenantOwned


def tenancy_triggers(app_label: str) -> list[Trigger]:
    """For every tenant-owned model of an app: its tenant never changes, and no foreign key leads to another tenant."""
    return [
        trigger
        for model in apps.get_app_config(app_label).get_models()
        if issubclass(model, TenantOwned)
        for trigger in _of(model)
    ]


def people_triggers() -> list[Trigger]:
    """Who somebody is and since when they hold a right never changes; a right ends, and is never taken out."""
    return [
        *kept("tenants_member"),
        *frozen_columns("tenants_member", ["id", "user_id", "human_id", "joined_at"]),
        _held_once("tenants_member", "tenant_id", "user_id", "left_at"),
        *kept("tenants_rolegrant"),
        _held_once("tenants_rolegrant", "member_id", "role", "until"),
        *frozen_columns("tenants_rolegrant", ["id", "member_id", "role", "since"]),
        *kept("tenants_groupmembership"),
        _held_once("tenants_groupmembership", "group_id", "member_id", "until"),
        *frozen_columns("tenants_groupmembership", ["id", "group_id", "member_id", "since"]),
        *kept("tenants_machinetoken", [("id",), ("digest",)]),
        *frozen_columns("tenants_machinetoken", ["id", "digest", "created_at", "expires_at"]),
    ]


def _held_once(table: str, who: str, what: str, end: str) -> Trigger:
    """What is held still is not replaced by the same again (SQLite's INSERT OR REPLACE)."""
    same = f'"{who}" = NEW."{who}" AND "{what}" = NEW."{what}"'
    taken = f'NEW."{end}" IS NULL AND EXISTS (SELECT 1 FROM "{table}" WHERE {same} AND "{end}" IS NULL)'  # noqa: S608
    return Trigger(f"{table}_held_once", table, "INSERT", "This is held already.", taken, NEVER)


def _of(model: type[TenantOwned]) -> Iterable[Trigger]:
    table = model._meta.db_table
    for trigger in frozen_columns(table, ["tenant_id"]):
        yield replace(trigger, name=f"{table}_tenant_frozen")
    for field in model._meta.concrete_fields:
        target = field.related_model
        if isinstance(field, ForeignKey) and isinstance(target, type) and issubclass(target, TenantOwned):
            pointed = f'"{target._meta.db_table}" WHERE "{target._meta.pk.column}" = NEW."{field.column}"'
            other = f'NEW."{field.column}" IS NOT NULL AND NEW.tenant_id <> (SELECT tenant_id FROM {pointed})'  # noqa: S608
            message = f"A row of {table} points to another tenant by {field.column}."
            yield from check_row(f"{table}_{field.column}_tenant"[:56], table, other, other, message)
