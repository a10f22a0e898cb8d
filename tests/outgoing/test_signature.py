"""Signatures of webhooks, held to the specification's own library."""

import base64
import time
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from service.outgoing.signature import new_secret, signed

BODY = '{"type":"comment.published","data":{"body":"Cảm ơn tòa soạn!"}}'.encode()


def verified(secret: str, headers: dict[str, str], body: bytes = BODY) -> Any:
    return Webhook(secret).verify(body, headers)


def test_the_library_takes_what_we_sign_under_every_live_secret() -> None:
    new, old = new_secret(), new_secret()
    headers = dict(signed("019d-1", int(time.time()), BODY, [new, old]))
    for secret in (new, old):
        assert verified(secret, headers)["type"] == "comment.published"


def test_the_library_refuses_another_secret_body_id_or_time() -> None:
    secret, now = new_secret(), int(time.time())
    headers = dict(signed("019d-1", now, BODY, [secret]))
    others = [
        (new_secret(), headers, BODY),
        (secret, headers, BODY + b" "),
        (secret, headers | {"webhook-id": "019d-2"}, BODY),
        (secret, headers | {"webhook-timestamp": str(now + 1)}, BODY),
        (secret, dict(signed("019d-1", now - 3_600, BODY, [secret])), BODY),
    ]
    for key, told, body in others:
        with pytest.raises(WebhookVerificationError):
            verified(key, told, body)


def test_the_specification_s_own_example_is_signed_as_it_says() -> None:
    headers = signed(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_secrets_are_long_and_never_the_same() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(len(base64.b64decode(secret.removeprefix("whsec_"))) == 32 for secret in made)
    assert all(secret.startswith("whsec_") for secret in made)
