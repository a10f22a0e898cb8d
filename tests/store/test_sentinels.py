"""Sentinels name the primary: the service follows, whether the old one is gone or does not know yet."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest

from service.errors import Unavailable
from service.store.addresses import watched as parsed
from service.store.connection import client, commands
from service.store.sentinels import FollowingPool
from service.store.wire import Commands
from tests.api.calls import comment_of
from tests.running import WAIT, Running, running
from tests.store.sentinels import SERVICE, Watched, watched
from tests.store.servers import Node
from workers.persevering import Complaints, keep_going


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with watched(tmp_path_factory.mktemp("watched"), agree=False) as made:
        yield made


@pytest.fixture
async def store(servers: Watched) -> AsyncIterator[Commands]:
    made = commands(servers.url)
    yield made
    await made.close()


async def answered(service: Running, within_s: float = 20.0) -> tuple[Any, set[int]]:
    """A comment once it is judged, and every status of an answer until then."""
    seen = set()
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        answer = await service.website(
            "POST", "/v1/comments", json=comment_of(), headers={"Idempotency-Key": "k-1", **WAIT}
        )
        seen.add(answer.status)
        if answer.status == 201:
            return answer.json, seen
        assert answer.status == 202 or answer.headers["Retry-After"] == "1"
        await asyncio.sleep(0.05)
    raise AssertionError(f"only {seen} in {within_s} s")


async def comes_to(ask: Callable[[], Awaitable[object]], wanted: object) -> None:
    """Ask until the answer is that, for some seconds."""
    for _ in range(100):
        if await ask() == wanted:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"never {wanted!r}")


@contextlib.asynccontextmanager
async def judging(service: Running) -> AsyncIterator[None]:
    """Let a worker judge, as its process does: it begins anew when the store was gone."""
    stop = asyncio.Event()
    loop = asyncio.create_task(keep_going(Complaints("validator"), service.validator.run, stop))
    yield
    stop.set()
    await loop


def point_to(servers: Watched, node: Node) -> None:
    """Let the Sentinels name another, as a failover that the old primary has not heard of."""
    for sentinel in servers.sentinels:
        sentinel.ask("SENTINEL", "REMOVE", SERVICE)
        sentinel.ask("SENTINEL", "MONITOR", SERVICE, node.host, node.port, 2)


async def test_a_silent_sentinel_delays_nobody(servers: Watched, store: Commands) -> None:
    servers.sentinels[0].stop()
    try:
        async with asyncio.timeout(0.4):  # one that does not answer is waited for half a second
            assert await store.run("PING") == b"PONG"
    finally:
        servers.sentinels[0].go_on()


async def test_a_service_that_no_sentinel_knows_is_named(servers: Watched) -> None:
    store = commands(servers.url.replace(SERVICE, "khac"))
    with pytest.raises(Unavailable, match="khac"):
        await store.run("PING")
    await store.close()


async def test_a_server_that_is_no_primary_is_not_taken_for_one(servers: Watched) -> None:
    primary, replica = servers.primary, servers.replicas[0]
    point_to(servers, replica)
    store = commands(servers.url)
    with pytest.raises(Unavailable, match="no primary"):
        await store.run("GET", "a")
    await store.close()
    point_to(servers, primary)


async def test_all_of_the_service_goes_on_with_the_new_primary(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with watched(tmp_path_factory.mktemp("killed")) as servers:
        async with running(servers.url, validating=False) as service, judging(service):
            before = await service.publish("Cảm ơn tòa soạn nhiều lắm!")
            assert servers.in_step()
            servers.primary.kill()
            judged, statuses = await answered(service)
            assert 503 in statuses, "in the meantime nothing is acknowledged"
            assert judged["state"] == "pending", "queue, verdict and the news of it came by the new one"
            page = await service.website("GET", "/v1/threads/doi-song%2F1/comments")
            assert [one["id"] for one in page.json["comments"]] == [before["id"]]


async def test_an_old_primary_that_still_serves_is_left_within_seconds(
    servers: Watched, store: Commands
) -> None:
    old, new = servers.primary, servers.replicas[0]
    queue: Any = client(servers.url)
    assert isinstance(queue.connection_pool, FollowingPool)
    for name in ("SET", "GET"):
        await store.run(name, "who", *(["old"] if name == "SET" else []))
        assert await queue.get("who") == b"old"
    new.ask("REPLICAOF", "NO", "ONE")
    new.ask("SET", "who", "new")
    point_to(servers, new)
    await comes_to(lambda: store.run("GET", "who"), b"new")
    await comes_to(lambda: queue.get("who"), b"new")
    assert old.ask("GET", "who") == b"old", "it knows nothing of it"
    await queue.aclose()


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://a:26379",
        "redis+sentinel://a/",
        "redis+sentinel:///bao",
        "redis+sentinel://a:x/bao",
        "redis+sentinel://a,/bao",
        "redis+sentinel://a/bao/x",
        "redis+sentinel://a/bao/1/2",
        "redis+sentinel://a:70000/bao",
    ],
)
def test_what_is_no_such_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        parsed(url)


def test_an_address_is_read_as_other_clients_read_it() -> None:
    found = parsed("redis+sentinel://u:p%40@a:5000,b,[::1]:7/b%C3%A1o/2?sentinel_password=s&socket_timeout=3")
    assert found.sentinels == [("a", 5000), ("b", 26379), ("::1", 7)]
    assert (found.service, found.credentials) == ("báo", {"password": "s"})
    assert found.server == "redis://u:p%40@/2?socket_timeout=3"
