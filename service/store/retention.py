"""What a policy says shall be kept no longer, oldest first, and when it was last looked for.

Nothing is noted of how far a sweep has come: what it has taken out is no longer in the lists it goes along,
so one that was broken off is begun again and finds the rest.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from service.comments.model import Comment, State
from service.store import keys
from service.store.comments import CommentStore
from service.store.connection import again_if_interrupted
from service.store.ordered import Cursor, Order, page_of
from service.store.partitions import Partitions
from service.store.places import places
from service.store.rewriting import OWED
from service.store.turns import hold
from service.store.wire import Commands

BATCH = 50
"""Comments read and changed in one turn: some milliseconds, after which others have theirs."""

HOLD_MS = 30_000
"""After so long in silence whoever sweeps is taken for dead: three turns of the janitor."""

SWEPT = "swept"
"""In `codau:{janitor}:at`: when the last whole sweep ended, unix ms."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How far retention is, unix ms: the end of the last sweep, and since when a rewrite is owed; or None."""

    swept: int | None
    owed: int | None


async def seen(commands: Commands) -> Seen:
    """How far it is."""
    found = await again_if_interrupted(commands, "HMGET", keys.SWEPT_AT, SWEPT, OWED)
    swept, owed = [None if at is None else int(at) for at in found]
    return Seen(swept, owed)


class RetentionStore:
    """Finds what is to be taken out."""

    def __init__(self, commands: Commands, partitions: Partitions, comments: CommentStore) -> None:
        self._commands = commands
        self._partitions = partitions
        self._comments = comments

    async def rejected(self, site: str, until: int) -> AsyncIterator[Sequence[Comment]]:
        """Comments that were rejected at a time, unix ms, or earlier, in handfuls."""
        for p in self._partitions:
            async for comments in self._along(p, keys.listed(p, site, State.REJECTED), site, until):
                yield comments

    async def addressed(self, site: str, until: int) -> AsyncIterator[Sequence[Comment]]:
        """Judged comments that came by then, and whose author's addresses are still kept, in handfuls."""
        for p in self._partitions:
            async for comments in self._along(p, keys.addressed(p, site), site, until):
                yield comments

    async def _along(self, p: int, name: str, site: str, until: int) -> AsyncIterator[Sequence[Comment]]:
        """What stands in a list at `until` or before, and as it was read still does."""
        after: Cursor | None = None
        while True:
            page = await page_of(self._commands, name, Order.OLDEST, BATCH, after)
            due = [place.id for place in page if place.score <= until]
            found = await self._comments.many(site, due)
            if comments := [one for one in found if one and places(p, one).get(name, until + 1) <= until]:
                yield comments
            if len(due) < BATCH:
                return
            after = page[-1]

    async def hold(self, who: str) -> bool:
        """Have the sweeping to oneself for some time more; False where another has it."""
        return await hold(self._commands, keys.SWEEPING, who, HOLD_MS)

    async def keep_swept(self, *, now_ms: int) -> None:
        """Note that everything was looked through."""
        await again_if_interrupted(self._commands, "HSET", keys.SWEPT_AT, SWEPT, now_ms)
