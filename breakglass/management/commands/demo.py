"""`manage.py demo`: migrate, play the demo in once, and run the web server and the worker until Ctrl-C."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from breakglass import demo
from breakglass.demo import month
from tenants.models import Tenant

STOP_WITHIN = 10  # seconds


class Command(BaseCommand):
    help = "Migrate, play the demo in once, and run the web server and the worker until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuses a port in use, and a database that was played in but whose demo.json is gone."""
        port = int(os.environ.get("PORT", "8000"))
        _check_free(port)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        told = _tell(Path(os.environ.get("DEMO_DIR", "var")) / "demo.json")
        self.stdout.write(_welcome(told))
        self.stdout.flush()
        _run(port)


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is in use: stop what uses it, or choose another: PORT=8001 make demo"
            ) from error


def _tell(path: Path) -> dict[str, Any]:
    """What scripts need to drive the demo; written again at every start, since the port may be another one."""
    told = json.loads(path.read_text()) if path.exists() else None
    if told is None and Tenant.objects.exists():
        raise CommandError(f"{path} is gone, and the tokens in it with it: remove {path.parent} to begin anew.")
    if not Tenant.objects.exists():
        password, now = secrets.token_urlsafe(9), timezone.now()
        played = demo.play(password=password, now=now - month.LENGTH)
        month.Month(played["acme"], now).play()
        told = _words(password, played)
    told = {**(told or {}), "base_url": settings.SITE_URL}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(told, indent=2) + "\n")
    return told


def _words(password: str, played: dict[str, demo.Played]) -> dict[str, Any]:
    return {
        "base_url": settings.SITE_URL,
        "password": password,
        "users": {
            slug: {who: member.user.email for who, member in one.members.items()} for slug, one in played.items()
        },
        "tokens": {slug: one.tokens for slug, one in played.items()},
        "gates": dict.fromkeys(played, demo.SCOPES),
    }


def _welcome(told: dict[str, Any]) -> str:
    lines = [f"\nBreakglass is starting at {told['base_url']}\n", f"Everybody's password: {told['password']}\n"]
    for tenant, users in told["users"].items():
        lines.append(f"  {tenant}: {', '.join(users.values())}")
    return "\n".join([*lines, "\nCtrl-C stops it. `make demo` starts again from what is there.\n"])


def _run(port: int) -> None:
    """Web server and worker, until one of them or the person stops."""
    gunicorn = [sys.executable, "-m", "gunicorn", "breakglass.wsgi", "--log-level", "warning", "--no-control-socket"]
    web = [*gunicorn, "--bind", f"127.0.0.1:{port}", "--threads", "4"]
    worker = [sys.executable, "manage.py", "qcluster"]
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.default_int_handler)
    # Each in a session of its own: a terminal's Ctrl-C reaches this process alone, which then stops them once.
    started = [
        subprocess.Popen(command, cwd=settings.BASE_DIR, start_new_session=True)  # noqa: S603
        for command in (web, worker)
    ]
    try:
        while all(process.poll() is None for process in started):
            time.sleep(0.2)
    except KeyboardInterrupt:
        pass
    finally:
        _stop(started)


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
