"""No approver group is called peers: a policy would read the word as everybody else who may request."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tenants.actions import create_group
from tenants.models import Group
from tests.cast import NOW, Cast
from tests.tiers.conftest import entries

SENTENCE = "In a policy the word peers means everybody else who may request: give the group another slug."


def test_the_act_refuses_it_with_a_sentence(acme: Cast) -> None:
    before = entries(acme, "group.created")
    with pytest.raises(ValidationError) as refused:
        create_group(slug="peers", name="Peers", members=[acme.ada], by=acme.alex, now=NOW)
    assert (refused.value.messages, entries(acme, "group.created")) == ([SENTENCE], before)


def test_the_database_refuses_it(acme: Cast) -> None:
    with pytest.raises(IntegrityError, match="group_slug_not_peers"), transaction.atomic():
        Group.objects.filter(slug="sre-leads").update(slug="peers")


def test_a_slug_that_only_begins_so_is_a_group(acme: Cast) -> None:
    assert create_group(slug="peers-abroad", name="Abroad", members=[], by=acme.alex, now=NOW).slug == "peers-abroad"
