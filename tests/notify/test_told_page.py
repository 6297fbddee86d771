"""What the record says of who was told, and the admins' page of channels."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from audit import log
from audit.keys import unlock_secret
from breakglass.actions.channels import add_webhook, disable_webhook, secret_purpose
from breakglass.models import Bypass, Message, Webhook
from breakglass.notify import delivery
from breakglass.views.told import told
from tests.cast import NOW, Cast
from tests.clock import Clock, stop
from tests.conftest import Approve, Ask
from tests.notify.conftest import Post

OPENED_AT = NOW + timedelta(minutes=1)
CHANNELS = "/t/acme/channels/"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stopped at the moment of the opening."""
    return stop(monkeypatch, OPENED_AT)


def text(html: bytes) -> str:
    """The page's words on one line."""
    flat = re.sub(r"</?time[^>]*>", "", html.decode())
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", flat)).split())


def stands(bypass: Bypass) -> list[tuple[str, str, str]]:
    """To whom, what, and where it stands."""
    return [(one.who, one.what, one.stands) for one in told(bypass, OPENED_AT)]


def test_what_waits_says_until_when(ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    assert stands(bypass) == [
        ("Pete", "it was asked for", "queued"),
        ("Rosa", "it is active", "queued"),
        ("Rosa", "it ends in 10 minutes", "due 2 Mar 2026 02:13:11 UTC"),
        ("Rosa", "it ends in 2 minutes", "due 2 Mar 2026 02:21:11 UTC"),
    ]


def test_the_servers_words_are_on_the_page(post: Post, to_pete: Message, asked: Bypass, acme: Cast) -> None:
    post.to_mail = ["451 4.7.1 Greylisted"]
    delivery.deliver(message_id=to_pete.pk, now=NOW)
    again = "not yet delivered, next try 2 Mar 2026 02:07:41 UTC"
    assert stands(asked) == [("Pete", "it was asked for", again)]
    delivery.deliver(message_id=to_pete.pk, now=NOW + timedelta(seconds=30))
    sent = "sent 2 Mar 2026 02:07:41 UTC: 250 2.0.0 Ok: queued as 4F2B"
    assert stands(asked) == [("Pete", "it was asked for", sent)]
    page = text(acme.client("olga").get(f"/t/acme/bypasses/{asked.pk}/").content)
    tried = "2 Mar 2026 02:07:11 UTC: 451 4.7.1 Greylisted"
    assert f"Who was told Pete that it was asked for, by e-mail {sent} {tried}" in page


def test_a_failure_and_a_dropped_one_say_why(post: Post, ask: Ask, approve: Approve) -> None:
    bypass = approve(ask())
    asked, opened = Message.objects.filter(bypass=bypass, kind__in=["asked", "opened"]).order_by("pk")
    post.to_recipient = ["550 5.1.1 No such user"]
    for one in (asked, opened):
        delivery.deliver(message_id=one.pk, now=OPENED_AT)
    assert [one.tries for one in told(bypass, OPENED_AT)] == [(), (), (), ()]
    assert [line for *_, line in stands(bypass)[:2]] == [
        "Not sent: by then it was active.",
        "failed 2 Mar 2026 02:08:11 UTC: 550 5.1.1 No such user",
    ]


def test_a_webhook_is_shown_by_its_host(acme: Cast, ask: Ask) -> None:
    add_webhook(url="https://hooks.example/secret-path", secret="whsec_AAAA", by=acme.alex, now=NOW)
    bypass = ask()
    assert [one.who for one in told(bypass, NOW)] == ["Pete", "hooks.example"]
    assert b"secret-path" not in acme.client("rosa").get(f"/t/acme/bypasses/{bypass.pk}/").content


@pytest.mark.parametrize("hooks", [0, 3])
def test_it_takes_two_queries_however_many_were_told(
    hooks: int, acme: Cast, ask: Ask, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(hooks):
        add_webhook(url=f"https://hooks.example/{number}", secret="whsec_AAAA", by=acme.alex, now=NOW)
    bypass = ask()
    with django_assert_num_queries(2):
        assert len(told(bypass, NOW)) == 1 + hooks


def test_an_admin_adds_a_webhook_and_sees_its_secret_once(acme: Cast, settings: Settings) -> None:
    settings.WEBHOOK_ALLOW = {"127.0.0.1:9"}
    client = acme.client("alex")
    page = text(client.post(CHANNELS, {"url": "http://127.0.0.1:9/hook"}).content)
    webhook = Webhook.objects.get()
    secret = unlock_secret(webhook.secret, secret_purpose(webhook)).decode()
    shown = "http://127.0.0.1:9/hook is told from now on Give its receiver this secret now. It is not shown again."
    assert f"{shown} {secret}" in page
    assert secret not in text(client.get(CHANNELS).content)
    entry = log.entries_of(str(acme.tenant.pk), kind="webhook.added").get()
    assert secret.encode() not in bytes(entry.document)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "https://127.0.0.1/hook",
            "127.0.0.1 is at no public address: the portal sends nothing there.",
        ),
        ("http://hooks.example/", "The address has to begin with https://."),
        ("", "The address is not a web address: write it like https://hooks.example.com/breakglass."),
        ("https://0x7f.1/", "0x7f.1 is at no public address: the portal sends nothing there."),
    ],
)
def test_a_bad_address_is_refused_with_what_was_typed(url: str, sentence: str, acme: Cast) -> None:
    answer = acme.client("alex").post(CHANNELS, {"url": url})
    assert answer.status_code == 400
    assert (sentence in text(answer.content), f'value="{url}"' in answer.content.decode()) == (True, True)
    assert list(Webhook.objects.all()) == []


def test_an_admin_switches_a_webhook_off(acme: Cast) -> None:
    webhook = add_webhook(url="https://hooks.example/", secret="whsec_AAAA", by=acme.alex, now=NOW)
    answer = acme.client("ben").post(f"{CHANNELS}{webhook.pk}/disable/")
    assert (answer.status_code, answer["Location"]) == (302, CHANNELS)
    webhook.refresh_from_db()
    assert (webhook.disabled_at, webhook.disabled_because) == (OPENED_AT, "Ben switched it off.")
    assert "Switched off https://hooks.example/ 2 Mar 2026 02:08:11 UTC: Ben switched it off." in text(
        acme.client("ben").get(CHANNELS).content
    )


@pytest.mark.parametrize("who", ["rosa", "ada", "olga"])
def test_channels_are_for_admins(who: str, acme: Cast) -> None:
    webhook = add_webhook(url="https://hooks.example/", secret="whsec_AAAA", by=acme.alex, now=NOW)
    client = acme.client(who)
    assert client.get(CHANNELS).status_code == 403
    assert client.post(CHANNELS, {"url": "https://x.example/"}).status_code == 403
    assert client.post(f"{CHANNELS}{webhook.pk}/disable/").status_code == 403
    webhook.refresh_from_db()
    assert webhook.disabled_at is None


def test_a_strangers_admin_finds_nothing(acme: Cast, globex: Cast) -> None:
    webhook = add_webhook(url="https://hooks.example/", secret="whsec_AAAA", by=acme.alex, now=NOW)
    client = globex.client("gwen")
    assert client.get(CHANNELS).status_code == 404
    assert client.post(f"/t/globex/channels/{webhook.pk}/disable/").status_code == 404
    disable_webhook(webhook_id=webhook.pk, why="Moved.", by=acme.alex, now=NOW)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "LOCALHOST.", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0.0.0.0"),  # noqa: S104
        *("[::1]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fd00::1]"),
        *("169.254.169.254", "10.0.0.8", "172.16.0.1", "192.168.0.1", "100.64.0.1", "127.0.0.1%2f.example.com"),
        *("user@127.0.0.1", "①②⑦.0.0.1", "[fe80::1%25eth0]"),
    ],
)
def test_a_private_address_is_refused_when_it_is_saved(acme: Cast, host: str) -> None:
    answer = acme.client("alex").post(CHANNELS, {"url": f"https://{host}/hook"})
    assert (answer.status_code, Webhook.objects.count()) == (400, 0)
