"""How the worker and the channels are, for people: what is late because of them, and that no gate is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from breakglass.models import Heartbeat, Message, MessageState

SILENT_AFTER = timedelta(minutes=3)  # the sweep runs every minute
LATELY = timedelta(days=1)


@dataclass(frozen=True)
class Standing:
    """`silent_since` is the worker's last sign, if that is too long ago; `untold` the messages that reach nobody."""

    worker_is_silent: bool
    silent_since: datetime | None
    untold: int


def standing(now: datetime) -> Standing:
    """Of the installation's worker, and of the entered tenant's messages of the last day."""
    last = Heartbeat.objects.order_by("-at").values_list("at", flat=True).first()
    stuck = Q(state=MessageState.FAILED) | Q(state=MessageState.PENDING, attempts__gte=2)
    untold = Message.objects.filter(stuck, at__gt=now - LATELY).count()
    return Standing(last is None or now - last > SILENT_AFTER, last, untold)
