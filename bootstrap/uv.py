"""Getting uv, the installer, from its package: pinned and hashed, into `.uv/`, by whatever Python there is."""

from __future__ import annotations

import hashlib
import shutil
import sys

from bootstrap import pythons
from bootstrap.shell import ROOT, SetupError, output, run, say

LOCK = ROOT / "requirements-uv.txt"
FOLDER = ROOT / ".uv"
STAMP = FOLDER / "stamp"
UV = FOLDER / "bin" / "uv"
HOST = str(getattr(sys, "_base_executable", sys.executable))


def get() -> str:
    """The path of a uv that runs: the pinned one, installed now if need be, else one on PATH. SetupError if neither."""
    wanted = _pins()
    if STAMP.exists() and STAMP.read_text() == wanted and output([str(UV), "--version"]):
        return str(UV)
    say("Getting uv, the installer ...")
    problem = _install()
    if problem is None:
        STAMP.write_text(wanted)
        return str(UV)
    elsewhere = shutil.which("uv")
    if elsewhere is None or output([elsewhere, "--version"]) is None:
        raise SetupError(problem)
    say(f"The pinned uv could not be installed; going on with {elsewhere}.")
    return elsewhere


def pip() -> list[str]:
    """The pip to ask for this machine's settings: the one beside uv, else the host's own."""
    inner = FOLDER / "bin" / "python"
    return [str(inner) if inner.exists() else HOST, "-m", "pip"]


def _pins() -> str:
    """A digest of the lock without its comments: they change more often than the pin."""
    lines = [line for line in LOCK.read_text().splitlines() if not line.startswith("#")]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _install() -> str | None:
    """Fill `.uv/`; None, or the sentence that says why it could not be."""
    for host in filter(None, (HOST, pythons.installed())):
        shutil.rmtree(FOLDER, ignore_errors=True)
        if _runs(host, "-c", "import venv, ensurepip") and _runs(host, "-m", "venv", str(FOLDER)):
            return _pip_install(str(FOLDER / "bin" / "python"), [])
        if _runs(host, "-m", "pip", "--version"):
            return _pip_install(host, ["--target", str(FOLDER)])
    return (
        f"{HOST} has neither venv nor pip, so nothing can be installed with it. On Debian and Ubuntu: "
        "apt install python3-venv; elsewhere install a Python that includes them. Then run make again."
    )


def _runs(*command: str) -> bool:
    return output(command) is not None


def _pip_install(python: str, where: list[str]) -> str | None:
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes", *where]
    command = [python, "-m", "pip", "install", *options, "--requirement", str(LOCK)]
    # A personal install is the one setting that can't hold here: .uv/ is a place of its own.
    if run(command, {"PIP_USER": "0"}) and _runs(str(UV), "--version"):
        return None
    return (
        "pip could not install uv; its own words are above. Check the network and pip's settings on this machine "
        "(pip config list), or install uv yourself so that it is on PATH. Then run make again."
    )
