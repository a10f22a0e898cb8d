"""Signatures of webhooks by the Standard Webhooks specification (v1, symmetric).

What is signed is `<webhook-id>.<webhook-timestamp>.<body>`, by HMAC-SHA256 under each live secret; the header
lists the signatures, so that a receiver may change over to a new secret at its leisure.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence

_PREFIX = "whsec_"
_BYTES = 32  # the specification asks for 24 to 64


def new_secret() -> str:
    """A secret as it is shown: `whsec_` and 32 random bytes in base 64."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signed(message_id: str, at_s: int, body: bytes, live: Sequence[str]) -> Mapping[str, str]:
    """The headers of a message.

    Args:
        message_id: the same for every attempt at one message, by which a receiver knows a repetition.
        at_s: when this attempt is made, unix seconds.
        live: the secrets in force, the newest first.
    """
    content = f"{message_id}.{at_s}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(f"v1,{_sign(secret, content)}" for secret in live),
    }


def _sign(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
