"""`make pictures`: the pictures of the README and the documents anew, from a demo of their own."""

from __future__ import annotations

from bootstrap import venv
from bootstrap.shell import run

SCRIPT = "tests/journeys/take_pictures.py"


def main(arguments: list[str]) -> int:
    """Take them with Chromium; 0 when all were taken."""
    python = venv.ensure(dev=True)
    return 0 if run([python, "-m", "pytest", "-q", SCRIPT, *arguments], {"REQUIRE_BROWSER": "1"}) else 1
