"""Markdown: shown so that nothing in it can act, and written so that nothing in a value can format."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

REL = "noopener noreferrer nofollow"
_SHIFT = 2  # the page has the first two levels of headings
_ACTIVE = re.compile(r"([\\`*{}\[\]<>&#|~!]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")
_AT_START = re.compile(r"^([-+=]|[0-9]{1,9}(?=[.)]))")


def to_html(text: str) -> SafeString:
    """CommonMark with tables as HTML: markup in it is text, links lead to http and https, images are not loaded."""
    tokens = _READER.parse(text)
    _settle(tokens)
    html: str = _READER.renderer.render(tokens, _READER.options, {})
    return mark_safe(html)  # noqa: S308  the reader escapes all markup


def escape(text: str) -> str:
    """One line of plain text that stays what it is in Markdown."""
    line = _ACTIVE.sub(r"\\\1", " ".join(text.split()))
    return _AT_START.sub(lambda found: f"\\{found[1]}" if not found[1].isdigit() else f"{found[1]}\\", line)


def quote(text: str) -> str:
    """Text of several lines as a quotation."""
    return "\n".join(f"> {escape(line)}".rstrip() for line in text.splitlines())


def code(text: str) -> str:
    """A name, as it is: in more backticks than it has in a row."""
    line = " ".join(text.split())
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}" if line else ""


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _settle(tokens: Iterable[Token]) -> None:
    """Headings go below the page's own, links say that they lead away, and no style is set inline (CSP)."""
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + _SHIFT)}"
        token.attrs.pop("style", None)
        if token.type == "link_open":
            token.attrSet("rel", REL)
        _settle(token.children or ())


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    reader.validateLink = _is_web_address  # type: ignore[method-assign]
    return reader


_READER = _reader()
