"""Approvers who are gone, deleted, or not what they were: refused at save and at submit, and shown on the record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from breakglass import demo
from breakglass.actions import extending
from breakglass.actions.setting_up import publish_policy
from breakglass.errors import PolicyError, WrongState
from breakglass.models import Bypass
from breakglass.states import Status
from tenants.actions import create_group, join_group, leave_group, remove_member, revoke_role
from tenants.models import Group
from tenants.roles import Role
from tests.cast import NOW, SET_UP, Cast
from tests.conftest import Approve, Ask
from tests.domain.support import MINUTE, refused, second_account
from tests.lists.conftest import outside
from tests.pages.reading import Page

HIGH = {"gate": "deploy-gate", "environment": "production"}
TWO = demo.POLICY.replace("SENIOR", "sre-leads").replace("from: sre-leads, count: 1", "from: sre-leads, count: 2", 1)
LOST = "Does not hold that right any more; it counts, because it was held when it was given."


def of(slug: str) -> Group:
    return Group.objects.get(slug=slug)


def publish(acme: Cast, source: str) -> object:
    return publish_policy(source=source, by=acme.alex, now=SET_UP + MINUTE)


def test_approver_group_deleted_or_empty(acme: Cast, ask: Ask) -> None:
    leave_group(group=of("security-duty"), member=acme.sam, by=acme.alex, now=SET_UP)
    at_save = refused(PolicyError, lambda: publish(acme, demo.POLICY.replace("SENIOR", "sre-leads") + "\n# again\n"))
    assert "names the group 'security-duty', which has no members; nobody could approve" in str(at_save)
    assert "tier high asks one of security-duty" in refused(WrongState, lambda: ask(**HIGH)).sentence


def test_approver_group_is_never_deleted(acme: Cast) -> None:
    create_group(slug="night-shift", name="Night shift", members=[], by=acme.alex, now=SET_UP)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM tenants_group WHERE slug = 'night-shift'")
