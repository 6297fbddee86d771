"""How pages write shares and times that may not be known."""

from __future__ import annotations

from django import template

from breakglass.times import span

register = template.Library()
UNKNOWN = "-"


@register.filter
def span_or_none(seconds: int | None) -> str:
    """`4m 09s`; a dash where nothing was measured."""
    return span(seconds) if seconds else UNKNOWN


@register.filter
def percent(share: int | None) -> str:
    """`40 %`; a dash of nothing."""
    return UNKNOWN if share is None else f"{share} %"
