"""Adding a webhook and switching it off: acts with entries."""

from __future__ import annotations

import json
from typing import Any

import pytest

from audit import log
from audit.errors import KeysLocked
from audit.keys import unlock_secret
from breakglass.actions import channels
from breakglass.errors import BadInput, NotFound
from breakglass.models import Webhook
from tests.cast import NOW, Cast

URL = "https://hooks.example/secret-path"
SECRET = "whsec_AAAA"


def entries(acme: Cast, kind: str) -> list[dict[str, Any]]:
    """The data of the entries of a kind."""
    found = log.entries_of(str(acme.tenant.pk), kind=kind)
    return [json.loads(bytes(one.document))["data"] for one in found]


def add(acme: Cast, url: str = URL) -> Webhook:
    """By alex."""
    return channels.add_webhook(url=url, secret=SECRET, by=acme.alex, now=NOW)


def test_an_added_webhook_is_an_entry_without_its_secrets(acme: Cast) -> None:
    webhook = add(acme)
    assert entries(acme, "webhook.added") == [{"webhook": webhook.pk, "server": "hooks.example"}]


def test_its_secret_is_kept_encrypted_for_it_alone(acme: Cast) -> None:
    one, other = add(acme), add(acme, "https://hooks.example/other")
    assert SECRET.encode() not in bytes(one.secret)
    assert unlock_secret(one.secret, channels.secret_purpose(one)) == SECRET.encode()
    with pytest.raises(KeysLocked):
        unlock_secret(one.secret, channels.secret_purpose(other))


def test_the_same_address_twice_is_refused(acme: Cast) -> None:
    add(acme)
    with pytest.raises(BadInput) as error:
        add(acme)
    sentence = "This address is told already: switch that webhook off first, if its secret is lost."
    assert error.value.fields == {"url": (sentence,)}


def test_an_address_that_was_switched_off_can_be_added_anew(acme: Cast) -> None:
    channels.disable_webhook(webhook_id=add(acme).pk, why="Secret lost.", by=acme.alex, now=NOW)
    assert add(acme).disabled_at is None


def test_eleven_are_too_many(acme: Cast) -> None:
    for number in range(10):
        add(acme, f"{URL}/{number}")
    with pytest.raises(BadInput) as error:
        add(acme)
    assert error.value.fields == {"url": ("10 webhooks are on: switch one off first.",)}


def test_switched_off_is_an_entry_once(acme: Cast) -> None:
    webhook = add(acme)
    for _ in range(2):
        channels.disable_webhook(webhook_id=webhook.pk, why="Moved.", by=acme.alex, now=NOW)
    assert entries(acme, "webhook.disabled") == [{"webhook": webhook.pk, "server": "hooks.example", "why": "Moved."}]


def test_another_tenants_webhook_is_not_there(acme: Cast, globex: Cast) -> None:
    from tenants import context

    with context.entered(globex.tenant):
        theirs = channels.add_webhook(url=URL, secret=SECRET, by=globex.gwen, now=NOW)
    with pytest.raises(NotFound):
        channels.disable_webhook(webhook_id=theirs.pk, why="Mine now.", by=acme.alex, now=NOW)
