"""E-mail by a real server: what it says decides what becomes of the message."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from breakglass import env_urls
from breakglass.actions import reviewing
from breakglass.models import Attempt, Bypass, Message, MessageState
from breakglass.notify import delivery
from tenants.models import User
from tests.cast import NOW, Cast
from tests.notify.conftest import Post, free_port

AGAIN = NOW + timedelta(seconds=30)


def deliver(message: Message, now: datetime = NOW) -> tuple[str, str, list[tuple[str, str]]]:
    """State, last word, and every try."""
    delivery.deliver(message_id=message.pk, now=now)
    message.refresh_from_db()
    tries = Attempt.objects.filter(message=message).order_by("number")
    return message.state, message.said, [(one.outcome, one.said) for one in tries]


def test_250_is_sent_and_kept_in_the_servers_words(post: Post, to_pete: Message) -> None:
    said = "250 2.0.0 Ok: queued as 4F2B"
    assert deliver(to_pete) == ("sent", said, [("delivered", said)])
    assert to_pete.settled_at == NOW


def test_the_mail_has_the_headers_it_should_and_no_others(post: Post, to_pete: Message) -> None:
    deliver(to_pete)
    (mail,) = post.taken
    names = [
        "Auto-Submitted",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "References",
        "Subject",
        "To",
    ]
    assert sorted(set(mail.keys()) - {"X-Peer", "X-MailFrom", "X-RcptTo"}) == names  # without what the server adds
    assert mail["Subject"] == "Approve or deny: ci-checks, payments in ci"
    assert mail["From"] == "Breakglass <breakglass@localhost>"
    assert mail["To"] == "pete@acme.example"
    assert mail["Message-ID"] == f"<{to_pete.key}@localhost>"
    assert mail["References"] == f"<{to_pete.bypass_id}@localhost>"
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_451_is_tried_again_with_the_same_id(post: Post, to_pete: Message) -> None:
    post.to_mail = ["451 4.7.1 Greylisted"]
    state, said, tries = deliver(to_pete)
    assert (state, said, tries) == ("pending", "451 4.7.1 Greylisted", [("deferred", "451 4.7.1 Greylisted")])
    assert to_pete.not_before == AGAIN
    assert deliver(to_pete, AGAIN - timedelta(microseconds=1))[0] == "pending"
    state, said, tries = deliver(to_pete, AGAIN)
    assert (state, [outcome for outcome, _ in tries]) == ("sent", ["deferred", "delivered"])
    assert [mail["Message-ID"] for mail in post.taken] == [f"<{to_pete.key}@localhost>"]


@pytest.mark.parametrize("when", ["to_recipient", "to_mail"])
def test_550_is_the_end(when: str, post: Post, to_pete: Message) -> None:
    setattr(post, when, ["550 5.1.1 No such user"])
    said = "550 5.1.1 No such user"
    assert deliver(to_pete) == ("failed", said, [("refused", said)])
    assert deliver(to_pete, NOW + timedelta(days=1)) == ("failed", said, [("refused", said)])
    assert post.taken == []


def test_a_recipient_put_off_is_tried_again(post: Post, to_pete: Message) -> None:
    post.to_recipient = ["452 4.2.2 Mailbox full"]
    said = "452 4.2.2 Mailbox full"
    assert deliver(to_pete) == ("pending", said, [("deferred", said)])


def test_a_server_that_is_down_is_tried_again(settings: Settings, to_pete: Message) -> None:
    settings.MAILERS = {"default": env_urls.mailer(f"smtp://127.0.0.1:{free_port()}")}
    said = "The mail server did not take it: [Errno 111] Connection refused"
    assert deliver(to_pete) == ("pending", said, [("deferred", said)])


def test_a_sign_in_that_the_server_refuses_is_the_operators_to_mend(
    post: Post, settings: Settings, to_pete: Message
) -> None:
    url = settings.MAILERS["default"]["OPTIONS"]
    settings.MAILERS = {"default": env_urls.mailer(f"smtp://portal:wrong@127.0.0.1:{url['port']}")}
    state, _, tries = deliver(to_pete)
    assert (state, [outcome for outcome, _ in tries]) == ("pending", ["deferred"])


def test_it_is_given_up_after_nine_tries(post: Post, asked: Bypass, acme: Cast) -> None:
    reviewing.deny(bypass_id=asked.pk, by=acme.pete, comment="No.", now=NOW)
    message, now, waits = Message.objects.get(bypass=asked, kind="denied"), NOW, []
    while message.state == MessageState.PENDING:
        post.to_mail = ["451 Later"]
        deliver(message, now)
        waits.append(int((message.not_before - now).total_seconds()))
        now = message.not_before
    assert waits[:-1] == [30, 60, 120, 300, 900, 3600, 14400, 43200]
    assert (message.state, message.attempts, message.said) == ("failed", 9, "451 Later")


@pytest.mark.parametrize("address", ["p@acme.example\r\nbcc: m@evil.example", "a@b.example, c@d.example", "@"])
def test_an_address_that_would_write_a_header_is_refused(address: str, post: Post, to_pete: Message) -> None:
    User.objects.filter(email="pete@acme.example").update(email=address)
    said = "The address can't be written in an e-mail: an admin has to correct it."
    assert deliver(to_pete) == ("failed", said, [("refused", said)])
    assert post.taken == []


def test_a_goodbye_that_goes_wrong_sends_nothing_twice(post: Post, to_pete: Message) -> None:
    post.goodbye = "221 " + "x" * 10_000
    assert deliver(to_pete)[0] == "sent"
    assert len(post.taken) == 1


def test_a_file_is_a_mail_server_too(settings: Settings, to_pete: Message, tmp_path: object) -> None:
    settings.MAILERS = {"default": env_urls.mailer(f"file://{tmp_path}")}
    assert deliver(to_pete) == ("sent", "Handed over.", [("delivered", "Handed over.")])
