"""Signs webhook messages by the Standard Webhooks specification (version 1.0.0, symmetric signatures)."""

from __future__ import annotations

import base64
import hashlib
import hmac


def signed_headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Give the three headers: the message's id, when it was sent (seconds since 1970), and the signature of all.

    The key is the secret itself in UTF-8, or what follows `whsec_` in it, read as base64.
    """
    key = base64.b64decode(secret.removeprefix("whsec_")) if secret.startswith("whsec_") else secret.encode()
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{signature}"}
