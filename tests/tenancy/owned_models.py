"""Every tenant-owned model, and every foreign key that leads from one to another: what the tests are generated from."""

from __future__ import annotations

from django.apps import apps
from django.db.models import ForeignKey

from tenants.owned import TenantOwned

OWNED = [model for model in apps.get_models() if issubclass(model, TenantOwned)]


def foreign_keys(model: type[TenantOwned]) -> list[str]:
    """The names of the model's foreign keys, `tenant` too."""
    return [field.name for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]


def target(model: type[TenantOwned], key: str) -> type[TenantOwned] | None:
    """The tenant-owned model that a foreign key leads to, if it leads to one."""
    to = model._meta.get_field(key).related_model
    return to if isinstance(to, type) and issubclass(to, TenantOwned) else None


KEYS = [(model, key) for model in OWNED for key in foreign_keys(model)]
OWNED_KEYS = [(model, key) for model, key in KEYS if target(model, key) is not None]


def name(value: object) -> str:
    """The name of a generated test."""
    return value.__name__ if isinstance(value, type) else str(value)
