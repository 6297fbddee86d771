"""Reads settings from the environment, and says in one sentence what to set when one is missing."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SMTP_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


def text(name: str, default: str | None = None) -> str:
    """The value of NAME, or the content of the file that NAME_FILE names; without either, the default.

    Raises ImproperlyConfigured, naming both variables, when there is none of the three.
    """
    if (path := os.environ.get(f"{name}_FILE")) is not None:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE names {path}, which can't be read: {error.strerror}.") from error
    value = os.environ.get(name, default)
    if value is None or (value == "" and default is None):
        raise ImproperlyConfigured(f"Set {name}, or {name}_FILE to a file that holds it. See the README, Settings.")
    return value


def flag(name: str) -> bool:
    """True for 1, true, yes or on; unset is False; anything else is refused."""
    value = os.environ.get(name, "").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"", "0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}: set it to 1 or 0.")


def number(name: str, default: int) -> int:
    """A whole number."""
    value = os.environ.get(name, str(default))
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is {value!r}: set it to a whole number.") from error


def names(name: str) -> frozenset[str]:
    """A list with commas; unset is an empty one."""
    return frozenset(one for part in os.environ.get(name, "").split(",") if (one := part.strip()))


def cache(url: str) -> dict[str, Any]:
    """One of Django's CACHES: db://table, shared by every process, or memory:// (the suite's)."""
    parts = urlsplit(url)
    if parts.scheme == "db" and parts.netloc.isidentifier():
        return {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": parts.netloc}
    if parts.scheme == "memory":
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    raise ImproperlyConfigured("CACHE_URL must be db://django_cache, or db:// and another table's name.")


def mailer(url: str) -> dict[str, Any]:
    """One of Django's MAILERS from a URL.

    smtp://user:password@host:25, smtp+tls:// (STARTTLS, 587), smtps:// (TLS from the first byte, 465),
    file:///directory (a file a mail), memory:// (the suite's).
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.path:
        return {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": unquote(parts.path)},
        }
    if parts.scheme == "memory":
        return {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    if parts.scheme not in SMTP_PORTS or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must be smtp+tls://user:password@host:587 or file:///directory.")
    options = {
        "host": parts.hostname,
        "port": parts.port or SMTP_PORTS[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp+tls",
        "use_ssl": parts.scheme == "smtps",
        "timeout": 20,
    }
    return {"BACKEND": "breakglass.notify.smtp.EmailBackend", "OPTIONS": options}
