"""What can be written: nothing for another tenant, and nothing that points to one, whatever way it is tried."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from audit import triggers
from audit.trigger_sql import dialect_of
from breakglass.models import Deploy
from tenants import context
from tenants.context import WrongTenant
from tenants.models import Group, GroupMembership
from tenants.owned import TenantOwned
from tests.cast import NOW, Cast
from tests.tenancy.owned_models import OWNED, OWNED_KEYS, name, target
from tests.tenancy.planted import Planted


@pytest.fixture
def both(planted: Planted, theirs: Planted) -> None:
    """Each tenant has a row in every table."""


def keep_only(*endings: str) -> None:
    """Lift the triggers with other names, to see that these refuse by themselves; the test's end puts them back."""
    dialect = dialect_of(connection)
    with connection.cursor() as cursor:
        for trigger in triggers.registered(connection):
            if not trigger.name.endswith(endings):
                for statement in dialect.drop(trigger):
                    cursor.execute(statement)


def row_of(model: type[TenantOwned], cast: Cast) -> Any:
    """Any row of the tenant's."""
    with context.entered(cast.tenant):
        row = model.objects.first()
    assert row is not None
    return row


def refused(act: Any) -> str:
    """The database's own words."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        act()
    return str(error.value).splitlines()[0]


@pytest.mark.parametrize("model", OWNED, ids=name)
def test_a_row_for_another_tenant_is_refused(model: type[TenantOwned], acme: Cast, globex: Cast) -> None:
    sentence = f"{model.__name__} is made for another tenant than the one entered."
    for act in (
        lambda: model.objects.create(tenant=globex.tenant),
        lambda: model(tenant_id=globex.tenant.pk).save(),
        lambda: model.objects.bulk_create([model(tenant=globex.tenant)]),
        lambda: model.objects.all().bulk_create([model(), model(tenant=globex.tenant)]),
    ):
        with pytest.raises(WrongTenant) as error:
            act()
        assert str(error.value) == sentence


@pytest.mark.parametrize("model", OWNED, ids=name)
def test_a_row_of_another_tenant_is_neither_saved_nor_deleted(
    model: type[TenantOwned], acme: Cast, globex: Cast, theirs: Planted
) -> None:
    row = row_of(model, globex)
    for act in (row.save, row.delete):
        with pytest.raises(WrongTenant) as error:
            act()
        assert str(error.value) == f"{model.__name__} is made for another tenant than the one entered."
    row.tenant_id = acme.tenant.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


@pytest.mark.parametrize("model", OWNED, ids=name)
def test_no_update_moves_a_row_to_another_tenant(
    model: type[TenantOwned], acme: Cast, globex: Cast, planted: Planted
) -> None:
    for change in ({"tenant": globex.tenant}, {"tenant_id": globex.tenant.pk}):
        with pytest.raises(WrongTenant) as error:
            model.objects.update(**change)
        assert str(error.value) == "A row never moves to another tenant."
    row = row_of(model, acme)
    row.tenant_id = globex.tenant.pk
    with pytest.raises(WrongTenant):
        model.objects.bulk_update([row], ["tenant"])


@pytest.mark.parametrize("model", OWNED, ids=name)
def test_the_database_keeps_a_row_in_its_tenant(model: type[TenantOwned], globex: Cast, planted: Planted) -> None:
    table = model._meta.db_table
    keep_only("_tenant_frozen")

    def move() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{table}" SET tenant_id = %s WHERE tenant_id <> %s', [globex.tenant.pk] * 2)

    assert refused(move) == f"tenant_id of {table} never change."


@pytest.mark.parametrize(("model", "key"), OWNED_KEYS, ids=name)
def test_a_foreign_key_to_another_tenants_row_is_refused(
    model: type[TenantOwned], key: str, acme: Cast, globex: Cast, both: None
) -> None:
    to = target(model, key)
    assert to is not None
    row = row_of(model, acme)
    setattr(row, key, row_of(to, globex))
    for act in (row.save, lambda: model.objects.bulk_create([row])):
        with pytest.raises(WrongTenant) as error:
            act()
        assert str(error.value) == f"{model.__name__}.{key} belongs to another tenant."


@pytest.mark.parametrize(("model", "key"), OWNED_KEYS, ids=name)
def test_the_database_refuses_the_raw_id_of_another_tenants_row(
    model: type[TenantOwned], key: str, acme: Cast, globex: Cast, both: None
) -> None:
    to = target(model, key)
    assert to is not None
    keep_only("_tenant_insert", "_tenant_update")
    foreign = row_of(to, globex).pk
    message = f"A row of {model._meta.db_table} points to another tenant by {key}_id."
    there = model.objects.filter(pk=row_of(model, acme).pk)
    assert refused(lambda: there.update(**{f"{key}_id": foreign})) == message
    new = row_of(model, acme)
    new.pk, new._state.adding = model._meta.pk.get_default(), True
    setattr(new, f"{key}_id", foreign)
    assert refused(lambda: new.save(force_insert=True)) == message


def test_an_update_through_a_relation_stays_in_the_tenant(acme: Cast, globex: Cast) -> None:
    with context.entered(globex.tenant):
        leads = Group.objects.get(slug="sre-leads")
    assert leads.memberships.update(until=NOW) == 0
    with context.entered(globex.tenant):
        assert [one.until for one in GroupMembership.objects.filter(group=leads)] == [None]


def test_get_or_create_of_what_another_tenant_has_makes_one_here(acme: Cast, globex: Cast, theirs: Planted) -> None:
    with context.entered(globex.tenant):
        deploy = Deploy.objects.get(external_id="deploy-saffron")
    with pytest.raises(WrongTenant):
        Deploy.objects.get_or_create(external_id=deploy.external_id, defaults={"gate": globex.gate("ci-checks")})
