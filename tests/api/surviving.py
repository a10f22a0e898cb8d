"""Calls that no well-meaning client makes, and what must hold after each."""

from tests.api.calls import comment_of
from tests.running import Answer, Running

TYPED = {"Content-Type": "application/json"}


async def send(service: Running, body: bytes, path: str = "/v1/comments", **headers: str) -> Answer:
    return await service.website("POST", path, data=body, headers=TYPED | headers)


def survived(answer: Answer) -> None:
    """Assert that the service knew what to say."""
    assert answer.status < 500, answer.text
    assert "Traceback" not in answer.text
    if answer.status >= 400:
        assert answer.headers["Content-Type"].startswith("application/problem+json")


async def alive(service: Running) -> None:
    assert (await service.website("POST", "/v1/comments", json=comment_of())).status == 202
