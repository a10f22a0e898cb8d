"""What the servers' append-only files still hold of what was erased, and having them rewritten.

An append-only file keeps every command until it is rewritten, so what was erased stays in it until then.
Each partition counts its erasures, in the script that makes them; here is noted up to which count of each a
rewrite has followed. Both are numbers that only grow, so whoever dies in between, and however many do this at
the same time, costs a rewrite too many, and never one too few.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import RedisCluster
from redis.exceptions import RedisError, ResponseError

from service.errors import Unavailable
from service.store import keys
from service.store.connection import again_if_interrupted, client
from service.store.partitions import Partitions
from service.store.wire import Commands

OWED, REWRITTEN = "owed", "rewritten"
"""In `codau:{janitor}:at`: since when a rewrite is owed, and when the last one had ended, unix ms."""

_NEEDED = frozenset(
    [
        *("run_id", "aof_enabled", "aof_rewrites", "aof_last_bgrewrite_status"),
        *("aof_rewrite_in_progress", "aof_rewrite_scheduled"),
    ]
)

_UNDER_WAY = "already in progress"  # how the server refuses a second rewrite at a time


class RewriteRefused(Exception):
    """The server does not let us rewrite its file: in one line, why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A rewrite that was asked for.

    Attributes:
        counts: by partition, the erasures that had been made by then.
        begun: by server that keeps such a file, which start of it that was, and how many rewrites that had
            begun before.
    """

    counts: Sequence[int]
    begun: Mapping[str, tuple[str, int]]


class RewriteStore:
    """Notes, asks for, and looks after rewrites; of a cluster, those of every primary."""

    def __init__(self, url: str, commands: Commands, partitions: Partitions) -> None:
        self._url = url
        self._commands = commands
        self._partitions = partitions

    async def note(self) -> None:
        """Count an erasure that no script of a partition counts: of what spans threads."""
        await again_if_interrupted(self._commands, "INCR", keys.erased(0))

    async def owed_since(self, *, now_ms: int) -> int | None:
        """When an erasure was first seen that no rewrite has followed; None where there is none."""
        rewritten = await again_if_interrupted(self._commands, "HMGET", keys.REWRITTEN, *self._partitions)
        if [int(count or 0) for count in rewritten] == await self._counts():
            return None
        await again_if_interrupted(self._commands, "HSETNX", keys.SWEPT_AT, OWED, now_ms)
        return int(await again_if_interrupted(self._commands, "HGET", keys.SWEPT_AT, OWED) or now_ms)

    async def _counts(self) -> list[int]:
        names = [keys.erased(p) for p in self._partitions]
        found = await asyncio.gather(*(again_if_interrupted(self._commands, "GET", name) for name in names))
        return [int(count or 0) for count in found]

    async def ask(self) -> Asked | None:
        """Have every file rewritten; None while one is, which may have begun before the last erasure.

        Raises:
            RewriteRefused: a server does not allow it.
            Unavailable, and what redis-py raises of connections: `UNREACHABLE`.
        """
        counts = await self._counts()
        async with _servers(self._url) as servers:
            keeping = {name: told for name, told in (await _told(servers)).items() if told["aof_enabled"]}
            if any(map(_rewrites, keeping.values())):
                return None
            await asyncio.gather(*(_rewrite(servers[name]) for name in keeping))
        return Asked(counts, {name: _start(told) for name, told in keeping.items()})

    async def finished(self, asked: Asked) -> bool | None:
        """Whether it has come to a good end; None while it is under way."""
        async with _servers(self._url) as servers:
            told = await _told(servers)
        if any(map(_rewrites, told.values())):
            return None
        return all(name in told and _is_done(told[name], begun) for name, begun in asked.begun.items())

    async def keep(self, asked: Asked, *, now_ms: int) -> None:
        """Note that what was erased before it was asked for is gone from every file."""
        flat = [part for p, count in zip(self._partitions, asked.counts, strict=True) for part in (p, count)]
        await again_if_interrupted(self._commands, "HSET", keys.REWRITTEN, *flat)
        await again_if_interrupted(self._commands, "HSET", keys.SWEPT_AT, REWRITTEN, now_ms)
        await again_if_interrupted(self._commands, "HDEL", keys.SWEPT_AT, OWED)


@contextlib.asynccontextmanager
async def _servers(url: str) -> AsyncIterator[Mapping[str, Any]]:
    """By name, what takes commands to each server that others are copies of, and to no other."""
    redis: Any = client(url)  # redis-py's types know no node of a cluster
    try:
        await redis.initialize()
        primaries = redis.get_primaries() if isinstance(redis, RedisCluster) else []
        yield {node.name: node for node in primaries} or {"": redis}
    except ResponseError as error:
        raise RewriteRefused(str(error)) from error
    except RedisError as error:
        raise Unavailable("The connection to the store broke.") from error
    finally:
        await redis.aclose()


async def _told(servers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What each server says of itself and its files."""
    found = await asyncio.gather(
        *(server.execute_command("INFO", "server", "persistence") for server in servers.values())
    )
    if not all(one.keys() >= _NEEDED for one in found):
        raise RewriteRefused("INFO does not tell of the append-only file")
    return dict(zip(servers, found, strict=True))


def _rewrites(told: Mapping[str, Any]) -> bool:
    return bool(told["aof_rewrite_in_progress"] or told["aof_rewrite_scheduled"])


def _start(told: Mapping[str, Any]) -> tuple[str, int]:
    return str(told["run_id"]), int(told["aof_rewrites"])


def _is_done(told: Mapping[str, Any], begun: tuple[str, int]) -> bool:
    """Whether this start of the server has begun one since, and the last one went well."""
    start, before = begun
    return bool(
        told["run_id"] == start
        and int(told["aof_rewrites"]) > before
        and told["aof_last_bgrewrite_status"] == "ok"
    )


async def _rewrite(server: Any) -> None:
    try:
        await server.execute_command("BGREWRITEAOF")
    except ResponseError as error:
        if _UNDER_WAY not in str(error):  # begun since we looked, and so since the erasures were counted
            raise
