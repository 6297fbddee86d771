"""The database's own word on tenancy: a row, and every row that it points to, belong to one tenant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.apps import apps
from django.db.models import ForeignKey

from audit.trigger_sql import Trigger
from audit.triggers import check_row, frozen_columns
from tenants.owned import TenantOwned


def tenancy_triggers(app_label: str) -> list[Trigger]:
    """For every tenant-owned model of an app: its tenant never changes, and no foreign key leads to another tenant."""
    return [
        trigger
        for model in apps.get_app_config(app_label).get_models()
        if issubclass(model, TenantOwned)
        for trigger in _of(model)
    ]


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
