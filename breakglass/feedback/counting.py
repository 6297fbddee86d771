"""How often each rule was skipped in the last 30 days, for the finding that too often is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from breakglass.models import Bypass, Gate

WITHIN = timedelta(days=30)


def subject(gate: str, rule: str) -> str:
    """What the finding is about; the rule "" is the whole gate."""
    what = f"The rule {rule}" if rule else "The whole gate"
    return f"{what} at {gate} is skipped too often."


def rules_of(bypass: Bypass) -> list[str]:
    """The rules that it skips; "" for the whole gate."""
    return [""] if bypass.whole_gate else list(bypass.rules)


def skipped(*, now: datetime, since: Mapping[str, datetime]) -> Counter[tuple[Gate, str]]:
    """How many bypasses that opened in the last 30 days skipped each rule of each gate.

    Of a subject that is named in `since` only those that opened after that moment.
    """
    opened = Bypass.objects.select_related("gate").filter(starts_at__gt=now - WITHIN, starts_at__lte=now, drill=False)
    return Counter(
        (bypass.gate, rule)
        for bypass in opened.order_by("pk")
        for rule in rules_of(bypass)
        if bypass.starts_at and bypass.starts_at > since.get(subject(bypass.gate.slug, rule), now - WITHIN)
    )
