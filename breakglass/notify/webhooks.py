"""An event to a tenant's webhook, signed, and what its server made of it."""

from __future__ import annotations

from datetime import datetime

from audit.keys import unlock_secret
from breakglass.actions.channels import secret_purpose
from breakglass.models import Message, Webhook
from breakglass.notify import events, http, outcomes, signing
from breakglass.notify.outcomes import Outcome

SHOWN = 200  # characters of the answer's body
LATER = {408, 429}


def send(message: Message, webhook: Webhook, now: datetime) -> Outcome:
    """Send it once. 410 asks to switch the webhook off (Standard Webhooks 1.0); other 3xx and 4xx end the message."""
    body = events.event(message)
    secret = unlock_secret(webhook.secret, secret_purpose(webhook)).decode()
    headers = signing.headers(secret, key=message.key, body=body, timestamp=int(now.timestamp()))
    try:
        answer = http.post(webhook.url, body=body, headers={"Content-Type": events.CONTENT_TYPE, **headers})
    except http.Blocked as error:
        return outcomes.refused(str(error))
    except OSError as error:
        return outcomes.deferred(f"The server did not answer: {error.strerror or error}.", down=True)
    return _judge(answer)


def _judge(answer: http.Answer) -> Outcome:
    said = f"{answer.status} {answer.reason} {answer.body.decode(errors='replace')[:SHOWN]}"
    if 200 <= answer.status < 300:
        return outcomes.delivered(said)
    if answer.status in LATER or answer.status >= 500:
        return outcomes.deferred(said, down=True)
    if 300 <= answer.status < 400:
        return outcomes.refused(f"{answer.status} {answer.reason}: redirects are not followed, give the final address.")
    return outcomes.refused(said, gone=answer.status == 410)
