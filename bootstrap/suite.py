"""`make test`: the whole suite on SQLite, then on PostgreSQL, whatever came of the first."""

from __future__ import annotations

from bootstrap import venv
from bootstrap.shell import run, say

DATABASES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


def main(arguments: list[str]) -> int:
    """Run both suites with pytest's extra arguments; 0 when both passed, else 1."""
    python = venv.ensure(dev=True)
    failed = [name for database, name in DATABASES.items() if not _passes(python, database, arguments)]
    if failed:
        say(f"The suite failed on {' and on '.join(failed)}: the summaries above name the tests.")
    return 1 if failed else 0


def _passes(python: str, database: str, arguments: list[str]) -> bool:
    say(f"\nThe suite on {DATABASES[database]}")
    return run([python, "-m", "pytest", "-n", "2", *arguments], {"TEST_DATABASE": database})
