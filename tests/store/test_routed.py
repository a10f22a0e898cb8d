"""A cluster's commands go to whom they belong, while slots move and servers die."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from service.errors import Unavailable
from service.store.connection import blocking, commands
from service.store.slots import slot_of
from service.store.wire import Commands
from tests.store.cluster import Cluster, clustered
from tests.store.servers import Node, until

KEYS = [f"{{{number}}}k" for number in range(40)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three primaries, each with a replica."""
    with clustered(tmp_path_factory.mktemp("routed"), replicas=1) as made:
        yield made


@pytest.fixture
async def store(cluster: Cluster) -> AsyncIterator[Commands]:
    made = commands(cluster.url, replicas=1)
    yield made
    await made.close()


def owner(cluster: Cluster, slot: int) -> Node:
    for first, last, (_, port, *_), *_ in cluster.primaries[0].ask("CLUSTER", "SLOTS"):
        if first <= slot <= last:
            return next(node for node in cluster.nodes if node.port == port)
    raise AssertionError(slot)


async def test_a_slot_that_moves_is_followed_on_its_way_and_after(cluster: Cluster) -> None:
    store, slot = commands(cluster.url), slot_of("a")
    await store.run("PING")
    old = owner(cluster, slot)
    new = next(node for node in cluster.primaries if node is not old)
    old_id, new_id = old.ask("CLUSTER", "MYID"), new.ask("CLUSTER", "MYID")
    new.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", old_id)
    old.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", new_id)
    assert await store.run("SET", "{a}k", "1") == b"OK"
    assert new.ask("CLUSTER", "COUNTKEYSINSLOT", slot) == 1, "the old owner said whom to ask"
    for node in (new, old):
        node.ask("CLUSTER", "SETSLOT", slot, "NODE", new_id)
    assert await store.run("GET", "{a}k") == b"1"
    await store.close()


async def comes(store: Commands, *command: str) -> object:
    """The answer, as soon as there is one."""
    for _ in range(400):
        try:
            return await store.run(*command)
        except Unavailable:
            await asyncio.sleep(0.05)
    raise AssertionError(command)


async def test_what_was_acknowledged_outlives_the_primary_that_had_it(
    cluster: Cluster, store: Commands
) -> None:
    for key in KEYS:
        await comes(store, "SET", key, key)
    reader = blocking(cluster.url)
    struck = cluster.primaries[1]
    struck.kill()
    for key in KEYS:
        assert await comes(store, "GET", key) == key.encode()
    struck.start()
    await asyncio.to_thread(until, cluster.in_order, "the old primary did not follow")
    assert await comes(store, "SET", KEYS[0], "again") == b"OK"
    assert [await reader.get(key) for key in KEYS[1:]] == [key.encode() for key in KEYS[1:]]
    await reader.aclose()
