"""How pages lead to a list with its filter filled in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

register = template.Library()


@register.simple_tag(takes_context=True)
def listed(context: dict[str, Any], name: str, **wanted: object) -> str:
    """The address of this list of the page's tenant, filtered; `since` is the first day of the period."""
    asked = {{"since": "from"}.get(key, key): value for key, value in wanted.items() if value not in ("", None)}
    address = reverse(name, args=[context["here"].tenant.slug])
    return f"{address}?{urlencode(asked)}" if asked else address
