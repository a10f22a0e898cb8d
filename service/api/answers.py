"""How `Prefer: wait` learns of a verdict: by being told.

Each process listens on one channel of its own, whose name goes into the queue with the comment; the worker
that commits the verdict publishes the comment's id there. A message that is lost costs no more than the wait:
whoever waited then looks at the comment once.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Iterator
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from service.store import keys
from service.store.connection import listener
from service.store.sentinels import has_moved

_RETRY_S = 0.5  # a store that is gone refuses at once, and is not to be asked without a pause
_ASK_AFTER_S = 2.0  # of silence; as long again for the answer, and who waits hears again within five seconds


class Answers:
    """Hands each verdict to those who wait for it."""

    def __init__(self, url: str) -> None:
        self.channel = keys.answers(secrets.token_hex(6))
        self._url = url
        self._waiting: dict[str, list[asyncio.Event]] = {}

    @contextlib.contextmanager
    def expected(self, comment_id: str) -> Iterator[asyncio.Event]:
        """Set whenever something may have become of the comment; to be asked for before it is queued."""
        told = asyncio.Event()
        self._waiting.setdefault(comment_id, []).append(told)
        try:
            yield told
        finally:
            self._waiting[comment_id].remove(told)
            if not self._waiting[comment_id]:
                del self._waiting[comment_id]

    async def listen(self) -> None:
        """Listen until cancelled; where the store is gone, until it is back."""
        while True:
            with contextlib.suppress(RedisError, OSError):
                await self._listen()
            await asyncio.sleep(_RETRY_S)

    async def _listen(self) -> None:
        async with listener(self._url) as redis, redis.pubsub() as subscription:
            await subscription.subscribe(self.channel)
            while True:
                self._hear(await _next_message(redis, subscription))

    def _hear(self, message: dict[str, Any]) -> None:
        if message["type"] == "message":
            self._tell(message["data"].decode())
        elif message["type"] == "subscribe":  # what was said before nobody heard
            for comment_id in self._waiting:
                self._tell(comment_id)

    def _tell(self, comment_id: str) -> None:
        for told in self._waiting.get(comment_id, ()):
            told.set()


async def _next_message(redis: Redis, subscription: PubSub) -> dict[str, Any]:
    """What is said next; in between, the server is asked whether it is there.

    Raises:
        RedisTimeoutError: it did not answer, for a host that is lost says no goodbye; or another is the
            primary now. Nothing would come.
    """
    message = await subscription.get_message(timeout=_ASK_AFTER_S)
    if message is None:
        if await has_moved(redis):
            raise RedisTimeoutError("What is said is said at another server.")
        await subscription.ping()
        message = await subscription.get_message(timeout=_ASK_AFTER_S)
    if message is None:
        raise RedisTimeoutError("The store has fallen silent.")
    found: dict[str, Any] = message
    return found
