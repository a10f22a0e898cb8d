"""What happened, as followers read it: the events of each partition, in the order in which they came.

An event names a comment and a version, no text: what is told of it is read when it is told, so that what was
erased or taken down cannot come back. A follower keeps its own place in every partition.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from redis.exceptions import ResponseError

from service.errors import Unavailable
from service.store import keys
from service.store.addresses import is_cluster
from service.store.connection import again_if_interrupted, blocking
from service.store.partitions import Partitions
from service.store.wire import Commands

BLOCK_MS = 1_000
"""How long a blocking read waits: well below the socket's timeout, and what a follower needs to stop."""


class EntryId(NamedTuple):
    """The place of an entry in a stream: the server's unix ms, and a number among those of one ms."""

    ms: int
    seq: int

    def __str__(self) -> str:
        return f"{self.ms}-{self.seq}"

    @classmethod
    def parsed(cls, text: bytes) -> "EntryId":
        """Read an id as the server writes it: `<ms>-<seq>`."""
        ms, _, seq = text.partition(b"-")
        return cls(int(ms), int(seq))


START = EntryId(0, 0)
"""Before every entry."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event: what happened to which comment, and which version that made."""

    p: int
    entry: EntryId
    type: str
    site: str
    comment_id: str
    version: int


class EventStore:
    """Reads events over the hot path; nothing here waits for new ones."""

    def __init__(self, commands: Commands, partitions: Partitions) -> None:
        self._commands = commands
        self._partitions = partitions

    async def ends(self) -> list[EntryId]:
        """By partition, the place behind which only what is yet to happen will be."""
        return await asyncio.gather(*(self._end(p) for p in self._partitions))

    async def _end(self, p: int) -> EntryId:
        last = await again_if_interrupted(self._commands, "XREVRANGE", keys.events(p), "+", "-", "COUNT", 1)
        return EntryId.parsed(last[0][0]) if last else START

    async def after(self, places: Mapping[int, EntryId], count: int) -> dict[int, list[StoredEvent]]:
        """Of each partition, up to `count` events behind the place given."""
        found = await asyncio.gather(*(self._after(p, place, count) for p, place in places.items()))
        return dict(zip(places, found, strict=True))

    async def _after(self, p: int, place: EntryId, count: int) -> list[StoredEvent]:
        entries = await again_if_interrupted(
            self._commands, "XRANGE", keys.events(p), f"({place}", "+", "COUNT", count
        )
        return [_event(p, entry, fields[1]) for entry, fields in entries]


class EventReader:
    """Reads events as they come, on connections of its own."""

    def __init__(self, url: str, partitions: Partitions) -> None:
        self._redis: Any = blocking(url, protocol=2)  # redis-py's types do not cover streams on both clients
        # A cluster takes no command that names keys of several slots.
        every = list(partitions)
        self.lanes: Sequence[Sequence[int]] = [[p] for p in every] if is_cluster(url) else [every]

    async def read(
        self, places: Mapping[int, EntryId], count: int, *, block: bool = True
    ) -> dict[int, list[StoredEvent]]:
        """Events behind the places of one lane's partitions, up to `count` of each; with none, nothing
        after a second (or at once).

        Raises:
            Unavailable, and what redis-py raises of connections: `UNREACHABLE`.
        """
        names = {keys.events(p).encode(): p for p in places}
        streams = {name: str(places[p]) for name, p in names.items()}
        try:
            answer = await self._redis.xread(streams, count=count, block=BLOCK_MS if block else None)
        except ResponseError as error:  # the server loads, or has become a replica while we waited
            raise Unavailable("The store cannot tell of events now.") from error
        return {
            names[name]: [_event(names[name], entry, fields[b"e"]) for entry, fields in entries]
            for name, entries in answer
        }

    async def close(self) -> None:
        await self._redis.aclose()


def _event(p: int, entry: bytes, told: bytes) -> StoredEvent:
    kind, site, comment_id, version = told.decode().split(" ")
    return StoredEvent(p, EntryId.parsed(entry), kind, site, comment_id, int(version))
