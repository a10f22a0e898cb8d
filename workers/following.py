"""Going on with events from where it was left: what the courier and the statistician have in common."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from service.store.events import EntryId, EventReader
from service.store.store import Store

Places = dict[int, EntryId]
"""By partition, the last event that was seen to."""


@contextlib.asynccontextmanager
async def reading(
    store: Store, kept: Callable[[], Awaitable[Sequence[EntryId]]]
) -> AsyncIterator[tuple[EventReader, list[Places]]]:
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
