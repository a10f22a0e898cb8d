"""Loops that go on when the store was gone."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

import structlog

from service.store.queue import UNREACHABLE

RETRY_S = 0.2
"""How soon a loop tries again when the store is gone; it is to be back within 2 s of the store's return."""

TELL_EVERY_S = 60.0
"""How often a loop says that the store is gone: what is written meanwhile may go to the disk that is full."""

Loop = Callable[[asyncio.Event], Awaitable[None]]
log = structlog.get_logger()


class Complaints:
    """What is said of a store that is gone, by all who share this, now and then."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._told = -math.inf

    def unreachable(self, error: BaseException) -> None:
        if time.monotonic() - self._told >= TELL_EVERY_S:
            self._told = time.monotonic()
            log.warning("store_unreachable", loop=self._name, error=type(error).__name__)


async def keep_going(complaints: Complaints, loop: Loop, stop: asyncio.Event) -> None:
    """Run a loop until told to stop, and again whenever the store was gone."""
    while not stop.is_set():
        try:
            await loop(stop)
        except* UNREACHABLE as group:
            complaints.unreachable(group.exceptions[0])
        await asyncio.sleep(0 if stop.is_set() else RETRY_S)


async def side_by_side(loops: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run loops until all have ended; where one fails, end the others, and fail as it did.

    They are cancelled until they end: redis-py loses a cancellation that comes while it connects, and a
    process that has failed must end, so that it is started anew.
    """
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        await asyncio.gather(*tasks)
    finally:
        while due := [task for task in tasks if not task.done()]:
            for task in due:
                task.cancel()
            await asyncio.wait(due, timeout=0.1)
