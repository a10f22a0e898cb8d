"""Sites of these tests: exported, imported, and looked at whole."""

import contextlib
import io
from collections.abc import AsyncIterator
from typing import Any

import orjson

from service.comments import record
from service.store.addresses import is_cluster
from service.store.directory import Site
from service.store.store import Store
from service.transfer.exporting import lines_of
from service.transfer.importing import Tally, Told, import_site
from service.transfer.reading import read
from tests.store.looking import connected

NOW = 1_763_900_000_000
"""The present of these tests, unix ms."""

COPY_PARTITIONS = 5
"""Of the server that is imported into; the other one has 16."""

_NONE = ("count", "0")  # as good as no count

NOT_CARRIED = {
    *("events", "queue", "claim", "claimed", "repeat", "recent", "erased"),
    *("meta", "epoch", "sites", "keys"),
}


_ORDER = ("", "site", "thread", "standing", "comment", "end")


beside_cluster: list[str] = []
"""The address of that server; see conftest."""


def another(redis_url: str) -> str:
    """A second, empty store: another database of the server, or beside a cluster another server."""
    return beside_cluster[0] if is_cluster(redis_url) else f"{redis_url}?db=1"


@contextlib.asynccontextmanager
async def opened(url: str, partitions: int = 16) -> AsyncIterator[Store]:
    store = Store(url, partitions)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def exported(store: Store, site: str = "bao") -> list[bytes]:
    """The lines of an export; those of one kind, which come in no order, in one of their own."""
    known = (await store.directory.current()).site(site)
    lines = [line async for batch in lines_of(store, known) for line in batch]
    return sorted(lines, key=lambda line: (_ORDER.index(orjson.loads(line).get("kind", "")), line))


async def imported(
    store: Store, lines: list[bytes], site: str = "bao", *, now_ms: int = NOW
) -> tuple[Tally, list[tuple[int, str]]]:
    """What became of an import, and what was bad."""
    bad: list[tuple[int, str]] = []
    told = Told(progress=lambda _: None, line=lambda line, reason: bad.append((line, reason)))
    records = read(io.BytesIO(b"\n".join(lines) + b"\n"))
    return await import_site(store, site, records, now_ms=now_ms, told=told), bad


async def made_site(store: Store, site: str = "bao") -> Site:
    await store.directory.put_site(site, "Báo Ví Dụ", now_ms=NOW)
    return (await store.directory.current()).site(site)


def picture(url: str, site: str) -> dict[str, Any]:
    """All that Redis holds of a site, whatever the partitions and the site are called.

    Left out is what an export does not carry, and how often a thread has changed.
    """
    seen: dict[str, Any] = {}
    with connected(url, decode_responses=True) as client:
        for key in client.scan_iter(match="codau:*", count=1000):
            name = _name(key, site)
            if name is None:
                continue
            value = _value(client, key)
            seen[name] = seen.get(name, {}) | value
    return {name: value for name, value in seen.items() if value}


def queued(url: str, site: str) -> list[str]:
    """What waits for a verdict: ids and versions."""
    with connected(url, decode_responses=True) as client:
        streams = [client.xrange(key) for key in client.scan_iter(match="codau:*:queue")]
    named = [fields["c"] for entries in streams for _, fields in entries]
    return sorted(name.removeprefix(f"{site} ") for name in named if name.startswith(f"{site} "))


def told_followers(url: str) -> int:
    """How many events there are."""
    with connected(url) as client:
        return sum(client.xlen(key) for key in client.scan_iter(match="codau:*:events"))


def _name(key: str, site: str) -> str | None:
    """The key without tag and site; None where it is another site's or not carried."""
    tag, _, rest = key.removeprefix("codau:{").partition("}:")
    parts = rest.split(":")
    if tag.isdigit():
        if parts[0] in NOT_CARRIED or parts[1] != site:
            return None
        return ":".join([parts[0], *parts[2:]])
    kind, _, digest = tag.partition(":")
    if parts[0] in NOT_CARRIED or kind in ("config", "like") or not digest.startswith(f"{site}:"):
        return None
    return ":".join([kind, digest.removeprefix(f"{site}:"), *parts])


def _value(client: Any, key: str) -> Any:
    kind = client.type(key)
    if kind == "string":
        stored = client.execute_command("GET", key, NEVER_DECODE=True)
        return {"comment": record.load("", "", stored)}
    if kind == "zset":
        return dict(client.zrange(key, 0, -1, withscores=True))
    fields = client.hgetall(key)
    return {name: value for name, value in fields.items() if name != "version" and (name, value) != _NONE}
