"""What waits in the store, all of it at one look, for whoever watches the service; figures alone.

A look takes some commands for each partition and, in each, two look-ups for each site; it reads no comment.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from service.comments.model import State
from service.store import keys
from service.store.connection import again_if_interrupted
from service.store.events import EntryId
from service.store.health import Backlog, HealthStore
from service.store.partitions import Partitions
from service.store.scripts import call
from service.store.statistics import StatisticsStore
from service.store.webhooks import Hook, WebhookStore
from service.store.wire import Commands, ReplyError


@dataclass(frozen=True, slots=True)
class Load:
    """How much the server holds and whether it keeps it; None where it does not tell, or has no limit.

    Attributes:
        used, most: bytes.
        durable: whether its append-only file is on, and was written the last time.
    """

    used: int | None = None
    most: int | None = None
    durable: bool | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits, and for how long.

    Attributes:
        queue: for a verdict.
        pending: by site, for a moderator.
        deliveries: for a webhook's receiver.
        dead: deliveries that were given up.
        lag_ms: by follower, for how long the oldest event that it has not read is there; 0 with none.
    """

    queue: Backlog
    pending: Mapping[str, Backlog] = field(default_factory=dict)
    deliveries: Backlog = field(default_factory=lambda: Backlog(0, 0))
    dead: int = 0
    lag_ms: Mapping[str, int] = field(default_factory=dict)
    load: Load = field(default_factory=Load)


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Of one webhook what waits for its receiver, and how many were given up."""

    hook: Hook
    waiting: Backlog
    dead: int


class WaitingStore:
    """Looks at everything that waits."""

    def __init__(
        self,
        commands: Commands,
        partitions: Partitions,
        health: HealthStore,
        statistics: StatisticsStore,
        webhooks: WebhookStore,
    ) -> None:
        self._commands = commands
        self._partitions = partitions
        self._health = health
        self._webhooks = webhooks
        self._places = {"statistics": statistics.places, "webhooks": webhooks.places}

    async def look(self, sites: Iterable[str], *, now_ms: int) -> Waiting:
        """See what waits now, on these sites.

        Raises:
            Unavailable.
        """
        names = list(sites)
        queue, pending, (deliveries, dead), lags, load = await asyncio.gather(
            self._health.backlog(now_ms=now_ms),
            self._pending(names, now_ms),
            self._deliveries(now_ms),
            asyncio.gather(*(self._lag(name, now_ms) for name in self._places)),
            self._load(),
        )
        behind = dict(zip(self._places, lags, strict=True))
        return Waiting(queue, pending, deliveries, dead, behind, load)

    async def _pending(self, sites: Sequence[str], now_ms: int) -> dict[str, Backlog]:
        found = await asyncio.gather(
            *(
                self._lists([keys.listed(p, site, State.PENDING) for site in sites], now_ms)
                for p in self._partitions
            )
        )
        return {site: _together(parts) for site, *parts in zip(sites, *found, strict=True)}

    async def _deliveries(self, now_ms: int) -> tuple[Backlog, int]:
        """Of all webhooks that are switched on: what waits, and how many were given up."""
        sites = await self._webhooks.sites()
        found = await asyncio.gather(*(self.deliveries(site, now_ms=now_ms) for site in sites))
        switched_on = [one for of_site in found for one in of_site if one.hook.active]
        return _together([one.waiting for one in switched_on]), sum(one.dead for one in switched_on)

    async def deliveries(self, site: str, *, now_ms: int) -> list[Deliveries]:
        """What each of a site's webhooks has to deliver."""
        hooks = await self._webhooks.all(site)
        names = [keys.hook(site, hook.id, what) for hook in hooks for what in ("waiting", "dead")]
        lists = await self._lists(names, now_ms)
        return [
            Deliveries(hook, waiting, dead.length)
            for hook, waiting, dead in zip(hooks, lists[::2], lists[1::2], strict=True)
        ]

    async def _lists(self, names: list[str], now_ms: int) -> list[Backlog]:
        """What is in lists of one slot, in their order."""
        if not names:
            return []
        flat = await call(self._commands, "waiting", names, [])
        return [
            Backlog(length, max(0, now_ms - int(float(first))) if first else 0)
            for length, first in zip(flat[::2], flat[1::2], strict=True)
        ]

    async def _lag(self, follower: str, now_ms: int) -> int:
        places = await self._places[follower]()
        waits = await asyncio.gather(*(self._unread(p, place) for p, place in enumerate(places)))
        return max((now_ms - since for since in waits if since is not None), default=0)

    async def _unread(self, p: int, place: EntryId) -> int | None:
        """Since when the first event behind a place is there, unix ms."""
        found = await again_if_interrupted(
            self._commands, "XRANGE", keys.events(p), f"({place}", "+", "COUNT", 1
        )
        return EntryId.parsed(found[0][0]).ms if found else None

    async def _load(self) -> Load:
        """What the server tells of itself; of a cluster, one of its nodes."""
        try:
            memory, file = await asyncio.gather(self._told("memory"), self._told("persistence"))
        except ReplyError:  # a server that others run may not let us ask
            return Load()
        on = file.get("aof_enabled") == "1"
        return Load(
            used=_number(memory, "used_memory"),
            most=_number(memory, "maxmemory") or None,
            durable=on and file.get("aof_last_write_status") == "ok" if "aof_enabled" in file else None,
        )

    async def _told(self, section: str) -> dict[str, str]:
        told: bytes = await self._commands.run("INFO", section)
        lines = told.decode(errors="replace").splitlines()
        return {name: value for name, colon, value in (line.partition(":") for line in lines) if colon}


def _together(parts: Iterable[Backlog]) -> Backlog:
    lists = list(parts)
    oldest_ms = max((one.oldest_ms for one in lists), default=0)
    return Backlog(sum(one.length for one in lists), oldest_ms)


def _number(told: Mapping[str, str], name: str) -> int | None:
    return int(told[name]) if told.get(name, "").isdigit() else None
