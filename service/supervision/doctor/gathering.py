"""Looks at an installation: its files, its servers, its data. Changes nothing, and judges nothing."""

import asyncio
import contextlib
import os
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from redis.asyncio import RedisCluster
from redis.exceptions import RedisError, ResponseError

from service import settings as variables
from service.clock import unix_ms
from service.comments.model import State
from service.errors import Problem
from service.settings import Settings
from service.store import keys
from service.store.connection import client
from service.store.directory import Snapshot, digest_of
from service.store.partitions import FORMAT, written
from service.store.places import of_code
from service.store.queue import GROUP
from service.store.retention import seen
from service.store.store import Store
from service.supervision import first_keys, folder
from service.supervision.doctor.facts import Data, Disk, Endpoint, Facts, Held, Server

OPTIONS = ("appendonly", "appendfsync", "no-appendfsync-on-rewrite", "maxmemory-policy")


def around(settings: Settings) -> Facts:
    """What can be known without the store, before anything is started for it."""
    held = [_held(path) for path in _private(settings.data_dir) if path.exists()]
    embedded = settings.redis_url is None
    return Facts(
        settings=settings,
        misspelt=variables.misspelt(),
        user=os.geteuid(),
        held=held,
        disk=_disk(settings.data_dir) if embedded else None,
        running=not embedded or folder.is_owned(settings.data_dir),
    )


def _private(data_dir: Path) -> Iterator[Path]:
    yield data_dir / "valkey"
    yield first_keys.path_in(data_dir)


def _held(path: Path) -> Held:
    found = path.stat()
    return Held(path, found.st_mode, found.st_uid)


def _disk(data_dir: Path) -> Disk:
    there = next(path for path in (data_dir, *data_dir.parents) if path.exists())
    found = os.statvfs(there)
    files = sum(map(_size, (data_dir / "valkey").rglob("*")))
    return Disk(there, found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize, files)


def _size(path: Path) -> int:
    """Bytes of a file; none of a folder, and of a file that is gone by now, as a rewrite leaves some."""
    with contextlib.suppress(FileNotFoundError):
        found = path.stat()
        return found.st_size if stat.S_ISREG(found.st_mode) else 0
    return 0


async def with_store(facts: Facts, url: str) -> Facts:
    """The same, and what the store tells; where it does not answer, why."""
    try:
        servers = await _servers(url)
        return replace(facts, servers=servers, data=await _data(url, facts.settings))
    except (RedisError, Problem, OSError) as error:
        return replace(facts, trouble=str(error) or type(error).__name__)


async def _servers(url: str) -> list[Server]:
    """Every server, copies in a cluster included."""
    redis: Any = client(url, protocol=2)  # what an old server speaks, too
    try:
        await redis.initialize()
        nodes = redis.get_nodes() if isinstance(redis, RedisCluster) else []
        return [await _server(node.name, node) for node in nodes] or [await _server("", redis)]
    finally:
        await redis.aclose()


async def _server(name: str, node: Any) -> Server:
    asked = time.time()
    seconds, microseconds = await node.execute_command("TIME")
    ahead_s = int(seconds) + int(microseconds) / 1e6 - (asked + time.time()) / 2
    info = await _allowed(node, "INFO")
    options = {option: await _option(node, option) for option in OPTIONS}
    return Server(name, info or {}, options, round(ahead_s * 1000))


async def _option(node: Any, name: str) -> str | None:
    told: Mapping[str, str] | None = await _allowed(node, "CONFIG GET", name)
    return told.get(name) if told else None


async def _allowed(node: Any, *command: str) -> Any:
    """What a server tells; None where those who run it do not let us ask."""
    try:
        return await node.execute_command(*command)
    except ResponseError:
        return None


async def _data(url: str, settings: Settings) -> Data:
    now_ms = unix_ms()
    store = Store(url, settings.partitions)
    try:
        found_format, found = await written(store.commands)
        if found_format != FORMAT or found not in (None, settings.partitions):
            return Data(found_format, found)  # all else would be looked for in the wrong places
        snapshot = await store.directory.current()
        return Data(
            found_format,
            found,
            await store.health.backlog(now_ms=now_ms),
            await _asked_ms_ago(url, settings.partitions),
            sorted(snapshot.unreadable),
            {site: await _set_aside(store, site) for site in sorted(snapshot.sites)},
            [key.id for key in snapshot.keys.values() if key.site == first_keys.DEMO],
            _keeps_admin_key(snapshot, settings.data_dir),
            await _endpoints(store, now_ms),
            *await _retention(store, now_ms),
        )
    finally:
        await store.close()


async def _asked_ms_ago(url: str, count: int) -> int | None:
    """When any worker last asked for work, by the servers' own watch."""
    redis: Any = client(url)
    try:
        await redis.initialize()  # once: a cluster's client that several make ready loses connections
        found = await asyncio.gather(
            *(redis.xinfo_consumers(keys.queue(p), GROUP) for p in range(count)), return_exceptions=True
        )
    finally:
        await redis.aclose()
    idle = [int(one["idle"]) for told in found if isinstance(told, list) for one in told]
    return min(idle, default=None)


async def _set_aside(store: Store, site: str) -> int:
    [count] = await store.lists.counts(site, State.PENDING, [of_code("check_failed")])
    return count


def _keeps_admin_key(snapshot: Snapshot, data_dir: Path) -> bool:
    kept = first_keys.read(data_dir)
    return kept is not None and digest_of(kept.admin_key) in snapshot.keys


async def _retention(store: Store, now_ms: int) -> tuple[int | None, int | None]:
    """How long ago it was swept, and how long a rewrite is owed, ms."""
    found = await seen(store.commands)
    swept, owed = [None if at is None else now_ms - at for at in (found.swept, found.owed)]
    return swept, owed


async def _endpoints(store: Store, now_ms: int) -> list[Endpoint]:
    return [
        Endpoint(site, one.hook.id, one.hook.active, one.hook.gone, one.waiting, one.dead)
        for site in sorted(await store.webhooks.sites())
        for one in await store.waiting.deliveries(site, now_ms=now_ms)
    ]
