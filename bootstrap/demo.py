"""`make demo`: writes the demo's settings, once with random secrets, and hands over to `manage.py demo`."""

from __future__ import annotations

import os
import secrets
import shlex
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from bootstrap import venv
from bootstrap.shell import ROOT, SetupError

SECRETS = ("SECRET_KEY", "KEY_ENCRYPTION_SECRET")


def main(arguments: list[str]) -> int:
    """Become `manage.py demo` with the demo's settings, DEMO_DIR (absolute) and PORT in its environment."""
    folder, port = _folder(os.environ), port_of(os.environ)
    python = venv.ensure(dev=False)
    surroundings = environment(os.environ, write(folder, port), folder, port)
    os.chdir(ROOT)
    os.execve(python, [python, "manage.py", "demo", *arguments], surroundings)


def environment(callers: Mapping[str, str], settings: Mapping[str, str], folder: Path, port: int) -> dict[str, str]:
    """The caller's environment with the demo's settings in place of any of its own, NAME_FILE ones too."""
    own = {name: value for name, value in callers.items() if name.removesuffix("_FILE") not in settings}
    return {**own, **settings, "DEMO_DIR": str(folder), "PORT": str(port)}


def write(folder: Path, port: int) -> dict[str, str]:
    """Make or refresh `folder`/demo.env (modes 700 and 600), keeping the secrets that are in it; its settings."""
    file = folder / "demo.env"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = _settings(folder, port, read(file) if file.exists() else {})
    fresh = file.with_name("demo.env.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.writelines(f"{name}={shlex.quote(value)}\n" for name, value in settings.items())
    fresh.replace(file)
    return settings


def read(file: Path) -> dict[str, str]:
    """The settings that such a file holds, unquoted as the shell would."""
    lines = (shlex.split(line, comments=True) for line in file.read_text().splitlines())
    return dict(word.split("=", 1) for words in lines for word in words if "=" in word)


def _settings(folder: Path, port: int, known: Mapping[str, str]) -> dict[str, str]:
    place = quote(str(folder))
    return {
        **{name: known.get(name) or secrets.token_urlsafe(48) for name in SECRETS},
        "DATABASE_URL": f"sqlite:///{place}/demo.sqlite3",
        "SITE_URL": f"http://localhost:{port}",
        "EMAIL_URL": f"file://{place}/mail",
        "CACHE_URL": "db://django_cache",
        "SIGNER": "embedded",
        "STYLEGUIDE": "1",
    }


def _folder(callers: Mapping[str, str]) -> Path:
    return (ROOT / Path(callers.get("DEMO_DIR") or "var").expanduser()).resolve()


def port_of(callers: Mapping[str, str]) -> int:
    """PORT, 8000 without it; SetupError when it is no port number."""
    text = callers.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**16):
        raise SetupError(f"PORT is {text!r}: set it to a number from 1 to 65535.")
    return int(text)
