"""Who goes first in a process that sends: news, before what waited for long.

It orders beginnings alone: nothing that is under way is interrupted, and who waits is never kept for long.
"""

import asyncio
import contextlib
from collections.abc import Iterator

PACE_S = 0.01
"""Of each receiver that is sent what it missed, one message begins so long after the other."""

YIELD_S = 0.01
"""How much longer it waits at the most while there is news: so what was missed goes out at 50 to 100 messages
a second for each receiver, and others feel little of it (`python -m bench.webhooks`)."""


class Precedence:
    """What is under way and goes first."""

    def __init__(self) -> None:
        self._first = 0
        self._none = asyncio.Event()
        self._none.set()

    @contextlib.contextmanager
    def first(self) -> Iterator[None]:
        """Go first, as long as the context lasts."""
        self._first += 1
        self._none.clear()
        try:
            yield
        finally:
            self._first -= 1
            if self._first == 0:
                self._none.set()

    async def wait(self) -> None:
        """Wait for a turn behind what goes first."""
        await asyncio.sleep(PACE_S)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(YIELD_S):
                await self._none.wait()
