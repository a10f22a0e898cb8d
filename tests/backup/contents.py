"""What a store holds, to be compared with what another holds; and backups in memory."""

import io
from typing import Any

import redis

from service.backup.making import make
from service.backup.restoring import Restored, restore

NOW = 1_763_900_000_000
_SHORT_LIVED = (b":probe", b":counting", b":sending", b":sweeping", b"{limit:")
"""What may have expired between two looks."""


class Silent:
    """Tells nobody how far it is."""

    def read(self, size: int) -> None:
        pass

    def written(self, count: int, share: float) -> None:
        assert 0 < share <= 1


async def backed_up(url: str) -> bytes:
    """A backup of the store at `url`."""
    file = io.BytesIO()
    _, size = await make(url, file, now_ms=NOW, tell=lambda size: None)
    assert size == len(file.getvalue())
    return file.getvalue()


async def put_back(url: str, backup: bytes, *, replace: bool = False, partitions: int = 16) -> Restored:
    """The same, restored into the store at `url`."""
    return await restore(url, io.BytesIO(backup), partitions=partitions, replace=replace, progress=Silent())


def contents(url: str) -> dict[bytes, Any]:
    """Every key with its value, when it expires and, of a stream, its groups and what they have in hand."""
    with redis.Redis.from_url(url, protocol=2) as client:
        names = [name for name in client.scan_iter(count=1_000) if not _passes(name)]
        return {name: (_value(client, name), client.pexpiretime(name)) for name in names}


def _passes(name: bytes) -> bool:
    return any(part in name for part in _SHORT_LIVED)


def _value(client: redis.Redis, name: bytes) -> Any:
    kind = client.type(name)
    if kind == b"string":
        return client.get(name)
    if kind == b"hash":
        return client.hgetall(name)
    if kind == b"set":
        return client.smembers(name)
    if kind == b"zset":
        return client.zrange(name, 0, -1, withscores=True)
    assert kind == b"stream", kind
    groups = {group["name"]: _group(client, name, group) for group in client.xinfo_groups(name)}
    return client.xrange(name), client.xinfo_stream(name)["last-generated-id"], groups


def _group(client: redis.Redis, stream: bytes, group: dict[str, Any]) -> Any:
    pending = client.xpending_range(stream, group["name"], "-", "+", 1_000)
    held = [(one["message_id"], one["consumer"], one["times_delivered"]) for one in pending]
    return group["last-delivered-id"], held
