"""Many writers at once, on a real PostgreSQL: no gap, in commit order, at every instant."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from audit.log import append, close_log, entries_of, logs_of, open_log
from audit.models import Entry, Log, Tree
from audit.stored import stored_log
from audit.verify_tree import check_log
from tests.audit.conftest import NOW, PERSON, PORTAL, TENANT, sealed

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL only"),
    pytest.mark.django_db(transaction=True),
]
WRITERS = 16
ACTS = 6


class Undone(Exception):
    """Raised by an act that changes its mind."""


def act(number: int, *, undone: bool) -> str:
    with transaction.atomic():
        entry = append(tenant_id=TENANT.id, actor=PERSON, data=sealed(number), now=NOW)
        if undone:
            raise Undone
    return entry.id


def writer(number: int) -> list[str]:
    """Six acts, every third undone; the ids of those that stand."""
    stand = []
    try:
        for turn in range(ACTS):
            try:
                stand.append(act(number, undone=turn % 3 == 2))
            except Undone:
                continue
    finally:
        connection.close()
    return stand


def at_once(work: Callable[[int], list[str]]) -> list[str]:
    with ThreadPoolExecutor(WRITERS) as pool:
        return [one for ids in pool.map(work, range(WRITERS)) for one in ids]


@contextmanager
def watched(log: Log) -> Iterator[list[list[int]]]:
    """Look at the log again and again from outside; what was seen that is not 0, 1, 2, ... without a gap."""
    wrong: list[list[int]] = []
    stop = Event()

    def look() -> None:
        while not stop.wait(0.002):
            seen = list(Entry.objects.filter(log=log).order_by("index").values_list("index", flat=True))
            if seen != list(range(len(seen))):
                wrong.append(seen)
        connection.close()

    watcher = Thread(target=look)
    watcher.start()
    try:
        yield wrong
    finally:
        stop.set()
        watcher.join()


def test_sixteen_writers_leave_no_gap_and_commit_in_order() -> None:
    log = open_log(tenant=TENANT, portal=PORTAL, now=NOW)
    with watched(log) as wrong:
        ids = at_once(writer)
    size = WRITERS * 4 + 1
    assert wrong == []
    assert sorted(ids) == sorted(f"1-{index}" for index in range(1, size))
    assert Tree.objects.get(log=log).size == size
    check_log(stored_log(log))


def test_a_log_closed_under_its_writers_loses_nothing() -> None:
    open_log(tenant=TENANT, portal=PORTAL, now=NOW)

    def work(number: int) -> list[str]:
        if number == WRITERS // 2:
            close_log(tenant_id=TENANT.id, portal=PORTAL, now=NOW)
        return writer(number)

    ids = at_once(work)
    recorded = {entry.id for entry in entries_of(TENANT.id).exclude(kind="log.opened")}
    assert (len(ids), set(ids)) == (WRITERS * 4, recorded)
    assert [log.number for log in logs_of(TENANT.id)] == [1, 2]
    for log in logs_of(TENANT.id):
        check_log(stored_log(log))
