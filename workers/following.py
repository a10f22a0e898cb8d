"""Going on with events from where it was left: what the courier and the statistician have in common."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence

from service.store.events import EntryId, EventReader
from service.store.store import Store

EventPlaces = dict[int, EntryId]
"""By partition, the last event that was seen to."""


@contextlib.asynccontextmanager
async def reading(
    store: Store, kept: Callable[[], Awaitable[Sequence[EntryId]]]
) -> AsyncIterator[tuple[EventReader, list[EventPlaces]]]:
    """A reader, and the places where each of its lanes goes on.

    Args:
        kept: tells the places of all partitions.
    """
    reader = EventReader(store.url, store.partitions)
    try:
        places = await kept()
        yield reader, [{p: places[p] for p in lane} for lane in reader.lanes]
    finally:
        await reader.close()


async def together(ended: asyncio.Event, *loops: Coroutine[None, None, None]) -> None:
    """Run loops until one ends, which ends all.

    Args:
        ended: set then; every loop has to look at it.

    Raises:
        What the first that failed raised.
    """

    async def run(loop: Coroutine[None, None, None]) -> None:
        try:
            await loop
        finally:
            ended.set()

    ends = await asyncio.gather(*(run(loop) for loop in loops), return_exceptions=True)
    for failure in (end for end in ends if isinstance(end, BaseException)):
        raise failure
