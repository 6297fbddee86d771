"""Reads settings from the environment, and says in one sentence what to set when one is missing."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """The value of NAME, or the content of the file that NAME_FILE names; without either, the default.

    Space around it is no part of it. Raises ImproperlyConfigured, naming both variables, when there is none of the
    three.
    """
    if value := _read(name).strip():
        return value
    if default is None:
        raise ImproperlyConfigured(f"Set {name}, or {name}_FILE to a file that holds it. See the README, Settings.")
    return default


def _read(name: str) -> str:
    path = os.environ.get(f"{name}_FILE")
    if path is None:
        return os.environ.get(name, "")
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which can't be read: it is not UTF-8 text.") from error


def number(name: str, default: int) -> int:
    """A whole number, 0 or more."""
    value = text(name, str(default))
    if not (value.isascii() and value.isdecimal()):
        raise ImproperlyConfigured(f"{name} is {value!r}: set it to a whole number, 0 or more.")
    return int(value)


def names(name: str) -> frozenset[str]:
    """A list with commas; unset is an empty one."""
    return frozenset(one for part in text(name, "").split(",") if (one := part.strip()))
