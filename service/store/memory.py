"""Whether the servers have memory left for what is taken in.

Looked at twice a second by each API process, not with each comment. Intake stops before a server is full, so
that decisions and verdicts have room.
"""

import asyncio
import re

from service.errors import Unavailable
from service.store import keys
from service.store.partitions import Partitions
from service.store.scripts import call
from service.store.wire import Commands

FULL_FROM = 0.85
"""Share of `maxmemory` from which on nothing more is taken in."""

RETRY_AFTER_S = 10
"""Memory does not come back in a moment: an operator must see to it, or the retention."""


_USED = re.compile(rb"^used_memory:(\d+)", re.MULTILINE)
_MOST = re.compile(rb"^maxmemory:(\d+)", re.MULTILINE)


class MemoryStore:
    """Knows, by partition, whether its server is nearly full, as of the last look."""

    def __init__(self, commands: Commands, partitions: Partitions) -> None:
        self._commands = commands
        self._partitions = partitions
        self._full: frozenset[int] = frozenset()

    async def look(self) -> None:
        """Ask all servers.

        Raises:
            Unavailable: one cannot be reached; what was known stays.
        """
        every = list(self._partitions)
        if self._commands.one_server:
            told = [await self._commands.ask("INFO", "memory")] * len(every)
        else:
            told = await asyncio.gather(*(call(self._commands, "memory", [keys.queue(p)], []) for p in every))
        self._full = frozenset(p for p, one in zip(every, told, strict=True) if _nearly_full(one))

    @property
    def seems_full(self) -> bool:
        """Whether any server was nearly full at the last look."""
        return bool(self._full)

    async def refuse_if_full(self, thread: str) -> None:
        """Refuse what would be taken in, but nobody on the word of an old look.

        Raises:
            Unavailable: nothing more of the thread is taken in.
        """
        if not self.seems_full:
            return
        await self.look()
        if self._partitions.of_thread(thread) in self._full:
            raise Unavailable("The store is nearly full; nothing is taken in.", retry_after_s=RETRY_AFTER_S)


def _nearly_full(told: bytes) -> bool:
    """By what INFO says; a server that does not tell, or has no limit, is not."""
    used, most = _USED.search(told), _MOST.search(told)
    if used is None or most is None:
        return False
    return 0 < int(most[1]) * FULL_FROM < int(used[1])
