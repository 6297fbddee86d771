"""How pages write moments, durations, scopes and states."""

from __future__ import annotations

from datetime import datetime

from django import template

from audit.canonical import timestamp
from breakglass import durations, scopes, sentences
from breakglass.models import Bypass
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
def time_left(end: datetime, now: datetime) -> str:
    """As the countdown script writes it."""
    return clock.span(clock.seconds_until(end, now))


@register.filter
def status_at(bypass: Bypass, now: datetime) -> Status:
    """What the bypass is by the clock of the page."""
    return bypass.status_at(now)


@register.filter
def patterns(one: Route | Never) -> str:
    """What a line of a policy matches: `gate db-*, environment production`; "anything else" where it names nothing."""
    names = ("gate", "service", "environment", "branch")
    named = [f"{name} {pattern}" for name in names if (pattern := getattr(one, name, ""))]
    return ", ".join(named) or "anything else"
