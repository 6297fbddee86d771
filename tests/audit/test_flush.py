"""A transactional test empties its tables, so its teardown alone lifts the triggers. What it leaves is checked here."""

import pytest
from django.db import IntegrityError, connection, transaction

from audit import triggers
from audit.log import entries_of, open_log
from audit.models import Entry
from tests.audit.conftest import NOW, PORTAL, TENANT


@pytest.mark.django_db(transaction=True)
def test_the_triggers_hold_within_a_transactional_test() -> None:
    open_log(tenant=TENANT, portal=PORTAL, now=NOW)
    assert triggers.missing(connection) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.all().delete()
    assert entries_of(TENANT.id).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_next_one_finds_empty_tables_and_the_triggers_back() -> None:
    assert entries_of(TENANT.id).count() == 0
    assert triggers.missing(connection) == []
