"""How this installation reaches Redis or Valkey, by the URL alone: one server, the primary of the moment, or
a cluster.

`Commands` for the hot path (see `wire.py`), and redis-py clients of their own for what blocks.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Literal

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    ClusterDownError,
    MasterDownError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    ResponseError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from service.store.addresses import CLUSTER, is_cluster, is_watched, watched
from service.store.sentinels import following
from service.store.wire import Argument, Commands, Interrupted, ReplyError, Restarting, Wire

_CONNECT_TIMEOUT_S = 1.0

AnyRedis = Redis | RedisCluster


def commands(url: str) -> Commands:
    """The hot path to the server, primary or cluster at `url`."""
    return Routed(url) if is_cluster(url) else Wire(url)


def client(url: str, *, socket_timeout_s: float = 5.0, protocol: Literal[2, 3] = 3) -> AnyRedis:
    """A redis-py client that repeats nothing by itself: a repeated XADD would queue a comment twice."""
    options: dict[str, Any] = {
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": socket_timeout_s,
        "socket_connect_timeout": _CONNECT_TIMEOUT_S,
        "protocol": protocol,
    }
    if is_cluster(url):
        return RedisCluster.from_url("redis://" + url.removeprefix(CLUSTER), **options)
    if is_watched(url):
        return following(watched(url), options)
    return Redis.from_url(url, **options)


def listener(url: str) -> Redis:
    """A client for publish/subscribe; any node of a cluster serves, since it passes messages on to all."""
    options: dict[str, Any] = {
        "retry": Retry(NoBackoff(), 0),
        "socket_connect_timeout": _CONNECT_TIMEOUT_S,
    }
    if is_watched(url):
        return following(watched(url), options)
    return Redis.from_url(url.replace(CLUSTER, "redis://"), **options)


class Routed:
    """`Commands` for a cluster: redis-py finds the node that has the keys."""

    one_server = False

    def __init__(self, url: str) -> None:
        self._client = client(url, protocol=2)  # as `Wire` speaks it: maps come as flat lists
        _return_raw_replies(self._client)

    async def run(self, *command: Argument) -> Any:
        if command[0] == "SCRIPT":  # it has no key; by its full name redis-py sends it to every primary
            command = ("SCRIPT " + str(command[1]), *command[2:])
        try:
            return await self._client.execute_command(*command)
        except (RedisConnectionError, RedisTimeoutError, RedisClusterException, OSError) as error:
            raise Interrupted("The connection to the store broke.") from error
        except ResponseError as error:
            refused = as_sent(error)
            raise (refused.as_unavailable() or refused) from error

    def ask(self, *command: Argument) -> asyncio.Future[Any]:
        return asyncio.ensure_future(self.run(*command))

    async def close(self) -> None:
        await self._client.aclose()


_KINDS: Mapping[type[ResponseError], str] = {
    NoScriptError: "NOSCRIPT",
    OutOfMemoryError: "OOM",
    ReadOnlyError: "READONLY",
    ClusterDownError: "CLUSTERDOWN",
    MasterDownError: "MASTERDOWN",
    TryAgainError: "TRYAGAIN",
}
"""What redis-py takes off the front of a refusal when it makes an exception of it."""


def as_sent(error: ResponseError) -> ReplyError:
    """A refusal that redis-py reports, as the server sent it."""
    kind = _KINDS.get(type(error))
    return ReplyError(f"{kind} {error}" if kind else str(error))


_ITS_OWN = ("COMMAND", "CLUSTER", "AUTH", "HELLO", "CLIENT", "READONLY", "READWRITE", "ASKING")


def _return_raw_replies(redis: AnyRedis) -> None:
    """Leave replies as they are, as `Wire` does; what redis-py asks for itself it goes on to understand."""
    for name in list(redis.response_callbacks):
        if not str(name).startswith(_ITS_OWN):
            del redis.response_callbacks[name]


async def again_if_interrupted(commands: Commands, *command: Argument, within_s: float = 0.8) -> Any:
    """Run a command that changes nothing when it is repeated, until it is answered or the time is up.

    Repeated is what a broken line or a restart left open. What the server refuses, or does not answer within
    the time of an attempt, it would not take a moment later.
    """
    until = time.monotonic() + within_s
    while True:
        try:
            return await commands.run(*command)
        except (Interrupted, Restarting):
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.05)  # a server that restarts is back within some tenths of a second


async def answered(begun: "asyncio.Future[Any]", commands: Commands, *command: Argument) -> Any:
    """The reply to what `ask` has begun; asked again as above where it was interrupted."""
    try:
        return await begun
    except (Interrupted, Restarting):
        return await again_if_interrupted(commands, *command)
