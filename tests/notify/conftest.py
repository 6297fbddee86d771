"""A mail server and a web server on the loopback, and a bypass about which there is something to tell."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pytest_django import Settings

from breakglass import env_urls
from breakglass.actions.channels import add_webhook
from breakglass.models import Bypass, Message, Webhook
from tests.cast import NOW, Cast
from tests.conftest import Ask
from tests.notify.hostile import Behaviour, Server, serving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Post:
    """A mail server's mind: what it says to each recipient and to each mail, and the mails it took."""

    def __init__(self) -> None:
        self.to_recipient: list[str] = []
        self.to_mail: list[str] = []
        self.goodbye = "221 Bye"
        self.taken: list[EmailMessage] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        """The next of `to_recipient`, or 250."""
        answer = self.to_recipient.pop(0) if self.to_recipient else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """The next of `to_mail`, or 250."""
        answer = self.to_mail.pop(0) if self.to_mail else "250 2.0.0 Ok: queued as 4F2B"
        if answer.startswith("250"):
            self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return answer

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """The goodbye."""
        return self.goodbye


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    """The portal's mail server."""
    mind, port = Post(), free_port()
    controller = Controller(mind, hostname="127.0.0.1", port=port)
    controller.start()
    settings.MAILERS = {"default": env_urls.mailer(f"smtp://127.0.0.1:{port}")}
    yield mind
    controller.stop()


type Hook = Callable[[Behaviour], tuple[Webhook, Server]]


@pytest.fixture
def hook(acme: Cast, settings: Settings) -> Iterator[Hook]:
    """Have acme's webhook at a server that behaves so."""
    with ExitStack() as servers:

        def _hook(behave: Behaviour) -> tuple[Webhook, Server]:
            server = servers.enter_context(serving(behave))
            settings.WEBHOOK_ALLOW = {server.name}
            return add_webhook(url=server.url, secret=SECRET, by=acme.alex, now=NOW), server

        yield _hook


@pytest.fixture
def asked(ask: Ask) -> Bypass:
    """Rosa's request: pete can approve it."""
    return ask()


@pytest.fixture
def to_pete(asked: Bypass) -> Message:
    """The message that asks him to."""
    return Message.objects.get(bypass=asked)
