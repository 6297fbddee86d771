"""How pages write moments, durations, scopes and states."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from audit.canonical import timestamp
from breakglass import durations, scopes, sentences
from breakglass.models import Bypass, ReasonKind
from breakglass.policy.values import Never, Route
from breakglass.policy.values import in_words as clause_in_words
from breakglass.states import Status
from breakglass.views import clock

register = template.Library()

register.filter("moment", clock.in_words)
register.filter("iso", timestamp)
register.filter("seconds_until", clock.seconds_until)
register.filter("duration", durations.show)
register.filter("scope_words", scopes.in_words)
register.filter("said", sentences.said)
register.filter("clause_words", clause_in_words)


@register.filter
def when(at: datetime) -> SafeString:
    """A moment as a `<time>`, which the page's script also writes in the reader's own zone."""
    return format_html('<time datetime="{}">{}</time>', timestamp(at), clock.in_words(at))


@register.filter
def time_left(end: datetime, now: datetime) -> str:
    """As the countdown script writes it."""
    return clock.span(clock.seconds_until(end, now))


@register.filter
def status_at(bypass: Bypass, now: datetime) -> Status:
    """What the bypass is by the clock of the page."""
    return bypass.status_at(now)


@register.filter
def reason_words(kind: str) -> str:
    """A kind of reason as the log keeps it, as pages write it: `Customer escalation`."""
    return str(ReasonKind(kind).label)


@register.filter
def patterns(one: Route | Never) -> str:
    """What a line of a policy matches: `gate db-*, environment production`; "anything else" where it names nothing."""
    names = ("gate", "service", "environment", "branch")
    named = [f"{name} {pattern}" for name in names if (pattern := getattr(one, name, ""))]
    return ", ".join(named) or "anything else"
