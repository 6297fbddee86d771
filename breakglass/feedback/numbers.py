"""What a period's bypasses, verdicts and deploys add up to, by rule and by gate. Drills are left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count, Q

from breakglass.feedback.counting import rules_of
from breakglass.models import Bypass, Deploy, PostMortem, RuleVerdict
from breakglass.models.bypasses import ReasonKind
from breakglass.states import ENDED


@dataclass
class RuleNumbers:
    """One rule of one gate ("" is the whole gate). Times in whole seconds."""

    gate: str
    rule: str
    asked: int = 0
    to_open: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    ended: int = 0
    returned: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    overdue: int = 0

    @property
    def name(self) -> str:
        """The rule, as people read it."""
        return self.rule or "the whole gate"

    @property
    def opened(self) -> int:
        """How many bypasses were opened."""
        return len(self.held)

    @property
    def median_to_open(self) -> int | None:
        """From asked to open."""
        return _median(self.to_open)

    @property
    def median_held(self) -> int | None:
        """From open to shut, or to now."""
        return _median(self.held)

    @property
    def total_held(self) -> int:
        """All of it."""
        return sum(self.held)

    @property
    def returned_share(self) -> int | None:
        """Per cent of those that have ended whose requester was done early."""
        return percent(self.returned, self.ended)

    @property
    def because(self) -> str:
        """Its kinds of reason and how often each, the commonest first."""
        counted = sorted(self.reasons.items(), key=lambda one: (-one[1], one[0]))
        return ", ".join(f"{ReasonKind(kind).label} {count}" for kind, count in counted)

    @property
    def said(self) -> list[int]:
        """How often each verdict was given, in the order of the choices."""
        return [self.verdicts[verdict] for verdict in RuleVerdict.Verdict.values]


@dataclass
class GateNumbers:
    """What was shipped through one gate."""

    gate: str
    deploys: int
    covered: int

    @property
    def share(self) -> int | None:
        """Per cent of the deploys that went out under a bypass."""
        return percent(self.covered, self.deploys)


@dataclass
class Feedback:
    """Everything the page says. `owed` and `overdue` are as of now."""

    bypasses: int
    rules: list[RuleNumbers]
    gates: list[GateNumbers]
    reasons: Counter[str]
    owed: int
    overdue: int


def gather(*, now: datetime, days: int) -> Feedback:
    """What was asked for and shipped in the last `days`, and the post-mortems that are open now."""
    start = now - timedelta(days=days)
    asked = Bypass.objects.select_related("gate").filter(requested_at__gt=start, requested_at__lte=now, drill=False)
    bypasses = list(asked.order_by("requested_at", "pk"))
    owed = PostMortem.objects.filter(signed_off_at=None, drill=False)
    return Feedback(
        bypasses=len(bypasses),
        rules=_by_rule(bypasses, _said(bypasses), _overdue(bypasses, now), now),
        gates=_by_gate(start, now),
        reasons=Counter(bypass.reason_kind for bypass in bypasses),
        owed=owed.count(),
        overdue=owed.filter(due_at__lte=now).count(),
    )


def percent(part: int, whole: int) -> int | None:
    """Rounded; None of nothing."""
    return round(100 * part / whole) if whole else None


def _by_rule(
    bypasses: Iterable[Bypass], said: Iterable[tuple[str, str, str]], overdue: Collection[str], now: datetime
) -> list[RuleNumbers]:
    found: dict[tuple[str, str], RuleNumbers] = {}
    for bypass in bypasses:
        for rule in rules_of(bypass):
            numbers = found.setdefault((bypass.gate.slug, rule), RuleNumbers(bypass.gate.slug, rule))
            _count(numbers, bypass, now)
            numbers.overdue += bypass.pk in overdue
    for gate, rule, verdict in said:
        found[gate, rule].verdicts[verdict] += 1
    return sorted(found.values(), key=lambda one: (-one.asked, one.gate, one.rule))


def _count(numbers: RuleNumbers, bypass: Bypass, now: datetime) -> None:
    numbers.asked += 1
    numbers.reasons[bypass.reason_kind] += 1
    if bypass.starts_at is None:
        return
    status = bypass.status_at(now)
    end = min(bypass.ended_at or now, now)
    numbers.to_open.append(_seconds(bypass.requested_at, bypass.starts_at))
    numbers.held.append(_seconds(bypass.starts_at, end))
    numbers.ended += status in ENDED
    numbers.returned += status == "returned"


def _said(bypasses: Iterable[Bypass]) -> list[tuple[str, str, str]]:
    """Gate, rule and verdict of every verdict on one of the bypasses."""
    gates = {bypass.pk: bypass.gate.slug for bypass in bypasses}
    verdicts = RuleVerdict.objects.filter(post_mortem__bypass__in=list(gates))
    rows = verdicts.order_by("pk").values_list("post_mortem__bypass_id", "rule", "verdict")
    return [(gates[bypass_id], rule, verdict) for bypass_id, rule, verdict in rows]


def _overdue(bypasses: Iterable[Bypass], now: datetime) -> set[str]:
    """Those whose post-mortem is late; a chain's is counted with its first."""
    late = PostMortem.objects.filter(bypass__in=[one.pk for one in bypasses], signed_off_at=None, due_at__lte=now)
    return set(late.values_list("bypass_id", flat=True))


def _by_gate(start: datetime, now: datetime) -> list[GateNumbers]:
    shipped = Deploy.objects.filter(first_seen_at__gt=start, first_seen_at__lte=now, gate__practice=False)
    rows = shipped.values_list("gate__slug").annotate(
        all=Count("pk"), covered=Count("pk", filter=Q(bypass__isnull=False))
    )
    return [GateNumbers(gate, deploys, covered) for gate, deploys, covered in rows.order_by("gate__slug")]


def _median(seconds: list[int]) -> int | None:
    return round(median(seconds)) if seconds else None


def _seconds(start: datetime, end: datetime) -> int:
    return max(0, round((end - start).total_seconds()))
