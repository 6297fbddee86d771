"""Entering a tenant: nested, left again whatever happens, and never inherited by another thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest

from tenants import context
from tenants.context import NoTenant
from tenants.models import Tenant

ACME, GLOBEX = Tenant(pk=1, slug="acme"), Tenant(pk=2, slug="globex")


def test_no_tenant_is_entered_at_first() -> None:
    with pytest.raises(NoTenant) as refused:
        context.current()
    assert str(refused.value) == "No tenant is entered: wrap this in tenants.context.entered(tenant)."


def test_the_entered_tenant_is_current_and_its_id_the_default() -> None:
    with context.entered(ACME) as inside:
        assert (inside, context.current(), context.current_id()) == (ACME, ACME, 1)


def test_after_a_nested_tenant_the_outer_one_is_back() -> None:
    with context.entered(ACME):
        with context.entered(GLOBEX):
            assert context.current() == GLOBEX
        assert context.current() == ACME
    with pytest.raises(NoTenant):
        context.current()


def test_an_exception_leaves_the_tenant() -> None:
    with pytest.raises(ZeroDivisionError), context.entered(ACME):
        raise ZeroDivisionError
    with pytest.raises(NoTenant):
        context.current()


def test_another_thread_has_entered_nothing() -> None:
    with context.entered(ACME), ThreadPoolExecutor(1) as pool:
        with pytest.raises(NoTenant):
            pool.submit(context.current).result()
        assert context.current() == ACME


def test_two_threads_work_for_two_tenants() -> None:
    def inside(tenant: Tenant) -> Tenant:
        with context.entered(tenant):
            return context.current()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(inside, [ACME, GLOBEX] * 50)) == [ACME, GLOBEX] * 50


def test_a_copied_context_changes_nothing_outside() -> None:
    with context.entered(ACME):
        copy_context().run(lambda: context.entered(GLOBEX).__enter__())
        assert context.current() == ACME
