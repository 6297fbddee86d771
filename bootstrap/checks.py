"""`make check`: every check that needs no test, all of them, so that one run names all that is wrong."""

from __future__ import annotations

import secrets

from bootstrap import venv
from bootstrap.shell import ROOT, run, say

PACKAGES = ["breakglass", "tenants", "audit", "bootstrap", "tests", "manage.py"]

POSTGRES = "postgres://breakglass@localhost/breakglass"


def main(_arguments: list[str]) -> int:
    """Run every check in turn; 0 when all passed, else 1 after naming those that did not."""
    tools = venv.ensure(dev=True).rpartition("/")[0]
    failed = [name for name, command in _commands(tools).items() if not _passes(name, command)]
    if failed:
        say(f"\nNot right yet: {', '.join(failed)}. The words above say what to mend.")
        return 1
    say("\nAll checks passed.")
    return 0


def _commands(tools: str) -> dict[str, list[str]]:
    manage = [f"{tools}/python", "manage.py"]
    commands = {
        "locks": [f"{tools}/python", "-m", "bootstrap", "lock", "--check"],
        "ruff": [f"{tools}/ruff", "check", "."],
        "format": [f"{tools}/ruff", "format", "--check", "."],
        "mypy": [f"{tools}/mypy", *PACKAGES],
        "imports": [f"{tools}/lint-imports"],
        "migrations": [*manage, "makemigrations", "--check", "--dry-run"],
        "deploy": [*manage, "check", "--deploy", "--fail-level", "WARNING"],
    }
    if any((ROOT / "templates").rglob("*.html")):
        commands["templates"] = [f"{tools}/djlint", "templates", "--lint", "--quiet"]
        commands["template format"] = [f"{tools}/djlint", "templates", "--check", "--quiet"]
    return commands


def _passes(name: str, command: list[str]) -> bool:
    say(f"\n{name}: {' '.join(command[1:])}")
    return run(command, _settings("sqlite://:memory:" if name == "migrations" else POSTGRES))


def _settings(database: str) -> dict[str, str]:
    """Settings such as a production has, with secrets that live as long as the check."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "KEY_ENCRYPTION_SECRET": secrets.token_urlsafe(64),
        "DATABASE_URL": database,
        "CACHE_URL": "db://django_cache",
        "SITE_URL": "https://breakglass.example.org",
        "EMAIL_URL": "smtp://localhost:25",
        "SIGNER": "embedded",
        "TRUSTED_PROXY_COUNT": "1",
    }
