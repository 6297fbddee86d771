"""The morning after: bypasses that have ended, and what the tests read of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from audit import log
from breakglass.actions import ending, post_mortems, writing
from breakglass.models import Bypass, PostMortem
from tenants import context
from tests.cast import NOW, Cast
from tests.conftest import Approve, Ask

MINUTE = timedelta(minutes=1)
ENDED = NOW + 5 * MINUTE
MORNING = NOW + timedelta(hours=7)
TEXT = "# What happened\n\nThe currency of an order was null."

type End = Callable[..., PostMortem]


@pytest.fixture
def opened(ask: Ask, approve: Approve) -> Bypass:
    """Rosa's, open for 15 minutes from 02:08:11."""
    return approve(ask())


@pytest.fixture
def owed(acme: Cast, opened: Bypass) -> PostMortem:
    """Rosa returned it at 02:12:11, so its post-mortem is owed."""
    ending.return_bypass(bypass_id=opened.pk, by=acme.rosa, now=ENDED)
    return post_mortems.find(opened.pk)


@pytest.fixture
def written(acme: Cast, owed: PostMortem) -> PostMortem:
    """Rosa has written it, and judged the rule."""
    words: dict[str, Any] = {"bypass_id": owed.bypass_id, "by": acme.rosa, "now": MORNING}
    writing.write(version=1, text=TEXT, **words)
    writing.judge(rule="no-known-exploited-critical", verdict="too_strict", comment="No exploit here.", **words)
    return post_mortems.find(owed.bypass_id)


def documents(about: str = "", kind: str = "") -> list[dict[str, Any]]:
    """The entered tenant's entries as they were signed, oldest first."""
    found = log.entries_of(str(context.current_id()), about=about, kind=kind)
    return [json.loads(bytes(entry.document)) for entry in found]


def steps(owed: PostMortem) -> list[str]:
    """What happened to a post-mortem, by the log."""
    return [one["kind"] for one in documents(post_mortems.about(owed))]


def newest(owed: PostMortem) -> dict[str, Any]:
    """What the newest entry about it says."""
    data: dict[str, Any] = documents(post_mortems.about(owed))[-1]["data"]
    return data


def at(text: str) -> datetime:
    """A moment of 2 March 2026."""
    return datetime.fromisoformat(f"2026-03-02T{text}+00:00")
