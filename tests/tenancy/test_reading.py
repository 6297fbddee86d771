"""What can be read: nothing without a tenant, nothing of another, and no relation behind the reader's back."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import FieldFetchBlocked
from django.db.models import QuerySet

from breakglass.models import Bypass
from tenants import context
from tenants.actions import add_member, remove_member
from tenants.context import NoTenant
from tenants.memberships import tenants_of
from tenants.models import Group, Member
from tenants.owned import TenantOwned
from tests.cast import SET_UP, Cast
from tests.tenancy.owned_models import KEYS, OWNED, name
from tests.tenancy.planted import Planted


@pytest.mark.parametrize("model", OWNED, ids=name)
def test_without_a_tenant_every_manager_raises(model: type[TenantOwned], db: None) -> None:
    for ask in (
        model.objects.all,
        model._default_manager.count,
        model._base_manager.first,
        model.objects.create,
        lambda: model.objects.using("default"),
        lambda: model.objects.raw("SELECT 1"),
        lambda: model.objects.bulk_create([]),
        model,
    ):
        with pytest.raises(NoTenant):
            ask()


@pytest.mark.parametrize("model", OWNED, ids=name)
def test_a_tenant_sees_its_own_rows_only(
    model: type[TenantOwned], acme: Cast, globex: Cast, planted: Planted, theirs: Planted
) -> None:
    everything: QuerySet[Any] = QuerySet(model)
    seen = {}
    for cast in (acme, globex):
        with context.entered(cast.tenant):
            seen[cast.tenant.pk] = set(model.objects.values_list("pk", flat=True))
    expected = {pk: set(everything.filter(tenant_id=pk).values_list("pk", flat=True)) for pk in seen}
    assert seen == expected
    assert all(seen.values()), f"nothing of {model.__name__} was planted"


@pytest.mark.parametrize(("model", "key"), KEYS, ids=name)
def test_no_foreign_key_is_loaded_unasked(model: type[TenantOwned], key: str, acme: Cast, planted: Planted) -> None:
    rows = [row for row in model.objects.all() if getattr(row, f"{key}_id") is not None]
    if not rows:
        assert model._meta.get_field(key).null
        return
    with pytest.raises(FieldFetchBlocked):
        getattr(rows[0], key)


def test_a_row_of_another_tenant_cannot_be_found_by_its_id(acme: Cast, theirs: Planted) -> None:
    assert list(Bypass.objects.filter(pk=theirs.active.pk)) == []
    with pytest.raises(Bypass.DoesNotExist):
        theirs.active.refresh_from_db()


def test_a_relation_of_another_tenants_row_is_empty(acme: Cast, globex: Cast) -> None:
    with context.entered(globex.tenant):
        leads = Group.objects.get(slug="sre-leads")
        assert leads.memberships.count() == 1
    assert leads.memberships.count() == 0


def test_the_tenants_of_an_account_are_found_across_tenants(acme: Cast, globex: Cast) -> None:
    user = acme.rosa.user
    assert tenants_of(user) == [acme.tenant]
    with context.entered(globex.tenant):
        added = add_member(user=user, roles=[], by=None, now=SET_UP)
        assert tenants_of(user) == [acme.tenant, globex.tenant]
        remove_member(member=added, by=None, now=SET_UP)
    assert tenants_of(user) == [acme.tenant]
    assert Member.objects.filter(user=user).count() == 1
