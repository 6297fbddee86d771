"""A worker to be killed: for each line on stdin a process that does one round, at a moment, up to its nth statement.

It dies there by SIGKILL, as under the kernel's out-of-memory killer: nothing is cleaned up. Each process says its id,
and then what became of it: 0, or minus the signal.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django


class Killer:
    """Counts the statements, and ends the process before the nth."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self, execute: Callable[..., Any], *words: Any) -> Any:
        """As Django's execute_wrapper asks."""
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*words)


def main() -> None:
    """Until stdin ends. What a round needs is imported first, once; no connection is open when it forks."""
    django.setup()
    from breakglass import tasks
    from breakglass.notify import mail, webhooks  # noqa: F401

    for line in sys.stdin:
        moment, statements = line.split()
        child = os.fork()
        if child == 0:
            _round(tasks, datetime.fromisoformat(moment), int(statements))
            os._exit(0)
        print(child, flush=True)  # noqa: T201
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201


def _round(tasks: Any, moment: datetime, statements: int) -> None:
    from django.db import connection
    from django.utils import timezone

    timezone.now = lambda: moment
    with connection.execute_wrapper(Killer(statements)):
        tasks.sweep()
        tasks.send_due()


if __name__ == "__main__":
    main()
