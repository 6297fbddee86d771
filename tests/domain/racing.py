"""Acts that really overlap, on a real PostgreSQL: each in a thread of its own, with a connection of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier

from django.db import connection, transaction

from audit import log
from audit.models import Head
from breakglass.errors import BypassError
from tenants import context
from tenants.models import Tenant

type Racer = Callable[[], object]

PATIENCE = 20  # seconds


def in_order(tenant: Tenant, *acts: Racer) -> list[object]:
    """What each act gave or was refused with. All are under way before the first is through, in this order.

    The log's head is held until each act waits for a lock: the first for the head, the others for it or for another.
    """
    with ThreadPoolExecutor(len(acts)) as pool:
        with transaction.atomic():
            Head.objects.select_for_update().get(log=log.current_log(str(tenant.pk)))
            running: list[Future[object]] = []
            for act in acts:
                running.append(pool.submit(_run, tenant, act))
                _wait_for(len(running))
        return [one.result(PATIENCE) for one in running]


def at_once(tenant: Tenant, *acts: Racer) -> list[object]:
    """The same for acts that all start at one moment, in no order."""
    barrier = Barrier(len(acts))

    def start(act: Racer) -> object:
        connection.ensure_connection()
        barrier.wait(PATIENCE)
        return _run(tenant, act)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(start, acts))


def _run(tenant: Tenant, act: Racer) -> object:
    try:
        with context.entered(tenant):
            return act()
    except BypassError as error:
        return type(error)
    finally:
        connection.close()


def _wait_for(waiting: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while _waiting() != waiting:
        assert time.monotonic() < deadline, f"{_waiting()} acts wait for a lock, not {waiting}"
        time.sleep(0.01)


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else the list of sessions is the transaction's first one
        cursor.execute(
            "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid) "
            "WHERE NOT granted AND datname = current_database()"
        )
        return int(cursor.fetchall()[0][0])
