"""A night that nobody has written down yet, its ends on the loopback, and a worker that can be killed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connection

from breakglass.actions.channels import add_webhook
from breakglass.actions.deploying import read_report, record_deploy
from breakglass.models import Bypass
from tests.cast import NOW, Cast
from tests.conftest import Approve, Ask
from tests.notify.conftest import SECRET, Post, free_port
from tests.notify.hostile import Server, serving, status


class Worker:
    """The process that forks rounds. `pid` is the one that runs now."""

    def __init__(self, process: subprocess.Popen[str], back: Callable[[], None]) -> None:
        self.process, self.back, self.pid = process, back, 0

    def round(self, at: datetime, statements: int = 10**9) -> int:
        """One round, killed before that statement; 0, or minus the signal that ended it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{at.isoformat()} {statements}\n")
        self.process.stdin.flush()
        self.pid = int(self.process.stdout.readline())
        return int(self.process.stdout.readline())

    def rest(self) -> None:
        """No more rounds; what they did can be seen here."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()
        self.back()

    def kill(self) -> None:
        """From outside, whatever it is at."""
        os.kill(self.pid, signal.SIGKILL)


class Ends(Post):
    """A mail server and a webhook's; `deadly` is how many mails and events still kill whoever sends them."""

    def __init__(self) -> None:
        super().__init__()
        self.deadly: dict[str, int] = {"mail": 0, "event": 0}
        self.mail_url = ""
        self.worker: Worker | None = None
        self.web: Server | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Taken, whether or not its sender lives to hear it."""
        said = await super().handle_DATA(server, session, envelope)
        self.strike("mail")
        return said

    def strike(self, what: str) -> None:
        """Kill the sender, if it is time to."""
        if self.deadly[what] > 0 and self.worker is not None:
            self.deadly[what] -= 1
            self.worker.kill()

    def keys(self) -> tuple[list[str], list[str]]:
        """The ids of the mails and of the events that were taken, in order."""
        assert self.web is not None
        mails = [str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in self.taken]
        heads = [request.partition(b"\r\n\r\n")[0].decode().lower() for request in self.web.heard]
        return mails, [line.split(": ")[1] for head in heads for line in head.split("\r\n") if "webhook-id" in line]


@pytest.fixture
def ends() -> Iterator[Ends]:
    """Real servers on the loopback."""
    ends, port = Ends(), free_port()
    ends.mail_url = f"smtp://127.0.0.1:{port}"
    controller = Controller(ends, hostname="127.0.0.1", port=port)
    controller.start()
    answer = status("200 OK")

    def behave(sock: Any, stop: Any) -> None:
        ends.strike("event")
        answer(sock, stop)

    with serving(behave) as ends.web:
        yield ends
    controller.stop()


@pytest.fixture
def night(acme: Cast, ask: Ask, approve: Approve, ends: Ends) -> list[Bypass]:
    """Two bypasses whose time is up, a deploy under way under each, a request that nobody answered, and a webhook."""
    assert ends.web is not None
    add_webhook(url=ends.web.url, secret=SECRET, by=acme.alex, now=NOW)
    opened = [approve(ask(branch=branch)) for branch in ("one", "two")]
    for bypass in opened:
        told = read_report(id=bypass.branch, scope=bypass.scope, status="started", url="", provenance_url="")
        record_deploy(credential=acme.credential("ci-checks"), report=told, now=bypass.starts_at or NOW)
    ask(branch="three")
    return opened


@contextmanager
def _reachable(place: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """The suite's database by an address that another process can open, and how to see here what it did there."""
    if connection.vendor == "postgresql":
        words = {name: quote(str(value), safe="") for name, value in connection.get_connection_params().items()}
        at = f"host={words['host']}&port={words.get('port', 5432)}"
        yield f"postgres://{words['user']}:{words.get('password', '')}@/{words['dbname']}?{at}", lambda: None
        return
    path = place / "night.sqlite3"
    with closing(sqlite3.connect(path)) as there:
        connection.connection.backup(there)

    def back() -> None:
        with closing(sqlite3.connect(path)) as there:
            there.backup(connection.connection)

    yield f"sqlite:///{path}", back


@pytest.fixture
def worker(night: list[Bypass], ends: Ends, tmp_path: Path) -> Iterator[Worker]:
    """Ready to be killed."""
    assert ends.web is not None
    with _reachable(tmp_path) as (url, back):
        env = os.environ | {"DATABASE_URL": url, "EMAIL_URL": ends.mail_url, "WEBHOOK_ALLOW": ends.web.name}
        env |= {"DJANGO_SETTINGS_MODULE": "breakglass.settings"}
        command = [sys.executable, "-m", "tests.killing.worker"]
        with subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            ends.worker = Worker(process, back)
            yield ends.worker
