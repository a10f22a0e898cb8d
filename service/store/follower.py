"""One reader of all events in a process, which wakes those who listen for a site's.

It hands out no events: who is woken reads from a place of its own (`EventStore.after`), so that between
catching up and following nothing is missed and nothing comes twice.
"""

import asyncio
import contextlib
import contextvars
from collections.abc import Iterator, Sequence

import structlog

from service.errors import Unavailable
from service.store.events import EntryId, EventReader, EventStore, StoredEvent
from service.store.partitions import Partitions
from service.store.queue import UNREACHABLE

_COUNT = 500  # events of one partition in one read: they are looked at, and dropped
_AGAIN_S = 0.2

log = structlog.get_logger()


class Listener:
    """Somebody who follows one site.

    Attributes:
        places: by partition, the event up to which he knows everything of his site.
        behind: partitions that may hold events of his site behind that place.
        ended: whether the store is gone, or the process ends: no more will come.
    """

    def __init__(self, site: str, places: Sequence[EntryId]) -> None:
        self.site = site
        self.places = list(places)
        self.behind: set[int] = set()
        self.ended = False
        self._woken = asyncio.Event()
        self.look_everywhere()

    def look_everywhere(self) -> None:
        """Take every partition for one that holds something new."""
        self.behind.update(range(len(self.places)))
        self._woken.set()

    def look_at(self, p: int) -> None:
        self.behind.add(p)
        self._woken.set()

    def reached(self, p: int, place: EntryId) -> None:
        """Know everything of his site up to a place."""
        self.places[p] = max(self.places[p], place)

    def passed(self, p: int, before: EntryId, after: EntryId) -> None:
        """Learn that between two places of a partition nothing concerns his site."""
        if before <= self.places[p] < after:
            self.places[p] = after

    def end(self) -> None:
        self.ended = True
        self._woken.set()

    async def woken(self, within_s: float) -> bool:
        """Wait until there is something to look at; False when the time is up."""
        try:
            async with asyncio.timeout(within_s):
                await self._woken.wait()
        except TimeoutError:
            return False
        self._woken.clear()
        return True


class Follower:
    """Reads while somebody listens, and only then."""

    def __init__(self, url: str, store: EventStore, partitions: Partitions) -> None:
        self._url = url
        self._store = store
        self._partitions = partitions
        self._listeners: set[Listener] = set()
        self._session: object | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def reads(self) -> bool:
        """Whether it asks the store for events at this moment."""
        return bool(self._tasks)

    @contextlib.contextmanager
    def listening(self, site: str, places: Sequence[EntryId]) -> Iterator[Listener]:
        """Be woken for a site, from now on until the context is left."""
        listener = Listener(site, places)
        self._listeners.add(listener)
        if self._closed:
            listener.end()
        elif self._session is None:
            self._session = object()
            # in a context of its own: it reads for all, and is not the first listener's request
            task = asyncio.create_task(self._read(self._session), context=contextvars.Context())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def end_all(self) -> None:
        """Send everybody away."""
        for listener in self._listeners:
            listener.end()

    async def close(self) -> None:
        """Stop at once; who comes later is sent away."""
        self._closed, self._session = True, None
        self.end_all()
        while self._tasks:
            for task in self._tasks:
                task.cancel()  # more than once: the Redis client loses one that comes while it connects
            await asyncio.wait(self._tasks, timeout=0.1)

    async def _read(self, session: object) -> None:
        """Read all partitions until the session is over."""
        reader = EventReader(self._url, self._partitions)
        try:
            places = await self._store.ends()
            for listener in self._listeners:  # what came after they looked, and before these ends
                listener.look_everywhere()
            await asyncio.gather(*(self._follow(reader, session, lane, places) for lane in reader.lanes))
        except UNREACHABLE:
            log.warning("store_unreachable", loop="follower")
        finally:
            if self._session is session:
                self._session = None
                self.end_all()
            await reader.close()

    async def _follow(
        self, reader: EventReader, session: object, lane: Sequence[int], places: list[EntryId]
    ) -> None:
        """Follow some partitions until nobody listens any more.

        Raises:
            Unavailable: the store did not answer twice running.
        """
        failures = 0
        while self._goes_on(session):
            try:
                found = await reader.read({p: places[p] for p in lane}, _COUNT)
            except UNREACHABLE as error:
                failures += 1
                if failures > 1:
                    raise Unavailable from error
                await asyncio.sleep(_AGAIN_S)
                continue
            failures = 0
            for p, events in found.items():
                places[p] = self._tell(p, places[p], events)

    def _goes_on(self, session: object) -> bool:
        """Whether anybody listens; if nobody does, the session is over, and who comes next begins another."""
        if self._session is session and not any(not listener.ended for listener in self._listeners):
            self._session = None
        return self._session is session

    def _tell(self, p: int, before: EntryId, events: Sequence[StoredEvent]) -> EntryId:
        """Wake whom these events concern; returns the place of the last."""
        after, sites = events[-1].entry, {event.site for event in events}
        for listener in self._listeners:
            if listener.site in sites:
                listener.look_at(p)
            else:
                listener.passed(p, before, after)
        return after
