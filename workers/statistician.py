"""Events become a site's statistics: each counted once, whatever dies and however many count.

It reads the events of all partitions in their order from where it had come to. Which of them a site's figures
hold already is kept beside the figures and compared when they grow, in one script.
"""

import asyncio
import math
import secrets
import time
from collections.abc import Mapping, Sequence

from service.comments.counting import counts
from service.comments.model import Comment
from service.metering.meters import Meters
from service.store.events import EventReader, StoredEvent
from service.store.statistics import Counted
from service.store.store import Store
from workers.figures import happened
from workers.following import EventPlaces, reading, together
from workers.resting import rest

BATCH = 200
"""Events of one partition in one read: as many comments are read with them."""

REST_S = 0.25
"""Between two readings, where it is not behind: what happens meanwhile is counted together. Counted one by
one, each event has the server write its file through three times, for which all others wait."""

STAND_BY_S = 1.0
"""How often a process looks whether it is its turn to count."""


class Statistician:
    """Counts what happens on all sites, in one process at a time."""

    def __init__(self, store: Store, meters: Meters | None = None) -> None:
        self._store = store
        self._meters = meters or Meters()
        self._name = secrets.token_hex(6)
        self._looked_at = -math.inf  # monotonic

    async def run(self, stop: asyncio.Event) -> None:
        """Count what happens until told to stop; stand by while another process counts."""
        while not stop.is_set():
            if await self._store.statistics.hold(self._name):
                await self._follow(stop)
            else:
                await rest(stop, STAND_BY_S)

    async def drain(self) -> None:
        """Count what has happened, whoever else counts."""
        async with reading(self._store, self._store.statistics.places) as (reader, lanes):
            for places in lanes:
                while await self._count_next(reader, places, block=False):
                    pass

    async def _follow(self, stop: asyncio.Event) -> None:
        """Count as long as nobody else does; what ends one lane ends all, and they begin again together."""
        ended = asyncio.Event()

        async def follow(places: EventPlaces) -> None:
            while not (stop.is_set() or ended.is_set()) and await self._may_count():
                if await self._count_next(reader, places, block=True) < BATCH:
                    await rest(stop, REST_S)

        async with reading(self._store, self._store.statistics.places) as (reader, lanes):
            await together(ended, *(follow(places) for places in lanes))

    async def _may_count(self) -> bool:
        """Whether it is still our turn."""
        if time.monotonic() < self._looked_at + STAND_BY_S:
            return True
        self._looked_at = time.monotonic()
        return await self._store.statistics.hold(self._name)

    async def _count_next(self, reader: EventReader, places: EventPlaces, *, block: bool) -> int:
        """Count the next events behind some places, and move these; the most that one partition had."""
        found = await reader.read(places, BATCH, block=block)
        await self.count(found)
        places |= {p: events[-1].entry for p, events in found.items()}
        return max(map(len, found.values()), default=0)

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
        by_partition: dict[int, list[tuple[StoredEvent, Comment | None]]] = {}
        for event in events:
            by_partition.setdefault(event.p, []).append((event, comments[event.comment_id]))
        await asyncio.gather(*(self._count_steps(site, p, steps) for p, steps in by_partition.items()))

    async def _count_steps(
        self, site: str, p: int, steps: Sequence[tuple[StoredEvent, Comment | None]]
    ) -> None:
        """Count steps of one partition; into our own figures only what was not counted before."""
        counted = [
            Counted(event.entry, [] if comment is None else list(counts(comment, event.version)))
            for event, comment in steps
        ]
        new = await self._store.statistics.add(site, p, counted)
        for event, comment in steps[len(steps) - new :]:
            if comment is not None:
                happened(self._meters, comment, event.version)
