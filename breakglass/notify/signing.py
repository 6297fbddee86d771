"""How a webhook's receiver knows that the portal wrote it: Standard Webhooks 1.0, symmetric (v1)."""

from __future__ import annotations

import base64
import hmac
import secrets

PREFIX = "whsec_"


def new_secret() -> str:
    """`whsec_` and 256 random bits in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(secret: str, *, key: str, body: bytes, timestamp: int) -> dict[str, str]:
    """The three headers: HMAC-SHA256 over `<id>.<timestamp>.<body>`, the timestamp in Unix seconds."""
    signed = f"{key}.{timestamp}.".encode() + body
    code = hmac.digest(base64.b64decode(secret.removeprefix(PREFIX)), signed, "sha256")
    signature = f"v1,{base64.b64encode(code).decode()}"
    return {"webhook-id": key, "webhook-timestamp": str(timestamp), "webhook-signature": signature}
