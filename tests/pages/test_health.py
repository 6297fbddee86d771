"""Liveness and readiness, for machines that look every few seconds."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from audit import triggers
from breakglass.models import Heartbeat
from tests.clock import Clock

FINE = dict.fromkeys(("database", "migrations", "triggers", "signer"), "ok")


def test_alive(db: None) -> None:
    answer = Client().get("/livez")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_without_a_worker(db: None) -> None:
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
    told = answer.json()
    assert told.pop("clock")["off"] is False
    assert told == {"status": "ok", "checks": FINE, "worker": {"last_seen": None, "silent": True}}


def test_the_workers_heartbeat_is_told(db: None, clock: Clock) -> None:
    Heartbeat.objects.create(name="sweep", at=clock.now)
    for seconds, silent in ((180, False), (1, True)):
        clock.forward(seconds=seconds)
        worker = Client().get("/readyz").json()["worker"]
        assert worker == {"last_seen": "2026-03-02T02:12:11Z", "silent": silent}


def test_a_missing_trigger_is_not_ready(db: None) -> None:
    names = triggers.missing(connection)
    triggers.drop(connection)
    gone = triggers.missing(connection)
    answer = Client().get("/readyz")
    assert (names, answer.status_code) == ([], 503)
    assert answer.json()["checks"] == FINE | {"triggers": f"missing {', '.join(gone)}: run manage.py migrate"}


def test_a_migration_that_was_not_applied_is_not_ready(db: None) -> None:
    (last,) = MigrationLoader(connection).graph.leaf_nodes("breakglass")
    MigrationRecorder(connection).record_unapplied(*last)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["migrations"]) == (503, "1 not applied: run manage.py migrate")


def test_keys_that_do_not_open_are_not_ready(db: None, settings: pytest.FixtureRequest) -> None:
    settings.KEY_ENCRYPTION_SECRET = "another secret than the one the keys are locked with"  # type: ignore[attr-defined]
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["signer"] == "ok") == (503, False)
