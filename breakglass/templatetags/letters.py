"""How a letter's text part is set: lines that fit a terminal, and what people typed marked as theirs."""

from __future__ import annotations

import textwrap

from django import template

register = template.Library()
WIDTH = 74


@register.filter
def lines(text: str) -> str:
    """One paragraph; whatever breaks there were in it are gone."""
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


@register.filter
def quoted(text: str) -> str:
    """Every line begins with `> `, so that nothing somebody typed can pass for the portal's own words."""
    wrapped = (textwrap.wrap(line, WIDTH - 2, break_long_words=False) or [""] for line in text.splitlines())
    return "\n".join(f"> {line}".rstrip() for paragraph in wrapped for line in paragraph)
