"""Running other programs, and the sentence to stop with when one of them can't do its part."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class SetupError(Exception):
    """Nothing more can be done here. Its text says what happened and what to do next."""


def say(text: str) -> None:
    """One line of progress, on standard error, at once."""
    print(text, file=sys.stderr, flush=True)


def run(command: Sequence[str], extra: Mapping[str, str] | None = None) -> bool:
    """Run with its output shown and `extra` added to the environment; whether it exited 0."""
    try:
        return subprocess.run(command, cwd=ROOT, env={**os.environ, **(extra or {})}, check=False).returncode == 0
    except OSError as error:
        say(f"{command[0]} did not start: {error.strerror}.")
        return False


def output(command: Sequence[str], extra: Mapping[str, str] | None = None) -> str | None:
    """Run quietly for at most a minute; the standard output, stripped, or None when it failed or did not start."""
    environment = {**os.environ, **(extra or {})}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
