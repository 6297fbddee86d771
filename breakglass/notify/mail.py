"""A letter as an e-mail, text and HTML, and what the mail server made of it."""

from __future__ import annotations

import smtplib
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, mailers
from django.template.loader import render_to_string

from breakglass.notify import outcomes
from breakglass.notify.letter import Letter
from breakglass.notify.outcomes import Outcome


def send(letter: Letter, *, to: str, key: str, thread: str) -> Outcome:
    """Send it once. `key` makes the Message-ID, the same at every try; mails of one `thread` are shown together."""
    mailer, mail = mailers.default, compose(letter, to=to, key=key, thread=thread)
    try:
        mailer.send_messages([mail])
    except ValueError:  # Django's and email's word for a header or an address that no mail may carry
        return outcomes.refused("The address can't be written in an e-mail: an admin has to correct it.")
    except (OSError, smtplib.SMTPException) as error:
        if not accepted(mailer):  # else the mail is with the server, and only the goodbye went wrong
            return _judge(error)
    return outcomes.delivered(accepted(mailer) or "Handed over.")


def accepted(mailer: object) -> str:
    """What the server said when it took the mail; nothing if it has not, or if the mailer is no server."""
    return str(getattr(mailer, "accepted", ""))


def compose(letter: Letter, *, to: str, key: str, thread: str) -> EmailMultiAlternatives:
    """The mail. Nobody answers it and nobody unsubscribes: no Reply-To, no List headers (RFC 3834 for the rest)."""
    host = urlsplit(settings.SITE_URL).hostname
    headers = {"Message-ID": f"<{key}@{host}>", "Auto-Submitted": "auto-generated"}
    if thread:
        headers["References"] = f"<{thread}@{host}>"
    words: dict[str, Any] = {"letter": letter}
    mail = EmailMultiAlternatives(letter.subject, render_to_string("mail/letter.txt", words), to=[to], headers=headers)
    mail.attach_alternative(render_to_string("mail/letter.html", words), "text/html")
    return mail


def _judge(error: Exception) -> Outcome:
    """RFC 5321, 4.2.1: 5yz to this mail is for ever. To a sign-in or a greeting it is the operator's to mend."""
    code: int
    said: bytes | str
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, said = next(iter(error.recipients.values()))
        case smtplib.SMTPResponseException():
            code, said = error.smtp_code, error.smtp_error
        case _:
            return outcomes.deferred(f"The mail server did not take it: {error}", down=True)
    words = f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    setting_up = isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError | smtplib.SMTPHeloError)
    return outcomes.deferred(words, down=setting_up) if setting_up or code < 500 else outcomes.refused(words)
