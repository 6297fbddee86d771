"""A real portal for the journeys: `manage.py demo` with its web server and its worker, on this run's database."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bootstrap import demo as bootstrap_demo

ROOT = Path(__file__).resolve().parents[2]
START_WITHIN = 60  # seconds


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The demo's portal, from an empty database to Ctrl-C."""
    folder, port = tmp_path_factory.mktemp("demo"), _free_port()
    settings = bootstrap_demo.write(folder, port)
    if os.environ.get("TEST_DATABASE") == "postgres":
        settings["DATABASE_URL"] = _new_database(f"journey_{port}")
    environment = {**os.environ, **settings, "DEMO_DIR": str(folder), "PORT": str(port)}
    environment.pop("TEST_DATABASE", None)
    log = folder / "demo.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo"], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
        try:
            _wait(process, f"http://localhost:{port}/readyz", log)
            yield Portal(folder, settings)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


class Portal:
    """Where the portal is, and what demo.json tells of it."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.folder, self.settings = folder, settings
        self.told: dict[str, Any] = json.loads((folder / "demo.json").read_text())
        self.url: str = self.told["base_url"]

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of manage.py with the portal's settings."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env={**os.environ, **self.settings}, capture_output=True, text=True, check=False
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _new_database(name: str) -> str:
    """An empty database beside the suite's own."""
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    base, _, query = server.partition("?")
    return f"{base.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + START_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  loopback
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"The demo did not get ready:\n{log.read_text()[-4000:]}")
