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
    ResponseError,
    TryAgainError,
)

from service.store.addresses import CLUSTER, Address, at, is_cluster, is_watched, seed_of, watched
from service.store.by_node import ByNode
from service.store.copies import Copied
from service.store.routed import Line, Routed
from service.store.sentinels import following
from service.store.wire import Argument, Commands, Interrupted, ReplyError, Restarting, Wire

_CONNECT_TIMEOUT_S = 1.0

AnyRedis = Redis | RedisCluster


def commands(url: str, replicas: int = 0) -> Commands:
    """The hot path to the server, primary or cluster at `url`, whose writes so many replicas confirm."""
    if not is_cluster(url):
        return Copied(url, replicas) if replicas else Wire(url)
    return _routed(url, replicas)


def _routed(url: str, replicas: int = 0) -> Routed:
    plain = _one_server(url)

    def line(address: Address) -> Line:
        node = at(plain, address)
        return Copied(node, replicas) if replicas else Wire(node)

    return Routed(seed_of(url), line)


def _one_server(url: str) -> str:
    """The `redis://` URL of the server that a cluster's URL names."""
    return "redis://" + url.removeprefix(CLUSTER)


def client(url: str, *, socket_timeout_s: float = 5.0, protocol: Literal[2, 3] = 3) -> AnyRedis:
    """A redis-py client that repeats nothing by itself: a repeated XADD would queue a comment twice."""
    options: dict[str, Any] = {
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": socket_timeout_s,
        "socket_connect_timeout": _CONNECT_TIMEOUT_S,
        "protocol": protocol,
    }
    if is_cluster(url):
        return RedisCluster.from_url(_one_server(url), **options)
    if is_watched(url):
        return following(watched(url), options)
    return Redis.from_url(url, **options)


def blocking(url: str, *, protocol: Literal[2, 3] = 3) -> AnyRedis | ByNode:
    """The same for what blocks, used by several at once."""
    if not is_cluster(url):
        return client(url, protocol=protocol)
    plain = _one_server(url)

    def node(address: Address) -> AnyRedis:
        return client(at(plain, address), protocol=protocol)

    return ByNode(_routed(url), node)


def listener(url: str) -> Redis:
    """A client for publish/subscribe; any node of a cluster serves, since it passes messages on to all."""
    options: dict[str, Any] = {
        "retry": Retry(NoBackoff(), 0),
        "socket_connect_timeout": _CONNECT_TIMEOUT_S,
    }
    if is_watched(url):
        return following(watched(url), options)
    return Redis.from_url(_one_server(url) if is_cluster(url) else url, **options)


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
