"""Events become a site's statistics: each counted once, whatever dies and however many count.

It reads the events of all partitions in their order from where it had come to. Which of them a site's figures
hold already is kept beside the figures and compared when they grow, in one script.
"""

import asyncio
from collections.abc import Mapping, Sequence

from service.comments.counting import counts
from service.store.events import EntryId, EventReader, StoredEvent
from service.store.statistics import Counted
from service.store.store import Store

BATCH = 200
"""Events of one partition in one read: as many comments are read with them."""


class Statistician:
    """Counts what happens on all sites."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def run(self, stop: asyncio.Event) -> None:
        """Count what happens until told to stop."""
        await self._count(stop, block=True)

    async def drain(self) -> None:
        """Count what has happened."""
        await self._count(asyncio.Event(), block=False)

    async def _count(self, stop: asyncio.Event, *, block: bool) -> None:
        reader = EventReader(self._store.url, self._store.partitions)
        try:
            await reader.open()
            places = await self._store.statistics.places()
            async with asyncio.TaskGroup() as lanes:  # one that fails ends all: the caller begins again
                for lane in reader.lanes:
                    lanes.create_task(self._follow(reader, {p: places[p] for p in lane}, stop, block=block))
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None
        finally:
            await reader.close()

    async def _follow(
        self, reader: EventReader, places: dict[int, EntryId], stop: asyncio.Event, *, block: bool
    ) -> None:
        """Count the events of some partitions; without `block`, until there are no more."""
        while not stop.is_set():
            found = await reader.read(places, BATCH, block=block)
            if not found and not block:
                return
            await self.count(found)
            places |= {p: events[-1].entry for p, events in found.items()}

    async def count(self, found: Mapping[int, Sequence[StoredEvent]]) -> None:
        """Count events, given by partition in their order, and note how far they go."""
        by_site: dict[str, list[StoredEvent]] = {}
        for event in (event for events in found.values() for event in events):
            by_site.setdefault(event.site, []).append(event)
        await asyncio.gather(*(self._count_site(site, events) for site, events in by_site.items()))
        if found:
            await self._store.statistics.keep_places({p: events[-1].entry for p, events in found.items()})

    async def _count_site(self, site: str, events: Sequence[StoredEvent]) -> None:
        ids = list(dict.fromkeys(event.comment_id for event in events))
        comments = dict(zip(ids, await self._store.comments.many(site, ids), strict=True))
        by_partition: dict[int, list[Counted]] = {}
        for event in events:
            comment = comments[event.comment_id]
            figures = [] if comment is None else list(counts(comment, event.version))
            by_partition.setdefault(event.p, []).append(Counted(event.entry, figures))
        await asyncio.gather(
            *(self._store.statistics.add(site, p, counted) for p, counted in by_partition.items())
        )
