"""One process at a time has a turn: it ends soon after its process, whatever the server's clock does."""

from collections.abc import AsyncIterator

import pytest

from service.store.connection import commands
from service.store.turns import hold
from service.store.wire import Commands

KEY = "codau:{test}:turn"
MS = 5_000


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[Commands]:
    wire = commands(redis_url)
    yield wire
    await wire.close()


async def test_one_has_it_and_may_have_it_for_longer(store: Commands) -> None:
    assert await hold(store, KEY, "one", MS)
    await store.run("PEXPIRE", KEY, 100)
    assert await hold(store, KEY, "one", MS)
    assert await store.run("PTTL", KEY) > 100
    assert not await hold(store, KEY, "another", MS)


async def test_another_has_it_when_it_has_ended(store: Commands) -> None:
    assert await hold(store, KEY, "one", MS)
    await store.run("DEL", KEY)
    assert await hold(store, KEY, "another", MS)
    assert not await hold(store, KEY, "one", MS)


async def test_one_that_was_given_before_the_clock_went_back_ends_in_time(store: Commands) -> None:
    await store.run("SET", KEY, "one", "PX", 86_400_000 + MS)
    assert not await hold(store, KEY, "another", MS), "its owner may live"
    assert 0 < await store.run("PTTL", KEY) <= MS
