"""Finding a Python for the portal: what is installed first, uv's own download last."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from typing import NamedTuple

from bootstrap.shell import SetupError, output, say

OLDEST = (3, 12)
PREFERRED = [(3, 13), (3, 14), (3, 12)]
WANTED = ".".join(map(str, PREFERRED[0]))
PLACES = [
    "{pyenv}/versions/*/bin/python3",
    "{home}/.asdf/installs/python/*/bin/python3",
    "{home}/.local/share/mise/installs/python/*/bin/python3",
    "/opt/python*/bin/python3",
    "/opt/*/bin/python3",
    "/opt/homebrew/bin/python3.*[0-9]",
    "/usr/local/bin/python3.*[0-9]",
]
# Without these modules the portal could not keep its data or verify a signature; home-built Pythons may lack them.
PROBE = """
import sys, sqlite3, ssl, zlib
assert sys.implementation.name == "cpython" and sys.version_info.releaselevel == "final"
print(sys.version_info[0], sys.version_info[1], getattr(sys, "_base_executable", sys.executable))
"""


class Python(NamedTuple):
    """An interpreter that runs: its (major, minor) and its path outside of any virtual environment."""

    version: tuple[int, int]
    path: str


def probe(command: str) -> Python | None:
    """What `command` turns out to be when it is run; None when it does not run or is incomplete."""
    answer = output([command, "-c", PROBE])
    if answer is None:
        return None
    major, minor, path = answer.split(" ", 2)
    return Python((int(major), int(minor)), path)


def find(uv: str) -> str:
    """The path of a Python that is new enough: $PYTHON, else the first of PATH, known places or uv. Else SetupError."""
    if os.environ.get("PYTHON"):
        return _chosen(os.environ["PYTHON"])
    return installed() or _by_uv(uv) or _downloaded(uv)


def installed() -> str | None:
    """The path of the first Python on PATH or in a known place that is new enough."""
    return _on_path() or _in_known_places()


def _chosen(command: str) -> str:
    python = probe(command)
    if python is None:
        raise SetupError(
            f"PYTHON={command} does not run, or lacks sqlite3 or ssl. Set it to another Python, or unset it."
        )
    if python.version < OLDEST:
        raise SetupError(
            f"PYTHON={command} is Python {_dotted(python.version)}; the portal needs {_dotted(OLDEST)} or newer."
        )
    return python.path


def _on_path() -> str | None:
    names = [f"python{_dotted(version)}" for version in PREFERRED] + ["python3", "python"]
    return next((found.path for found in map(probe, _commands(names)) if found and found.version >= OLDEST), None)


def _commands(names: list[str]) -> Iterator[str]:
    """Every file of these names on PATH: behind a shim that fails there may be a Python that works."""
    for name in names:
        for folder in os.get_exec_path():
            if os.access(os.path.join(folder, name), os.X_OK):
                yield os.path.join(folder, name)


def _in_known_places() -> str | None:
    home = os.path.expanduser("~")
    pyenv = os.environ.get("PYENV_ROOT") or f"{home}/.pyenv"
    paths = [path for place in PLACES for path in sorted(glob.glob(place.format(home=home, pyenv=pyenv)))]
    found = [python for python in map(probe, paths) if python and python.version >= OLDEST]
    return min(found, key=_preference).path if found else None


def _preference(python: Python) -> int:
    return PREFERRED.index(python.version) if python.version in PREFERRED else len(PREFERRED)


def _by_uv(uv: str) -> str | None:
    path = output([uv, "python", "find", "--no-project", f">={_dotted(OLDEST)}"])
    found = probe(path) if path else None
    return found.path if found and found.version >= OLDEST else None


def _downloaded(uv: str) -> str:
    say(f"No Python {_dotted(OLDEST)} or newer is installed: asking uv for Python {WANTED} ...")
    output([uv, "python", "install", WANTED])
    path = output([uv, "python", "find", "--no-project", "--managed-python", WANTED])
    found = probe(path) if path else None
    if found is None:
        raise SetupError(
            f"No Python {_dotted(OLDEST)} or newer was found, and uv could not download one. Install one (Debian 13, "
            f"Ubuntu 24.04 or later: apt install python3 python3-venv; macOS: brew install python@{WANTED}; anywhere: "
            f"pyenv install {WANTED}), or set PYTHON to where it is, and run make again."
        )
    return found.path


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
