"""What the URLs in the environment mean to Django. Each refusal is a sentence with a URL that would do."""

from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

SMTP_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
DATABASES = ("django.db.backends.postgresql", "django.db.backends.sqlite3")


def origin(url: str) -> SplitResult:
    """The portal's own address: scheme, host and perhaps port, nothing more."""
    parts = _split(url)
    if parts is None or parts.scheme not in {"http", "https"} or parts.geturl() != f"{parts.scheme}://{_place(parts)}":
        raise ImproperlyConfigured("SITE_URL must be the portal's origin, as in https://breakglass.example.org.")
    return parts


def database(url: str) -> dict[str, Any]:
    """One of Django's DATABASES."""
    try:
        found: dict[str, Any] = {**dj_database_url.parse(url)}
    except ValueError:
        found = {}
    if found.get("ENGINE") not in DATABASES:
        raise ImproperlyConfigured(
            "DATABASE_URL must be postgres://user:password@host/name, each part URL-quoted, or sqlite:////path/to/file."
        )
    return found


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
    parts = _split(url)
    if parts is not None and parts.scheme == "file" and parts.path:
        folder = unquote(parts.path)
        return {"BACKEND": "django.core.mail.backends.filebased.EmailBackend", "OPTIONS": {"file_path": folder}}
    if parts is not None and parts.scheme == "memory":
        return {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    if parts is None or parts.scheme not in SMTP_PORTS or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must be smtp+tls://user:password@host:587 or file:///directory.")
    return {"BACKEND": "breakglass.notify.smtp.EmailBackend", "OPTIONS": _smtp(parts)}


def _smtp(parts: SplitResult) -> dict[str, Any]:
    return {
        "host": parts.hostname,
        "port": parts.port or SMTP_PORTS[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_tls": parts.scheme == "smtp+tls",
        "use_ssl": parts.scheme == "smtps",
        "timeout": 20,
    }


def _split(url: str) -> SplitResult | None:
    """The parts of a URL; None for one that is none."""
    try:
        parts = urlsplit(url)
        return parts if parts.port is None or parts.port else None
    except ValueError:
        return None


def _place(parts: SplitResult) -> str:
    """Host and port, as a browser writes them."""
    return f"{parts.hostname}:{parts.port}" if parts.port else f"{parts.hostname}"
