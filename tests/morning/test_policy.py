"""What the policy says of the morning: who is assigned, how often an incident is extended, when a rule is a finding."""

from __future__ import annotations

import pytest

from breakglass import demo
from breakglass.actions import ending, post_mortems
from breakglass.actions.setting_up import publish_policy
from breakglass.errors import WrongState
from breakglass.policy.values import Person
from tests.cast import NOW, Cast
from tests.conftest import Approve, Ask
from tests.morning.conftest import ENDED
from tests.morning.test_extending import more

SOURCE = demo.POLICY.replace("SENIOR", demo.ACME.senior)
LOW = "    post_mortem: {due: 5d}"


def publish(source: str) -> None:
    """From a second before the requests on."""
    publish_policy(source=source, by=None, now=NOW)


def test_the_policy_names_who_sees_to_it(acme: Cast, ask: Ask, approve: Approve) -> None:
    publish(SOURCE.replace(LOW, '    post_mortem: {due: 1d, assign: "person:dana@acme.example"}'))
    bypass = approve(ask())
    ending.return_bypass(bypass_id=bypass.pk, by=acme.rosa, now=ENDED)
    owed = post_mortems.find(bypass.pk)
    assert (owed.assignee, (owed.due_at - owed.opened_at).days) == (acme.dana, 1)


def test_the_requester_may_be_named(acme: Cast, ask: Ask) -> None:
    publish(SOURCE.replace(LOW, "    post_mortem: {due: 5d, assign: requester}"))
    assert ask().frozen_tier.post_mortem_assignee is None


def test_a_named_assignee_and_the_numbers_are_kept(acme: Cast, ask: Ask) -> None:
    named = LOW.replace("5d", '5d, assign: "person:lee@acme.example"')
    publish(SOURCE.replace(LOW, f"{named}\n    extensions: 0") + "feedback: {threshold: 7}\n")
    bypass = ask()
    tier = bypass.frozen_tier
    assert (tier.post_mortem_assignee, tier.extensions) == (Person(acme.lee.pk, "lee@acme.example"), 0)
    assert bypass.policy_version.policy.threshold == 7


def test_a_tier_may_allow_no_extension(acme: Cast, ask: Ask, approve: Approve) -> None:
    publish(SOURCE.replace(LOW, f"{LOW}\n    extensions: 0"))
    bypass = approve(ask())
    with pytest.raises(WrongState) as refused:
        more(acme, bypass)
    assert refused.value.sentence == "In tier low an incident is not extended: send a new request."
