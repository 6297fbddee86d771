"""Hostile Markdown: nothing in it acts, and nothing in a value formats."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breakglass.markdown import REL, code, escape, quote, to_html

HOSTILE = {
    "<script>alert(1)</script>": "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n",
    "<img src=x onerror=alert(1)>": "<p>&lt;img src=x onerror=alert(1)&gt;</p>\n",
    "[a](javascript:alert(1))": "<p>[a](javascript:alert(1))</p>\n",
    "[a](JaVaScRiPt:alert(1))": "<p>[a](JaVaScRiPt:alert(1))</p>\n",
    "[a](&#106;avascript:alert(1))": "<p>[a](javascript:alert(1))</p>\n",
    "[a](data:text/html,x)": "<p>[a](data:text/html,x)</p>\n",
    "[a](//evil.example)": "<p>[a](//evil.example)</p>\n",
    "[a](/t/globex/)": "<p>[a](/t/globex/)</p>\n",
    "[a](https://)": "<p>[a](https://)</p>\n",
    "<javascript:alert(1)>": "<p>&lt;javascript:alert(1)&gt;</p>\n",
    "[a]\n\n[a]: vbscript:x": "<p>[a]</p>\n<p>[a]: vbscript:x</p>\n",
    "![a](https://e.example/i.png)": f'<p>!<a href="https://e.example/i.png" rel="{REL}">a</a></p>\n',
    '[a](https://e.example "\\" x=y")': f'<p><a href="https://e.example" title="&quot; x=y" rel="{REL}">a</a></p>\n',
    "# T": "<h3>T</h3>\n",
    "##### T": "<h6>T</h6>\n",
    '```x" onclick=y\n<b>\n```': '<pre><code class="language-x&quot;">&lt;b&gt;\n</code></pre>\n',
    "|a|\n|-:|": "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n</table>\n",
}
LINES = [
    "- a",
    "1. b",
    "10) c",
    "# h",
    "+ x",
    "=",
    "*b* _c_ __d__ `e` [f](https://g.example)",
    "<h> &amp; ~~i~~ a|b",
    "\\n",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_is_text(text: str) -> None:
    assert to_html(text) == HOSTILE[text]


@pytest.mark.parametrize("line", LINES)
def test_an_escaped_line_stays_what_it_is(line: str) -> None:
    shown = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert to_html(escape(line)) == f"<p>{shown}</p>\n"


def test_a_quotation_keeps_its_paragraphs() -> None:
    assert quote("a > b\r\n\r\n- c") == "> a \\> b\n>\n> \\- c"


@pytest.mark.parametrize("name", ["main", "a`b", "``", "`", "a``b`c", "-x-"])
def test_a_name_in_backticks_stays_what_it_is(name: str) -> None:
    assert to_html(f"x {code(name)}") == f"<p>x <code>{name}</code></p>\n"


@given(st.text(max_size=200))
def test_no_text_makes_a_tag_of_its_own(text: str) -> None:
    assert "<a" not in to_html(escape(text))
    assert "<script" not in to_html(text).lower()


@pytest.mark.parametrize("text", ["[" * 50_000, "*a " * 20_000, "> " * 20_000, "`" * 60_000, "- " * 20_000])
def test_a_text_that_nests_is_shown_in_time(text: str) -> None:
    began = time.monotonic()
    to_html(text)
    assert time.monotonic() - began < 10
