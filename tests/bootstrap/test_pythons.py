"""Finding a Python: what is on PATH by name may not run, may be too old, and may hide one that works."""

import os
import sys
from pathlib import Path

import pytest

from bootstrap import pythons
from bootstrap.shell import SetupError

VERSION = sys.version_info[:2]
NAME = f"python{VERSION[0]}.{VERSION[1]}"
BASE = str(getattr(sys, "_base_executable", sys.executable))


def _program(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


def test_probe_looks_behind_a_virtual_environment() -> None:
    assert pythons.probe(sys.executable) == pythons.Python(VERSION, BASE)


@pytest.mark.parametrize("script", ["exit 127", "echo python: command not found >&2; exit 127", "exit 1"])
def test_shim_that_fails_is_no_python(tmp_path: Path, script: str) -> None:
    assert pythons.probe(str(_program(tmp_path, "python3", script))) is None


def test_command_that_is_not_there_is_no_python(tmp_path: Path) -> None:
    assert pythons.probe(str(tmp_path / "python3")) is None


def test_python_behind_a_failing_shim_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path / "shims", NAME, "exit 127")
    _program(tmp_path / "real", NAME, f'exec "{BASE}" "$@"')
    monkeypatch.setenv("PATH", f"{tmp_path / 'shims'}{os.pathsep}{tmp_path / 'real'}")
    monkeypatch.delenv("PYTHON", raising=False)
    assert pythons.find("no-uv") == BASE


def test_python_of_a_version_manager_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = tmp_path / "versions" / "3.13.9" / "bin"
    real.mkdir(parents=True)
    _program(real, "python3", f'exec "{BASE}" "$@"')
    monkeypatch.setattr(pythons, "PLACES", ["{pyenv}/versions/*/bin/python3"])
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pythons.installed() == BASE


def test_nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pythons, "PLACES", [])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pythons.installed() is None


def test_chosen_python_that_is_too_old_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = _program(tmp_path, "python3", "echo 3 11 /usr/bin/python3.11")
    monkeypatch.setenv("PYTHON", str(old))
    with pytest.raises(SetupError) as refusal:
        pythons.find("no-uv")
    assert str(refusal.value) == f"PYTHON={old} is Python 3.11; the portal needs 3.12 or newer."


def test_chosen_python_that_does_not_run_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON", "/nowhere/python3")
    with pytest.raises(SetupError) as refusal:
        pythons.find("no-uv")
    assert str(refusal.value) == (
        "PYTHON=/nowhere/python3 does not run, or lacks sqlite3 or ssl. Set it to another Python, or unset it."
    )


def test_no_python_anywhere_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pythons, "PLACES", [])
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PYTHON", raising=False)
    with pytest.raises(SetupError) as refusal:
        pythons.find(str(tmp_path / "no-uv"))
    assert str(refusal.value) == (
        "No Python 3.12 or newer was found, and uv could not download one. Install one (Debian 13, "
        "Ubuntu 24.04 or later: apt install python3 python3-venv; macOS: brew install python@3.13; anywhere: "
        "pyenv install 3.13), or set PYTHON to where it is, and run make again."
    )
