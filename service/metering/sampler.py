"""What a process finds out twice a second: how late it wakes up, how far the store is, what it uses.

The hot path measures nothing of this: a PING waits behind the same scripts, and a sleep behind the same work.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Literal

from service.errors import Unavailable
from service.metering.meters import Meters

EVERY_S = 0.5

_PATIENCE_S = 1.0  # of a PING that is not answered; then the process has other lines to tell of it

Part = Literal["api", "worker"]


class Sampler:
    """Measures one process."""

    def __init__(self, meters: Meters, part: Part, ping: Callable[[], Awaitable[None]]) -> None:
        """
        Args:
            ping: asks the store for nothing; raises Unavailable.
        """
        self._meters = meters
        self._ping = ping
        self._lag_s = meters.lag_s.labels(part)
        self._ping_s = meters.ping_s.labels(part)
        self._cpu_s = meters.cpu_s.labels(part)
        self._memory = meters.memory.labels(part)
        self._cpu_before = 0.0
        meters.processes.labels(part).set(1)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Measure until the context is left."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        try:
            while True:
                self.look()
                begun = time.monotonic()  # a loop's own time may count whole milliseconds
                await asyncio.sleep(EVERY_S)
                self._lag_s.observe(max(0.0, time.monotonic() - begun - EVERY_S))
                await self._ask()
        finally:
            self.look()

    def look(self) -> None:
        """Note what the process uses, and hand on what it has counted."""
        used = time.process_time()
        self._cpu_s.inc(used - self._cpu_before)
        self._cpu_before = used
        self._memory.set(resident_bytes())
        self._meters.requests.flush()

    async def _ask(self) -> None:
        begun = time.perf_counter()
        with contextlib.suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                await self._ping()
            self._ping_s.observe(time.perf_counter() - begun)


def resident_bytes() -> int:
    """Memory that this process holds (proc(5), statm)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
