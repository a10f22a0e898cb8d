"""Who goes first in a process that sends: news, before what waited for long.

It orders beginnings alone: nothing that is under way is interrupted, and who waits is never kept for long.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterator

PACE_S = 0.01
"""Of each receiver that is sent what it missed, one message begins so long after the other."""

YIELD_S = 0.01
"""How much longer it waits at the most while there is news."""

SPARE, SPARED_S = 8, 0.04
"""Who wakes late is on a machine that is busy: it waits so many times as long again, so long at the most.

So what was missed goes out at up to 100 messages a second for each receiver, and where the machine has no
time to spare at some 17: each of them would hold up what others are told now (`python -m bench.backlog`).
"""


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
        began = time.monotonic()
        await asyncio.sleep(PACE_S)
        late_s = time.monotonic() - began - PACE_S
        await asyncio.sleep(min(SPARE * late_s, SPARED_S))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(YIELD_S):
                await self._none.wait()
