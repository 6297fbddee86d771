"""What these tests look at, and what they arrange beside the cast."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from audit import log
from audit.models import Entry
from breakglass.actions.records import find
from breakglass.errors import BypassError
from breakglass.models import Bypass
from breakglass.statements import digest, statement
from tenants import context
from tenants.models import Member, RoleGrant, User
from tenants.roles import Role
from tests.cast import SET_UP

TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
QUARTER = 15 * 60
HOUR = 60 * 60


def entries(about: str = "") -> list[Entry]:
    """The entered tenant's entries, oldest first; only those about one bypass if it is named."""
    return list(log.entries_of(str(context.current_id()), about=about))


def kinds(bypass: Bypass) -> list[str]:
    """What happened to the bypass, by the log."""
    return [entry.kind for entry in entries(bypass.pk)]


def document(entry: Entry) -> dict[str, Any]:
    """The entry as it was signed."""
    found: dict[str, Any] = json.loads(bytes(entry.document))
    return found


def last(bypass: Bypass) -> dict[str, Any]:
    """The newest entry about the bypass."""
    return document(entries(bypass.pk)[-1])


def snapshot() -> dict[str, list[str]]:
    """Every row of every table."""
    rows: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows[table] = sorted(repr([_plain(value) for value in row]) for row in cursor.fetchall())
    return rows


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def refused[E: BypassError](error: type[E], act: Callable[[], object]) -> E:
    """How the act was refused; it must be, and it must have written nothing at all."""
    before = snapshot()
    with pytest.raises(error) as caught:
        act()
    assert type(caught.value) is error
    assert snapshot() == before
    return caught.value


def shown(bypass: Bypass) -> str:
    """The digest of what the page shows of it."""
    found = find(bypass.pk)
    return digest(statement(found, found.frozen_tier))


def second_account(of: Member, *roles: Role) -> Member:
    """Another account of the same human, linked since the tenant was set up."""
    user = User.objects.create(email=f"other.{of.user.email}", name=f"{of.user.name} again")
    member = Member.objects.create(user=user, human_id=of.human_id, joined_at=SET_UP)
    RoleGrant.objects.bulk_create([RoleGrant(member=member, role=role, since=SET_UP) for role in roles])
    return Member.objects.select_related("user").get(pk=member.pk)
