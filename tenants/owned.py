"""What a tenant owns: an abstract model whose rows can be seen and written only while their tenant is entered.

Its querysets never load a relation behind the reader's back (FETCH_RAISE): ask for it with select_related.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models
from django.db.models import FETCH_RAISE

from tenants import context

Row_co = TypeVar("Row_co", bound="TenantOwned", covariant=True)


class TenantQuerySet(models.QuerySet[Row_co]):
    """Refuses what would skip the guard in `TenantOwned.save`."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Like Django's, after every row was checked."""
        rows = list(objs)
        for row in rows:
            row.check_tenant()
        return super().bulk_create(rows, *args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        """Like Django's; a row never changes its tenant."""
        if {"tenant", "tenant_id"} & kwargs.keys():
            raise context.WrongTenant("A row never moves to another tenant.")
        return super().update(**kwargs)


class TenantManager(models.Manager[Row_co]):
    """Raises NoTenant unless a tenant is entered, and then shows that tenant's rows only."""

    def get_queryset(self) -> TenantQuerySet[Row_co]:
        rows: TenantQuerySet[Row_co] = TenantQuerySet(self.model, using=self._db)
        return rows.filter(tenant_id=context.current_id()).fetch_mode(FETCH_RAISE)


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]  # it has the types of what it subclasses
    """A foreign key that is the entered tenant by default; migrations, which enter none, see a plain one."""

    def deconstruct(self) -> Any:
        """As a ForeignKey without a default."""
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("default", None)
        return name, "django.db.models.ForeignKey", args, kwargs


class TenantOwned(models.Model):
    """A row of one tenant, which is the entered one when it is made."""

    tenant = TenantForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, default=context.current_id, editable=False, related_name="+"
    )

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    def check_tenant(self) -> None:
        """Raises WrongTenant if this row, or a row that it points to, belongs to another tenant."""
        here = context.current_id()
        if self.tenant_id != here:
            raise context.WrongTenant(f"{type(self).__name__} is made for another tenant than the one entered.")
        for field in self._meta.concrete_fields:
            target = self.__dict__["_state"].fields_cache.get(field.name)
            if isinstance(target, TenantOwned) and target.tenant_id != here:
                raise context.WrongTenant(f"{type(self).__name__}.{field.name} belongs to another tenant.")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Like Django's, for the entered tenant only."""
        self.check_tenant()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Like Django's, for the entered tenant only."""
        self.check_tenant()
        return super().delete(*args, **kwargs)
