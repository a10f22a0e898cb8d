"""Events become signed calls of the webhooks of their sites.

It reads the events of all partitions in their order from where it had come to. Which of them a webhook has
taken is kept beside its deliveries and compared in the script that enqueues them, so that a crash or a second
courier neither loses nor multiplies any. Each webhook is then served by itself (`endpoint`).
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial

from service.clock import unix_ms
from service.metering.meters import Meters
from service.outgoing.client import OutgoingClient
from service.store.events import EventReader, StoredEvent
from service.store.store import Store
from service.store.webhooks import TYPES, Hook
from workers.calling import Caller
from workers.endpoint import Endpoint
from workers.following import EventPlaces, reading, together
from workers.precedence import Precedence
from workers.resting import rest
from workers.sending import Sender

BATCH = 50
"""Events of one partition in one read: those of all partitions come to a webhook's queue in one script."""

STAND_BY_S = 1.0
"""How often a process that does not send looks whether it should."""

_REST_S = 0.1
"""Between two readings where there is no webhook: one by one, events cost a quarter of what verdicts do."""

_LOOK_S = 0.5  # how often it looks for tests, and for what is to be sent again

Name = tuple[str, str]
"""A webhook: site, id."""

Found = Mapping[int, Sequence[StoredEvent]]
"""Events by partition, in their order."""

Enqueue = Callable[[Name, Hook, int, Found], Awaitable[bool]]
"""Puts events into the queue of a webhook as it was at an epoch; False: it is not so any more."""


class Courier:
    """Sends to all webhooks, in one process at a time."""

    def __init__(
        self,
        store: Store,
        client: Callable[[], OutgoingClient],
        now_ms: Callable[[], int] = unix_ms,
        meters: Meters | None = None,
    ) -> None:
        self._store = store
        self._meters = meters or Meters()
        self._client = client
        self._now_ms = now_ms
        self._name = secrets.token_hex(6)
        self._precedence = Precedence()
        self._kept: EventPlaces = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; stand by while another process sends."""
        while not stop.is_set():
            if await self._store.webhooks.hold(self._name):
                await self._work(stop)
            else:
                await rest(stop, STAND_BY_S)

    async def drain(self) -> None:
        """Send what has happened and is due, whoever else sends."""
        async with (
            reading(self._store, self._store.webhooks.places) as (reader, lanes),
            self._sending() as sender,
        ):
            for places in lanes:
                while await self._take_next(reader, places, self._put_in, block=False):
                    pass
            await self._keep(lanes)
            names = await self._names(await self._store.webhooks.sites())
            await asyncio.gather(*(self._endpoint(sender, name).drain() for name in names))

    async def _put_in(self, name: Name, hook: Hook, epoch: int, found: Found) -> bool:
        """Put events into a queue, and begin nothing."""
        deliveries, now_ms = self._store.deliveries, self._now_ms()
        return await deliveries.enqueue(name[0], hook, epoch, found, now_ms=now_ms) is not None

    @contextlib.asynccontextmanager
    async def _sending(self) -> AsyncIterator[Sender]:
        client = self._client()
        try:
            yield Sender(self._store.comments, client, self._now_ms)
        finally:
            await client.close()

    def _endpoint(self, sender: Sender, name: Name) -> Endpoint:
        caller = Caller(self._store.webhooks, sender, *name, now_ms=self._now_ms, precedence=self._precedence)
        return Endpoint(self._store, caller, *name, now_ms=self._now_ms, meters=self._meters)

    async def _names(self, sites: Iterable[str]) -> list[Name]:
        ordered = list(sites)
        found = await asyncio.gather(*(self._store.webhooks.all(site) for site in ordered))
        return [(site, hook.id) for site, hooks in zip(ordered, found, strict=True) for hook in hooks]

    async def _work(self, stop: asyncio.Event) -> None:
        """Read and send as long as nobody else does; what ends one loop ends all, and they begin again."""
        ended = asyncio.Event()
        async with (
            reading(self._store, self._store.webhooks.places) as (reader, lanes),
            self._sending() as sender,
        ):
            rounds = Rounds(lambda name: self._endpoint(sender, name), ended)

            async def follow(places: EventPlaces) -> None:
                while not (stop.is_set() or ended.is_set()):
                    await self._take_next(reader, places, rounds.enqueue, block=True)
                    if not rounds.serves:
                        await rest(stop, _REST_S)

            async def look() -> None:
                rounds.wake(await self._names(await self._store.webhooks.sites()))
                while not (stop.is_set() or ended.is_set()):
                    if not await self._store.webhooks.hold(self._name):
                        return
                    rounds.wake(await self._names(await self._store.webhooks.woken()))
                    await self._keep(lanes)
                    await rest(stop, _LOOK_S)
                await self._keep(lanes)

            try:
                await together(ended, look(), *(follow(places) for places in lanes))
            finally:
                await rounds.close()

    async def _take_next(
        self, reader: EventReader, places: EventPlaces, enqueue: Enqueue, *, block: bool
    ) -> bool:
        """Hand the next events behind some places to webhooks, and move these; False: there were none."""
        found = await reader.read(places, BATCH, block=block)
        if found:
            with self._precedence.first():
                await self._enqueue(found, enqueue)
            places |= {p: events[-1].entry for p, events in found.items()}
        return bool(found)

    async def _enqueue(self, found: Found, enqueue: Enqueue) -> None:
        """Hand events to the webhooks of their sites."""
        by_site: dict[str, dict[int, list[StoredEvent]]] = {}
        for p, events in found.items():
            for event in events:
                if event.type in TYPES:
                    by_site.setdefault(event.site, {}).setdefault(p, []).append(event)
        await asyncio.gather(*(self._enqueue_site(site, ours, enqueue) for site, ours in by_site.items()))

    async def _enqueue_site(self, site: str, found: Found, enqueue: Enqueue) -> None:
        """Hand a site's events to its webhooks, which are known from memory: where one takes events, the
        script makes sure of all by their epoch; where none does, they are read anew."""
        while (known := await self._store.webhooks.known(site)) is not None:
            active = [hook for hook in known.hooks if hook.active]
            done = await asyncio.gather(
                *(enqueue((site, hook.id), hook, known.epoch, found) for hook in active)
            )
            if not (active and all(done)):
                self._store.webhooks.forget(site)
            if all(done):
                return

    async def _keep(self, lanes: Iterable[EventPlaces]) -> None:
        """Note how far events were handed on: now and then, since who begins again passes over what it
        finds taken."""
        places = {p: place for lane in lanes for p, place in lane.items()}
        if places != self._kept:
            await self._store.webhooks.keep_places(places)
            self._kept = places


class Rounds:
    """The webhooks that are served now, each by a task of its own."""

    def __init__(self, make: Callable[[Name], Endpoint], ended: asyncio.Event) -> None:
        """
        Args:
            ended: set when one of them cannot go on: the store is gone.
        """
        self._make = make
        self._ended = ended
        self._served: dict[Name, tuple[Endpoint, asyncio.Task[None]]] = {}

    @property
    def serves(self) -> bool:
        """Whether there is any."""
        return bool(self._served)

    def wake(self, names: Iterable[Name]) -> None:
        """Have webhooks looked at."""
        for name in names:
            self._endpoint(name).wake()

    async def enqueue(self, name: Name, hook: Hook, epoch: int, found: Found) -> bool:
        """Have events put into a webhook's queue, and what is due sent."""
        return await self._endpoint(name).enqueue(hook, epoch, found)

    def _endpoint(self, name: Name) -> Endpoint:
        """The one that serves a webhook, or another where it has ended."""
        served = self._served.get(name)
        if served is not None and not served[1].done():
            return served[0]
        endpoint = self._make(name)
        task = asyncio.create_task(endpoint.run())
        self._served[name] = (endpoint, task)
        task.add_done_callback(partial(self._leave, name))
        return endpoint

    def _leave(self, name: Name, task: asyncio.Task[None]) -> None:
        if self._served.get(name, (None, None))[1] is task:
            del self._served[name]
        if not task.cancelled() and task.exception() is not None:
            self._ended.set()

    async def close(self) -> None:
        """End all, and let them finish what is under way."""
        tasks = [task for _, task in self._served.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
