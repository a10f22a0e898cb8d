"""The queue as workers see it: a stream for each partition, read by one consumer group.

An entry names a comment and its version, no text. It leaves the queue in the script that commits its verdict.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisClusterException, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from service.errors import Unavailable
from service.store import keys
from service.store.addresses import is_cluster
from service.store.connection import as_sent, blocking
from service.store.partitions import Partitions
from service.store.scripts import script
from service.store.wire import ReplyError, Wire

GROUP = "validators"
WAITS_S = 1.0
"""How long a reading waits for entries: well below the socket's timeout, and how long a worker needs to
notice that it shall stop."""

_HELD_AT_ONCE = 1_000  # more than a worker has in hand of one partition
GONE_AFTER_MS = 3_600_000
"""A consumer that is idle for so long and holds nothing is a dead process's."""

UNREACHABLE = (RedisConnectionError, RedisTimeoutError, RedisClusterException, OSError, Unavailable)
"""What the loops of a worker take for "the store is gone": wait, and try again."""


_Streams = Iterable[tuple[bytes, Iterable[tuple[bytes, dict[bytes, bytes]]]]]
"""By name, the entries of streams with their fields."""


class Task(NamedTuple):
    """One entry of the queue.

    Attributes:
        waiter: the channel to tell of the verdict, or "".
        deliveries: how often it has been handed out, this time included.
    """

    p: int
    entry: str
    site: str
    comment_id: str
    version: int
    waiter: str
    deliveries: int = 1

    @property
    def place(self) -> tuple[int, str]:
        """Which entry it is: partitions may name theirs alike."""
        return self.p, self.entry


@dataclass(frozen=True, slots=True)
class Held:
    """An entry in a worker's hands; equal at two looks only if it has not changed hands between them."""

    p: int
    entry: bytes
    consumer: bytes
    deliveries: int


class Queue:
    """One worker's end of the queue."""

    def __init__(self, url: str, partitions: Partitions, consumer: str) -> None:
        self._redis: Any = blocking(url)  # redis-py's types do not cover streams on both clients
        self._partitions = partitions
        self._consumer = consumer
        # A cluster takes no command that names keys of several slots.
        every = list(partitions)
        self.lanes: Sequence[Sequence[int]] = [[p] for p in every] if is_cluster(url) else [every]
        # One server hands entries out by a line of their own: redis-py takes four times as long.
        self._line = None if is_cluster(url) else Wire(url)

    async def prepare(self) -> None:
        """Make the consumer groups where they are missing; from the beginning, for what came earlier."""
        for p in self._partitions:
            try:
                await _asked(self._redis.xgroup_create(keys.queue(p), GROUP, id="0", mkstream=True))
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise

    async def read(self, lane: Sequence[int], count: int, *, block: bool = True) -> list[Task]:
        """New entries of some partitions, up to `count` of each; with none, after a second nothing."""
        names = [keys.queue(p) for p in lane]
        try:
            streams = await self._new_entries(names, count, round(WAITS_S * 1000) if block else None)
        except (ResponseError, ReplyError) as error:
            if str(error).startswith("UNBLOCKED"):  # the server has become a replica, or ends
                raise Unavailable from None
            if not str(error).startswith("NOGROUP"):
                raise
            await self.prepare()  # the store was emptied beneath us
            return []
        partition = {name.encode(): p for name, p in zip(names, lane, strict=True)}
        return [
            _task(partition[name], entry, fields) for name, entries in streams for entry, fields in entries
        ]

    async def _new_entries(self, names: Sequence[str], count: int, block_ms: int | None) -> _Streams:
        if self._line is None:
            streams = dict.fromkeys(names, ">")
            found = self._redis.xreadgroup(GROUP, self._consumer, streams, count=count, block=block_ms)
            return [(name, _flat(entries)) for name, entries in _pairs(await _asked(found))]
        wait = () if block_ms is None else ("BLOCK", block_ms)
        which = ("COUNT", count, *wait, "STREAMS", *names, *(">" for _ in names))
        read = await self._line.run("XREADGROUP", "GROUP", GROUP, self._consumer, *which)
        return [(name, [(entry, _fields(flat)) for entry, flat in entries]) for name, entries in read or ()]

    async def silent(self, *, idle_ms: int) -> list[Held]:
        """What workers have held for so long without a word, by the server's clock, which may have jumped."""
        found = []
        for p in self._partitions:
            await self._date_anew(p)
            pending = await self._pending(p, idle=idle_ms)
            found += [Held(p, one["message_id"], one["consumer"], one["times_delivered"]) for one in pending]
        return found

    async def take_over(self, held: Held, *, idle_ms: int) -> Task | None:
        """Have an entry that another held; None where it is done, or in use again.

        One at a time, so that an entry that kills its worker takes nothing else with it.
        """
        claimed = await self._claim(held.p, self._consumer, idle_ms, [held.entry])
        for entry, fields in claimed:
            return _task(held.p, entry, fields, held.deliveries + 1)
        return None

    async def _date_anew(self, p: int) -> None:
        """Let what was handed out in the future, since when the clock has gone back, be handed out now.

        The server calls both idle for 0 ms, and would until that future comes.
        """
        by_consumer: dict[bytes, list[bytes]] = {}
        for one in await self._pending(p):
            if one["time_since_delivered"] == 0:
                by_consumer.setdefault(one["consumer"], []).append(one["message_id"])
        for consumer, entries in by_consumer.items():
            await self._claim(p, consumer, 0, entries, justid=True)

    async def hold(self, tasks: Sequence[Task], *, again: bool = False) -> list[Task]:
        """Keep tasks in hand, so that nobody takes them over; those that nobody took over before.

        Who stood still for a while may find that others have them, this process's recoverer among them.

        Args:
            again: they count as handed out once more.
        """
        by_partition: dict[int, list[Task]] = {}
        for task in tasks:
            by_partition.setdefault(task.p, []).append(task)
        return [task for p, of_p in by_partition.items() for task in await self._hold(p, of_p, int(again))]

    async def _hold(self, p: int, tasks: Sequence[Task], more: int) -> list[Task]:
        found = await self._pending(p, consumer=self._consumer, count=_HELD_AT_ONCE)
        handed_out = {one["message_id"].decode(): one["times_delivered"] for one in found}
        held: dict[int, list[Task]] = {}
        for task in tasks:
            if handed_out.get(task.entry) == task.deliveries:
                held.setdefault(task.deliveries + more, []).append(task)
        for count, alike in held.items():
            entries = [task.entry for task in alike]
            await self._claim(p, self._consumer, 0, entries, justid=True, retrycount=count)
        return [task._replace(deliveries=count) for count, alike in held.items() for task in alike]

    async def _claim(
        self, p: int, consumer: str | bytes, idle_ms: int, entries: Sequence[Any], **options: Any
    ) -> list[Any]:
        """Entries that a consumer now has; none where a failover has lost the queue: `read` makes it anew."""
        try:
            claimed: list[Any] = await _asked(
                self._redis.xclaim(keys.queue(p), GROUP, consumer, idle_ms, entries, **options)
            )
        except ResponseError as error:
            if not str(error).startswith("NOGROUP"):
                raise
            return []
        return claimed

    async def _pending(
        self, p: int, *, idle: int | None = None, consumer: str | None = None, count: int = 100
    ) -> list[Any]:
        asked = self._redis.xpending_range(
            keys.queue(p), GROUP, min="-", max="+", count=count, consumername=consumer, idle=idle
        )
        try:
            found: list[Any] = await _asked(asked)
        except ResponseError as error:
            if not str(error).startswith("NOGROUP"):
                raise
            return []
        return found

    async def forget_the_dead(self, *, gone_after_ms: int = GONE_AFTER_MS) -> None:
        """Remove consumers of processes that are long gone."""
        forget = script("forget").text
        for p in self._partitions:
            await _asked(self._redis.eval(forget, 1, keys.queue(p), GROUP, gone_after_ms))

    async def discard(self, tasks: Sequence[Task]) -> None:
        """Do away with entries that need no verdict: their comment is judged, revised or erased."""
        ends = [("XACK", keys.queue(task.p), GROUP, task.entry) for task in tasks]
        await _asked(self._at_once(ends + [("XDEL", keys.queue(task.p), task.entry) for task in tasks]))

    async def tell(self, told: Sequence[tuple[str, str]]) -> None:
        """Tell whoever waits: pairs of a channel and a comment's id."""
        await _asked(self._at_once([("PUBLISH", channel, comment_id) for channel, comment_id in told]))

    async def _at_once(self, commands: Sequence[tuple[str, ...]]) -> None:
        """Send commands together; the first that was refused is told.

        redis-py would put words of its own before what the server says.
        """
        if self._line is None:  # on a cluster they go to several servers
            await asyncio.gather(*(self._redis.execute_command(*command) for command in commands))
            return
        async with self._redis.pipeline(transaction=False) as pipeline:
            for command in commands:
                pipeline.execute_command(*command)
            for answer in await pipeline.execute(raise_on_error=False):
                if isinstance(answer, Exception):
                    raise answer

    async def length(self) -> int:
        """How many entries wait for a verdict, those in a worker's hands included."""
        return sum([await self._redis.xlen(keys.queue(p)) for p in self._partitions])

    async def close(self) -> None:
        await self._redis.aclose()
        if self._line is not None:
            await self._line.close()


async def _asked(command: Awaitable[Any]) -> Any:
    """The answer to a command; where the server cannot serve now (`READONLY`, `OOM`), `Unavailable`."""
    try:
        return await command
    except ResponseError as error:
        raise (as_sent(error).as_unavailable() or error) from None


def _pairs(answer: Any) -> Any:
    """RESP3 has a map of what RESP2 lists."""
    return answer.items() if isinstance(answer, dict) else answer


def _fields(flat: Sequence[bytes]) -> dict[bytes, bytes]:
    return dict(zip(flat[::2], flat[1::2], strict=True))


def _flat(entries: Any) -> Any:
    """RESP3 wraps a stream's entries once more than RESP2."""
    return entries[0] if entries and isinstance(entries[0], list) else entries


def _task(p: int, entry: bytes, fields: dict[bytes, bytes], deliveries: int = 1) -> Task:
    site, comment_id, version = fields[b"c"].decode().split(" ")
    waiter = fields.get(b"w", b"").decode()
    return Task(p, entry.decode(), site, comment_id, int(version), waiter, deliveries)
