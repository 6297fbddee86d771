"""Making `.venv` from the hashed lock, and only when the lock or the Python has changed."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

from bootstrap import indexes, pango, pythons, uv
from bootstrap.shell import ROOT, SetupError, output, run, say

FOLDER = ROOT / ".venv"
PYTHON = FOLDER / "bin" / "python"
STAMP = FOLDER / "bootstrap-stamp"
LOCKS = {"run": ROOT / "requirements.txt", "dev": ROOT / "requirements-dev.txt"}


def ensure(*, dev: bool) -> str:
    """The path of `.venv`'s Python with the lock installed, the dev extras too if `dev`; else SetupError."""
    with _alone():
        # Test extras that are there stay: whoever runs the demo between two tests keeps the tools.
        kind = "dev" if dev or (FOLDER / "bin" / "pytest").exists() else "run"
        if _stamp() != [kind, _digest()] or not _usable():
            _make(kind)
    return str(PYTHON)


@contextmanager
def _alone() -> Iterator[None]:
    """Two runs that start at once take turns."""
    with (ROOT / ".venv.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _stamp() -> list[str]:
    return STAMP.read_text().split() if STAMP.exists() else []


def _digest() -> str:
    return hashlib.sha256(b"".join(lock.read_bytes() for lock in LOCKS.values())).hexdigest()


def _usable() -> bool:
    """The interpreter still runs, is new enough and is the one that was asked for, if one was."""
    current = pythons.probe(str(PYTHON))
    if current is None or current.version < pythons.OLDEST:
        return False
    asked = os.environ.get("PYTHON")
    wanted = pythons.probe(asked) if asked else None
    return not asked or (wanted is not None and os.path.realpath(wanted.path) == os.path.realpath(current.path))


def _make(kind: str) -> None:
    installer = uv.get()
    if not _usable():
        python = pythons.find(installer)
        say(f"Making .venv with {python} ...")
        if not run([installer, "venv", "--quiet", "--clear", "--no-project", "--python", python, str(FOLDER)]):
            raise SetupError(
                f"uv could not make .venv with {python}; its own words are above. Set PYTHON to another one."
            )
    STAMP.unlink(missing_ok=True)
    say("Installing the packages of the lock ...")
    if not (_by_uv(installer, str(LOCKS[kind])) or _by_pip(str(LOCKS[kind]))):
        raise SetupError(
            "The packages could not be installed; the words above say why. Check the network and the settings of "
            "pip or uv on this machine, and run make again."
        )
    pango.ensure(str(PYTHON), install=True)
    STAMP.write_text(f"{kind} {_digest()}")


def _by_uv(installer: str, lock: str) -> bool:
    command = [installer, "pip", "sync", "--quiet", "--python", str(PYTHON), "--require-hashes", lock]
    return run(command, indexes.for_uv(uv.pip()))


def _by_pip(lock: str) -> bool:
    """pip knows ways to its indexes that uv does not (keyrings, its own files): slower, and worth one try."""
    say("uv could not install them; trying pip with this machine's own settings ...")
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
    command = [str(PYTHON), "-m", "pip", "install", *options, "--requirement", lock]
    return output([str(PYTHON), "-m", "ensurepip"]) is not None and run(command, {"PIP_USER": "0"})
