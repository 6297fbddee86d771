"""Is the process alive, and can it serve? For load balancers and monitors; public and terse."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from audit import log, triggers
from audit.canonical import timestamp
from breakglass.models import Heartbeat
from breakglass.views.clock import moment
from breakglass.views.edge import NO_STORE
from breakglass.views.standing import SILENT_AFTER
from tenants.access import public

OK = "ok"
CLOCKS_APART = 1.0  # seconds; a bypass ends by this server's clock, and the others' agree with the database's
DATABASE_TIME = {
    "postgresql": "SELECT EXTRACT(EPOCH FROM clock_timestamp())",
    "sqlite": "SELECT (julianday('now') - 2440587.5) * 86400",
}


@public
@NO_STORE
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": OK})


@public
@NO_STORE
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200, or 503 naming what fails. A silent worker and a clock that is off are told, and never fail it."""
    checks = {name: _ask(check) for name, check in CHECKS.items()}
    ready = set(checks.values()) == {OK}
    body = {"status": OK if ready else "not ready", "checks": checks, "worker": _worker(request), "clock": _clock()}
    return JsonResponse(body, status=200 if ready else 503)


def _ask(check: Callable[[], str]) -> str:
    """`ok`, or what is wrong."""
    try:
        return check() or OK
    except DatabaseError:
        return "the database does not answer"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(waiting)} not applied: run manage.py migrate" if waiting else ""


def _triggers() -> str:
    missing = triggers.missing(connection)
    return f"missing {', '.join(missing)}: run manage.py migrate" if missing else ""


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "triggers": _triggers,
    "signer": log.check_signer,
}


def _worker(request: HttpRequest) -> dict[str, object]:
    try:
        last = Heartbeat.objects.order_by("-at").first()
    except DatabaseError:
        last = None
    if last is None:
        return {"last_seen": None, "silent": True}
    silent = moment(request) - last.at > SILENT_AFTER
    return {"last_seen": timestamp(last.at), "silent": silent}


def _clock() -> dict[str, object]:
    """How many seconds this server's clock is ahead of the database's, and whether that is too far apart."""
    try:
        before = time.time()
        with connection.cursor() as cursor:
            cursor.execute(DATABASE_TIME[connection.vendor])
            (there,) = cursor.fetchone()
    except DatabaseError:
        return {"ahead": None, "off": False}
    after = time.time()
    ahead = max(before - float(there), 0.0) or min(after - float(there), 0.0)
    return {"ahead": round(ahead, 3), "off": abs(ahead) > CLOCKS_APART}
