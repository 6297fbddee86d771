"""The moment of an act is one at which it holds its locks: waiting for them must not stretch a window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from breakglass.errors import Busy

TRIES = 5
LONGEST = timedelta(seconds=0.5)


def timely[T](act: Callable[[datetime], T]) -> T:
    """Run the act with the moment now; if it had to wait, undo it and run it again with a new moment.

    On SQLite the transaction waits as it begins, before the clock is read. Raises Busy when every try had to wait.
    """
    for _ in range(TRIES):
        with transaction.atomic():
            now = timezone.now()
            result = act(now)
            if timezone.now() - now <= LONGEST:
                return result
            transaction.set_rollback(True)
    raise Busy("The portal is too busy to do this in time, and nothing was changed: send it again.")
