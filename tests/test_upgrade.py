"""A database that an earlier version left behind is migrated with everything that is in it, its triggers included."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

FIRST = (["django_q"], ["audit", "0001"], ["tenants", "0001"], ["breakglass", "0002"])
PLANTED = """
INSERT INTO tenants_user (id, password, is_superuser, email, name, is_staff, is_active)
    VALUES (1, '!', 0, 'ada@acme.example', 'Ada', 0, 1);
INSERT INTO tenants_tenant (id, slug, name, created_at) VALUES (1, 'acme', 'Acme', '2026-03-02');
INSERT INTO tenants_human (id, tenant_id) VALUES ('00000000000000000000000000000001', 1);
INSERT INTO tenants_member (id, tenant_id, user_id, human_id, joined_at)
    VALUES (1, 1, 1, '00000000000000000000000000000001', '2026-03-02');
INSERT INTO tenants_group (id, tenant_id, slug, name) VALUES (1, 1, 'sre-leads', 'SRE leads');
INSERT INTO tenants_groupmembership (id, tenant_id, group_id, member_id, since) VALUES (1, 1, 1, 1, '2026-03-02');
INSERT INTO breakglass_gate (id, tenant_id, slug, name, services, environments, required, practice, created_at)
    VALUES (1, 1, 'ci-checks', 'CI checks', '["payments"]', '["ci"]', '[]', 0, '2026-03-02');
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An SQLite database as the first version made it, with a few rows."""
    file = tmp_path / "old.sqlite3"
    for step in FIRST:
        migrate(file, *step)
    with closing(sqlite3.connect(file)) as database:
        database.executescript(PLANTED)
    return file


def migrate(file: Path, *arguments: str) -> None:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{file}"}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", *arguments]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_old_database_keeps_its_rows_and_its_triggers(old: Path) -> None:
    migrate(old)
    with closing(sqlite3.connect(old)) as database:
        assert database.execute("SELECT slug, name FROM tenants_group").fetchall() == [("sre-leads", "SRE leads")]
        assert database.execute("SELECT slug, in_flight FROM breakglass_gate").fetchall() == [("ci-checks", "enforce")]
        with pytest.raises(sqlite3.IntegrityError, match="Rows of tenants_member are never removed"):
            database.execute("DELETE FROM tenants_member")
