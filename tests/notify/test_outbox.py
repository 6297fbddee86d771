"""What the database refuses of the outbox, whoever asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from breakglass.actions.channels import add_webhook, disable_webhook
from breakglass.models import Attempt, Bypass, Message, Webhook
from breakglass.notify import delivery
from tests.cast import NOW, Cast

LATER = NOW + timedelta(hours=1)


def refused(act: Any) -> str:
    """The database's own words."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        act()
    return str(error.value).splitlines()[0]


def another(message: Message, **changed: Any) -> Message:
    """A row like this one, with another key."""
    fields = {"bypass": None, "kind": "asked", "channel": "email", "member_id": message.member_id, "cause": "9-9"}
    return Message(**{**fields, "at": NOW, "not_before": NOW, **changed})


def hook(acme: Cast) -> Webhook:
    """One at an address that nothing is sent to here."""
    return add_webhook(url="https://hooks.example/", secret="whsec_AAAA", by=acme.alex, now=NOW)


def test_one_cause_is_told_to_one_member_once(to_pete: Message) -> None:
    assert refused(another(to_pete, cause=to_pete.cause).save)
    another(to_pete).save()


def test_one_cause_is_told_to_one_webhook_once(acme: Cast, to_pete: Message) -> None:
    webhook = hook(acme)
    fields = {"member_id": None, "channel": "webhook", "webhook": webhook}
    another(to_pete, **fields).save()
    assert refused(another(to_pete, **fields).save)


@pytest.mark.parametrize(
    "fields",
    [
        {"member_id": None},
        {"channel": "webhook"},
        {"state": "sent"},
        {"settled_at": NOW},
    ],
    ids=["nobody", "a member by webhook", "settled without a time", "pending with one"],
)
def test_a_row_that_makes_no_sense_is_refused(fields: dict[str, Any], to_pete: Message) -> None:
    assert refused(another(to_pete, **fields).save).count("message_") == 1


def test_a_message_has_one_receiver(acme: Cast, to_pete: Message) -> None:
    webhook = hook(acme)
    for channel in ("email", "webhook"):
        assert "message_has_one_receiver" in refused(another(to_pete, channel=channel, webhook=webhook).save)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("key", "msg_other"),
        ("kind", "denied"),
        ("channel", "webhook"),
        ("member_id", None),
        ("cause", "1-1"),
        ("at", LATER),
        ("bypass_id", None),
    ],
)
def test_what_was_to_be_told_never_changes(column: str, value: Any, to_pete: Message) -> None:
    columns = "id, key, bypass_id, deploy_id, proposal_id, kind, channel, member_id, webhook_id, cause, at"
    sentence = f"{columns} of breakglass_message never change."
    assert refused(lambda: Message.objects.filter(pk=to_pete.pk).update(**{column: value})) == sentence


def test_what_is_settled_never_changes(to_pete: Message) -> None:
    delivery.deliver(message_id=to_pete.pk, now=NOW)
    rows = Message.objects.filter(pk=to_pete.pk)
    for change in ({"state": "pending", "settled_at": None}, {"said": "250 Never mind"}, {"not_before": LATER}):
        assert refused(lambda change=change: rows.update(**change)) == "A message that is settled never changes."


def test_a_message_is_never_removed(to_pete: Message) -> None:
    assert refused(to_pete.delete) == "Rows of breakglass_message are never removed."


def test_an_attempt_is_kept_as_it_was(to_pete: Message) -> None:
    delivery.deliver(message_id=to_pete.pk, now=NOW)
    attempt = Attempt.objects.get(message=to_pete)
    changed = "Rows of breakglass_attempt are never changed; a correction is a new row."
    assert refused(lambda: Attempt.objects.update(said="250 OK")) == changed
    assert refused(attempt.delete) == "Rows of breakglass_attempt are never removed."
    again = Attempt(message=to_pete, number=attempt.number, at=NOW, outcome="refused", said="550 No")
    assert refused(again.save)


def test_a_webhook_keeps_its_address_and_says_why_it_is_off(acme: Cast, asked: Bypass) -> None:
    webhook = hook(acme)
    rows = Webhook.objects.filter(pk=webhook.pk)
    frozen = "id, url, secret, created_at of breakglass_webhook never change."
    assert refused(lambda: rows.update(url="https://evil.example/")) == frozen
    assert refused(lambda: rows.update(secret=b"known")) == frozen
    assert "webhook_disabled_says_why" in refused(lambda: rows.update(disabled_at=NOW))
    assert refused(webhook.delete) == "Rows of breakglass_webhook are never removed."
    disable_webhook(webhook_id=webhook.pk, why="Moved.", by=acme.alex, now=NOW)


def test_an_address_is_on_once(acme: Cast) -> None:
    webhook = hook(acme)
    assert refused(Webhook(url=webhook.url, secret=b"x", created_at=NOW).save)
