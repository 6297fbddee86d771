"""Settings come from the environment alone, and a missing or wrong one says what to set."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).parent.parent
SOUND = {
    "SECRET_KEY": "a key for this test and for nothing else, of 60 characters!",
    "KEY_ENCRYPTION_SECRET": "s" * 32,
    "DATABASE_URL": "postgres://breakglass:a%20b@db.example/breakglass",
    "CACHE_URL": "db://django_cache",
    "SITE_URL": "https://breakglass.example.org",
    "EMAIL_URL": "smtp+tls://user:p%40ss@mail.example:2525",
    "SIGNER": "embedded",
    "TRUSTED_PROXY_COUNT": "1",
}
OPTIONAL = {"CACHE_URL", "SIGNER", "TRUSTED_PROXY_COUNT"}


@pytest.fixture(autouse=True)
def _sound(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SOUND.items():
        monkeypatch.delenv(f"{name}_FILE", raising=False)
        monkeypatch.setenv(name, value)


def load() -> dict[str, Any]:
    """The settings, read again from today's environment."""
    return runpy.run_path(str(ROOT / "breakglass" / "settings.py"))


def refusal() -> str:
    """The sentence that the settings end with."""
    with pytest.raises(ImproperlyConfigured) as refused:
        load()
    return str(refused.value)


def missing(name: str) -> str:
    return f"Set {name}, or {name}_FILE to a file that holds it. See the README, Settings."


@pytest.mark.parametrize("name", sorted(set(SOUND) - OPTIONAL))
def test_a_missing_setting_says_what_to_set(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name)
    assert refusal() == missing(name)


@pytest.mark.parametrize("value", ["", " ", "\n"])
@pytest.mark.parametrize("name", sorted(set(SOUND) - OPTIONAL))
def test_an_empty_setting_is_a_missing_one(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    assert refusal() == missing(name)


@pytest.mark.parametrize("name", sorted(OPTIONAL))
def test_the_others_have_a_default(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name)
    assert load()["DEBUG"] is False


@pytest.mark.parametrize("name", sorted(set(SOUND) - OPTIONAL))
def test_a_secret_may_be_in_a_file(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{SOUND[name]}\n")
    plain = load()
    monkeypatch.delenv(name)
    monkeypatch.setenv(f"{name}_FILE", str(secret))
    keys = ("SECRET_KEY", "KEY_ENCRYPTION_SECRET", "DATABASES", "SITE_URL", "MAILERS")
    assert [load()[key] for key in keys] == [plain[key] for key in keys]


def test_the_file_wins_over_the_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("f" * 60)
    monkeypatch.setenv("SECRET_KEY_FILE", str(secret))
    assert load()["SECRET_KEY"] == "f" * 60


def test_a_file_that_can_not_be_read_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    gone, folder = tmp_path / "gone", tmp_path
    for path, why in ((gone, "No such file or directory"), (folder, "Is a directory")):
        monkeypatch.setenv("SECRET_KEY_FILE", str(path))
        assert refusal() == f"SECRET_KEY_FILE names {path}, which can't be read: {why}."


def test_a_file_that_is_no_text_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"\xff" * 40)
    monkeypatch.setenv("SECRET_KEY_FILE", str(secret))
    assert refusal() == f"SECRET_KEY_FILE names {secret}, which can't be read: it is not UTF-8 text."


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "KEY_ENCRYPTION_SECRET"])
def test_an_empty_file_is_a_missing_setting(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "empty"))
    assert refusal() == missing(name)


SHORT = "KEY_ENCRYPTION_SECRET is too short: set it to 32 random characters or more."
ORIGIN = "SITE_URL must be the portal's origin, as in https://breakglass.example.org."
CACHE = "CACHE_URL must be db://django_cache, or db:// and another table's name."
MAIL = "EMAIL_URL must be smtp+tls://user:password@host:587 or file:///directory."
DATABASE = "DATABASE_URL must be postgres://user:password@host/name, each part URL-quoted, or sqlite:////path/to/file."


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("KEY_ENCRYPTION_SECRET", "s" * 31, SHORT),
        ("SITE_URL", "breakglass.example.org", ORIGIN),
        ("SITE_URL", "ftp://breakglass.example.org", ORIGIN),
        ("SITE_URL", "https://", ORIGIN),
        ("SITE_URL", "https://breakglass.example.org/portal", ORIGIN),
        ("SITE_URL", "https://breakglass.example.org?a=b", ORIGIN),
        ("SITE_URL", "https://breakglass.example.org#a", ORIGIN),
        ("SITE_URL", "https://user:pass@breakglass.example.org", ORIGIN),
        ("SITE_URL", "https://[::1", ORIGIN),
        ("SITE_URL", "https://breakglass.example.org:port", ORIGIN),
        ("SITE_URL", "https://breakglass.example.org:99999", ORIGIN),
        ("SITE_URL", "https://BREAKGLASS.example.org", ORIGIN),
        ("SIGNER", "sigstar", "SIGNER is 'sigstar': set it to embedded."),
        ("CACHE_URL", "redis://localhost", CACHE),
        ("CACHE_URL", "db://", CACHE),
        ("CACHE_URL", "nonsense", CACHE),
        ("EMAIL_URL", "nonsense", MAIL),
        ("EMAIL_URL", "smtp://", MAIL),
        ("EMAIL_URL", "smtp://host:port", MAIL),
        ("EMAIL_URL", "file://", MAIL),
        ("TRUSTED_PROXY_COUNT", "one", "TRUSTED_PROXY_COUNT is 'one': set it to a whole number, 0 or more."),
        ("TRUSTED_PROXY_COUNT", "-1", "TRUSTED_PROXY_COUNT is '-1': set it to a whole number, 0 or more."),
        ("DATABASE_URL", "nonsense", DATABASE),
        ("DATABASE_URL", "mysql://host/name", DATABASE),
        ("DATABASE_URL", "postgres://host:port/name", DATABASE),
    ],
)
def test_a_wrong_setting_says_what_to_set(
    name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert refusal() == sentence


def test_over_tls_cookies_are_secure_and_http_is_left_behind() -> None:
    found = load()
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")
    assert [found[name] for name in names] == [True, True, True, 365 * 24 * 60 * 60]


def test_only_behind_a_proxy_its_header_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    behind = load()["SECURE_PROXY_SSL_HEADER"]
    monkeypatch.setenv("TRUSTED_PROXY_COUNT", "0")
    assert (behind, "SECURE_PROXY_SSL_HEADER" in load()) == (("HTTP_X_FORWARDED_PROTO", "https"), False)


def test_the_portal_answers_to_its_own_name_only() -> None:
    found = load()
    assert (found["ALLOWED_HOSTS"], found["CSRF_TRUSTED_ORIGINS"]) == (
        ["breakglass.example.org"],
        ["https://breakglass.example.org"],
    )


def test_sqlite_waits_its_turn_and_forgets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////srv/breakglass.sqlite3")
    found = load()["DATABASES"]["default"]
    assert (found["NAME"], found["OPTIONS"]) == (
        "/srv/breakglass.sqlite3",
        {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    )


def test_the_mail_server_is_read_from_its_url() -> None:
    assert load()["MAILERS"]["default"]["OPTIONS"] == {
        "host": "mail.example",
        "port": 2525,
        "username": "user",
        "password": "p@ss",
        "use_tls": True,
        "use_ssl": False,
        "timeout": 20,
    }


def manage(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command of manage.py with nothing in its environment but this."""
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=known | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_such_as_in_production_the_deploy_check_has_nothing_to_say() -> None:
    ended = manage("check", "--deploy", "--fail-level", "DEBUG", **SOUND)
    assert (ended.returncode, ended.stdout) == (0, "System check identified no issues (0 silenced).\n"), ended.stderr


def test_with_nothing_set_a_command_ends_with_the_sentence() -> None:
    ended = manage("check")
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == f"django.core.exceptions.ImproperlyConfigured: {missing('SECRET_KEY')}"
