"""Whether the store can do its work, and how much work waits."""

import asyncio
from dataclasses import dataclass

from service.errors import Unavailable
from service.store import keys, scripts
from service.store.partitions import Partitions
from service.store.wire import Commands, ReplyError

PROBE_KEPT_MS = 1_000


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for a verdict: how many, and how long the oldest has waited (0 with none)."""

    length: int
    oldest_ms: int


class HealthStore:
    """Asks the store about itself."""

    def __init__(self, commands: Commands, partitions: Partitions) -> None:
        self._commands = commands
        self._partitions = partitions

    async def ping(self) -> None:
        """Ask for nothing.

        Raises:
            Unavailable.
        """
        await self._commands.run("PING")

    async def probe(self) -> None:
        """Read, write and load every script.

        Raises:
            Unavailable: and why.
        """
        try:
            await self._commands.run("SET", keys.PROBE, "1", "PX", PROBE_KEPT_MS)
            for name in scripts.ALL:
                await self._commands.run("SCRIPT", "LOAD", scripts.script(name).text)
        except ReplyError as error:
            raise Unavailable(f"The store refuses to write ({error.kind}).") from None

    async def backlog(self, *, now_ms: int) -> Backlog:
        """How far the workers are behind."""
        found = await asyncio.gather(*(self._of(p) for p in self._partitions))
        oldest = [first_ms for _, first_ms in found if first_ms is not None]
        waited_ms = max(0, now_ms - min(oldest)) if oldest else 0
        return Backlog(sum(length for length, _ in found), waited_ms)

    async def _of(self, p: int) -> tuple[int, int | None]:
        """Length of one partition's queue, and the ms at which its first entry came."""
        length, first = await asyncio.gather(
            self._commands.run("XLEN", keys.queue(p)),
            self._commands.run("XRANGE", keys.queue(p), "-", "+", "COUNT", 1),
        )
        return length, int(first[0][0].partition(b"-")[0]) if first else None
