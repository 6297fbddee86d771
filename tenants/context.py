"""Which tenant the code is working for. Nothing tenant-owned can be read or written before one is entered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tenants.models import Tenant

_entered: ContextVar[Tenant | None] = ContextVar("tenant", default=None)


class NoTenant(RuntimeError):
    """Tenant-owned rows were asked for while no tenant was entered."""


class WrongTenant(RuntimeError):
    """A tenant-owned row was about to be written for another tenant than the one entered."""


def current() -> Tenant:
    """The tenant entered. Raises NoTenant outside `entered(...)`."""
    tenant = _entered.get()
    if tenant is None:
        raise NoTenant("No tenant is entered: wrap this in tenants.context.entered(tenant).")
    return tenant


def current_id() -> int:
    """The entered tenant's primary key: the default of every tenant-owned row."""
    return current().pk


@contextmanager
def entered(tenant: Tenant) -> Iterator[Tenant]:
    """Work for this tenant until the block ends."""
    token = _entered.set(tenant)
    try:
        yield tenant
    finally:
        _entered.reset(token)
