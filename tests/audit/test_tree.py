"""The integrator: what is committed reaches the tree, once, in order, and nothing else does."""

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries, Settings

from audit.bundle import assemble
from audit.checkpoint import open_note
from audit.log import append, integrate, integrate_all, open_log
from audit.merkle import root_of
from audit.models import Checkpoint, Entry, Log, Tile, Tree
from audit.stored import stored_log
from audit.trust import read_trusted_root
from audit.verify_tree import check_log
from tests.audit.conftest import NOW, PERSON, PORTAL, STRANGERS, TENANT, Write, lifted, sealed


def test_the_tree_holds_every_entry_after_integration(log: Log, write: Write) -> None:
    write(4)
    assert integrate(log.pk) == 5
    checkpoint = Checkpoint.objects.get(log=log)
    bodies = [bytes(body) for body in Entry.objects.filter(log=log).order_by("index").values_list("body", flat=True)]
    assert (checkpoint.size, bytes(checkpoint.root)) == (5, root_of(bodies))
    key = read_trusted_root(log.trusted_root).log_key
    note = open_note(checkpoint.note, host=log.host, number=1, key=key)
    assert (note.size, note.root) == (5, bytes(checkpoint.root))


def test_integrating_again_does_nothing_and_writes_nothing(
    log: Log, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert integrate(log.pk) == 1
    with django_assert_num_queries(2):
        assert integrate(log.pk) == 1
    assert Checkpoint.objects.filter(log=log).count() == 1


def test_growing_in_steps_fills_one_tile_after_the_other(log: Log, write: Write) -> None:
    integrate(log.pk)
    write(254)
    integrate(log.pk)
    write(3)
    integrate(log.pk)
    assert _widths(log) == {(0, 0): 256, (0, 1): 2, (1, 0): 1}
    assert list(log.checkpoints.order_by("size").values_list("size", flat=True)) == [1, 255, 258]
    check_log(stored_log(log))


def _widths(log: Log) -> dict[tuple[int, int], int]:
    return {(tile.level, tile.index): len(tile.hashes) // 32 for tile in Tile.objects.filter(log=log)}


def test_the_tree_stops_before_a_gap(log: Log, write: Write) -> None:
    write(3)
    with lifted():
        Entry.objects.filter(log=log, index=2).delete()
    assert integrate(log.pk) == 2
    assert Checkpoint.objects.get(log=log).size == 2


def test_a_reader_integrates_what_no_worker_has(entry: Entry) -> None:
    assert Tree.objects.get(log=entry.log).size == 0
    assemble(entry)
    assert Tree.objects.get(log=entry.log).size == 2


def test_the_sweep_reaches_every_log(log: Log, write: Write) -> None:
    other = open_log(tenant=STRANGERS, portal=PORTAL, now=NOW)
    write(1)
    assert integrate_all() == Log.objects.count()
    assert [Tree.objects.get(log=one).size for one in (log, other)] == [2, 1]


@pytest.mark.django_db(transaction=True)
def test_a_commit_integrates_and_an_open_transaction_does_not() -> None:
    log = open_log(tenant=TENANT, portal=PORTAL, now=NOW)
    assert Tree.objects.get(log=log).size == 1
    with transaction.atomic():
        append(tenant_id=TENANT.id, actor=PERSON, data=sealed(1), now=NOW)
        with pytest.raises(RuntimeError):
            integrate(log.pk)
        assert Tree.objects.get(log=log).size == 1
    assert Tree.objects.get(log=log).size == 2


@pytest.mark.django_db(transaction=True)
def test_keys_that_do_not_open_later_lose_no_entry(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    """The act is committed whatever happens to the integrator after it; the next caller catches up."""
    log = open_log(tenant=TENANT, portal=PORTAL, now=NOW)
    secret = settings.KEY_ENCRYPTION_SECRET
    with transaction.atomic():
        append(tenant_id=TENANT.id, actor=PERSON, data=sealed(1), now=NOW)
        settings.KEY_ENCRYPTION_SECRET = "a secret that no log was ever opened with"
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert (Tree.objects.get(log=log).size, Entry.objects.filter(log=log).count()) == (1, 2)
    settings.KEY_ENCRYPTION_SECRET = secret
    assert integrate(log.pk) == 2
