"""Our signatures, held against the verifier that the specification's authors publish."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from breakglass.notify import signing

BODY = b'{"specversion":"1.0"}'


def now() -> int:
    """The verifier compares with the real clock."""
    return int(datetime.now(UTC).timestamp())


def test_the_headers_are_the_specifications_example() -> None:
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    assert signing.headers(secret, key="msg_p5jXN8AQM9LWM0D4loKWxJek", body=body, timestamp=1614265330) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(document=st.dictionaries(st.text(), st.text() | st.integers()))
def test_a_stranger_verifies_every_body(document: dict[str, object]) -> None:
    secret, body = signing.new_secret(), json.dumps(document).encode()
    headers = signing.headers(secret, key="msg_1", body=body, timestamp=now())
    assert Webhook(secret).verify(body, headers) == document


@pytest.mark.parametrize("changed", ["body", "webhook-id", "webhook-timestamp", "secret"])
def test_a_change_anywhere_is_noticed(changed: str) -> None:
    secret, body, at = signing.new_secret(), BODY, now()
    headers = signing.headers(secret, key="msg_1", body=body, timestamp=at)
    if changed == "body":
        body += b" "
    elif changed == "secret":
        secret = signing.new_secret()
    else:
        headers[changed] = {"webhook-id": "msg_2", "webhook-timestamp": str(at + 1)}[changed]
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, headers)


def test_a_secret_is_32_random_bytes() -> None:
    import base64

    one, other = signing.new_secret(), signing.new_secret()
    assert len(base64.b64decode(one.removeprefix("whsec_"))) == 32
    assert one != other
