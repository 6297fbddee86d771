"""`make lock`: the hashed locks, and how `make check` knows without a network that they are those of pyproject.toml."""

from __future__ import annotations

import hashlib
import json
import os
import sys

from bootstrap import indexes, pythons, uv
from bootstrap.shell import ROOT, SetupError, run, say

PYPROJECT = ROOT / "pyproject.toml"
SOURCES = {
    "requirements-uv.txt": ["--group", "installer", "--python-version", "3.9"],
    "requirements.txt": ["pyproject.toml"],
    "requirements-dev.txt": ["pyproject.toml", "--extra", "dev", "--constraint", "requirements.txt"],
}


def main(arguments: list[str]) -> int:
    """Refresh the locks, keeping the pins that still fit (`--upgrade` lifts them); with `--check` only look."""
    if sys.version_info < (3, 11):  # pyproject.toml is read with tomllib
        python = pythons.find(uv.get())
        os.execv(python, [python, "-m", "bootstrap", "lock", *arguments])
    if arguments == ["--check"]:
        return _check()
    installer = uv.get()
    for name in SOURCES:
        _refresh(installer, name, arguments)
    return 0


def heading(pyproject: str) -> str:
    """The first line of every lock that is made for this text of pyproject.toml: it names a digest of what it asks."""
    import tomllib  # noqa: PLC0415  the rest of this module must load before Python 3.11

    document = tomllib.loads(pyproject)
    project = document["project"]
    asked = [project["requires-python"], project["dependencies"], project["optional-dependencies"]]
    text = json.dumps([*asked, document["dependency-groups"]], sort_keys=True)
    return f"# `make lock` made this for the dependencies {hashlib.sha256(text.encode()).hexdigest()[:16]}.\n"


def _check() -> int:
    wanted = heading(PYPROJECT.read_text())
    stale = [name for name in SOURCES if not (ROOT / name).read_text().startswith(wanted)]
    if stale:
        say(f"{', '.join(stale)}: not made for these dependencies. Run `make lock` and commit the locks.")
    return 1 if stale else 0


def _refresh(installer: str, name: str, arguments: list[str]) -> None:
    say(f"Making {name} ...")
    options = ["--quiet", "--universal", "--generate-hashes", "--no-header", "--output-file", name]
    command = [installer, "pip", "compile", *SOURCES[name], *options, *arguments]
    if not run(command, indexes.for_uv(uv.pip())):
        raise SetupError(f"uv could not make {name}; its own words are above.")
    lock = ROOT / name
    lock.write_text(heading(PYPROJECT.read_text()) + lock.read_text())
