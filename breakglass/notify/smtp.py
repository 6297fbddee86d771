"""Django's SMTP backend, with an ear for the last thing the server said: `250 2.0.0 Ok: queued as 4F2B`."""

from __future__ import annotations

import smtplib
from typing import Any

from django.core.mail.backends import smtp


class _Hearing:
    """Keeps the reply to the message itself, which smtplib throws away when it is good news."""

    accepted = ""

    def data(self, msg: Any) -> tuple[int, bytes]:
        """As smtplib's."""
        code, said = super().data(msg)  # type: ignore[misc]
        self.accepted = f"{code} {said.decode(errors='replace')}"
        return code, said


class _Smtp(_Hearing, smtplib.SMTP):
    pass


class _SmtpTls(_Hearing, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """One connection a message; `accepted` is what the server said to the last one."""

    accepted = ""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """What Django opens."""
        return _SmtpTls if self.use_ssl else _Smtp

    def open(self) -> bool | None:
        """As Django's, which leaves the line open when the sign-in fails."""
        try:
            opened: bool | None = super().open()
        except OSError:
            if (half_open := getattr(self, "_partial_connection", None)) is not None:
                half_open.close()
            raise
        return opened

    def _send(self, email_message: Any) -> bool:
        sent: bool = super()._send(email_message)  # type: ignore[misc]
        self.accepted = self.connection.accepted if sent and isinstance(self.connection, _Hearing) else ""
        return sent
