"""Which server is the primary now: asked of the Sentinels, and asked again while it is used.

redis-py's Sentinel support does the asking. It believes the first that answers; here most are heard, and the
one that knows of the latest failover is believed, since one that was cut off names the old primary for a
while. The old primary itself may not know either, and take writes that are lost: so connections are not kept
because they work, but as long as the Sentinels name what they lead to.
"""

import time
from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import MasterNotFoundError, Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from service.store.addresses import Address, Watched
from service.store.hearing import most

ASK_EVERY_S = 1.0
"""How long a connection is used before it is asked whether it still leads to the primary."""

_ANSWER_S = 0.5  # the connection to a server, this included, is given a second


class _Told(NamedTuple):
    """What one Sentinel says: how many failovers it knows of, and who is the primary since the last."""

    epoch: int
    address: Address


class Sentinels(Sentinel):
    """All Sentinels of an installation."""

    def __init__(self, watched: Watched) -> None:
        asking = {"socket_timeout": _ANSWER_S, "socket_connect_timeout": _ANSWER_S}
        options: dict[str, Any] = asking | {"retry": Retry(NoBackoff(), 0), **watched.credentials}
        super().__init__(watched.sentinels, sentinel_kwargs=options)  # type: ignore[no-untyped-call]
        self.service = watched.service

    async def primary(self) -> Address:
        """Where the primary answers, by the latest that most of the Sentinels, or all that answer, know.

        Raises:
            MasterNotFoundError: none of them answers, or they know no such service.
        """
        told = await most([_told_by(sentinel, self.service) for sentinel in self.sentinels])
        if not told:
            raise MasterNotFoundError(f"No Sentinel names a primary of {self.service}.")
        return max(told).address

    async def discover_master(self, service_name: str) -> Address:
        """As redis-py's connections ask for it."""
        return await self.primary()


async def _told_by(sentinel: Redis, service: str) -> _Told | None:
    """What one says; None where it does not answer, or knows no such service."""
    try:
        state: Any = await sentinel.sentinel_master(service, return_responses=True)
    except (RedisError, OSError):
        return None
    return _Told(int(state["config-epoch"]), (state["ip"], int(state["port"])))


class FollowingPool(SentinelConnectionPool):
    """Connections of a redis-py client, which lead to the primary of the moment."""

    def __init__(self, service_name: str, sentinel_manager: Sentinels, **options: Any) -> None:
        super().__init__(service_name, sentinel_manager, **options)  # type: ignore[no-untyped-call]
        self._looked_at = time.monotonic()

    async def get_connection(self, *arguments: Any, **options: Any) -> Any:
        """A connection; one that has led to another primary is made anew."""
        if time.monotonic() - self._looked_at >= ASK_EVERY_S:
            self._looked_at = time.monotonic()
            await self.look()
        return await super().get_connection(*arguments, **options)  # type: ignore[no-untyped-call]

    async def look(self) -> bool:
        """See whether connections still lead to the primary, and close those that do not; False with such.

        While no Sentinel answers they are taken to do.
        """
        before = self.master_address
        try:
            now = await self.get_master_address()  # type: ignore[no-untyped-call]
        except RedisConnectionError:
            return True
        stays = before in (None, now)
        if not stays:
            await self.update_active_connections_for_reconnect()  # type: ignore[no-untyped-call]
        return stays

    async def aclose(self) -> None:
        await super().aclose()
        await self.sentinel_manager.aclose()


def following(watched: Watched, options: dict[str, Any]) -> Redis:
    """A redis-py client of whichever server is the primary; options as for `Redis`, the URL's own first."""
    chosen: dict[str, Any] = options | dict(parse_url(watched.server))
    pool = FollowingPool(watched.service, Sentinels(watched), **chosen)
    return Redis.from_pool(pool)


async def has_moved(client: Redis) -> bool:
    """Whether the Sentinels name another primary than when the client connected; False without Sentinels."""
    pool = client.connection_pool
    return isinstance(pool, FollowingPool) and not await pool.look()
