"""Data of an older format are brought forward once; data of a newer one are left alone."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from service.errors import Unavailable
from service.store import keys
from service.store.connection import commands
from service.store.migrations import STEPS, Step, bring_forward
from service.store.partitions import FORMAT, Mismatch, Partitions, written
from service.store.wire import Commands
from service.supervision import store_check
from service.supervision.errors import StartRefused


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[Commands]:
    """A store with data of format 1."""
    made = commands(redis_url)
    await made.run("HSET", keys.META, "format", 1, "partitions", 16)
    await made.run("SET", "text", "a")
    yield made
    await made.close()


def appending(letter: str) -> Step:
    """A step that may be repeated: from the text so far it always makes the same."""

    async def step(store: Commands) -> None:
        text = (await store.run("GET", "text")).decode()
        await asyncio.sleep(0)
        await store.run("SET", "text", text.rstrip(letter) + letter)

    return step


TWO_STEPS = {1: appending("b"), 2: appending("c")}


def test_every_format_but_the_present_has_a_step() -> None:
    assert sorted(STEPS) == list(range(1, FORMAT))


async def test_a_used_store_tells_its_format(redis_url: str, store: Commands) -> None:
    await store.run("HSET", keys.META, "format", FORMAT)
    await Partitions(16).check(store)
    assert await written(store) == (FORMAT, 16)


async def test_every_step_is_gone_once_and_in_order(store: Commands) -> None:
    await bring_forward(store, steps=TWO_STEPS, to=3)
    assert (await written(store), await store.run("GET", "text")) == ((3, 16), b"abc")
    await bring_forward(store, steps=TWO_STEPS, to=3)
    assert await store.run("GET", "text") == b"abc"
    assert await store.run("EXISTS", keys.MIGRATING) == 0


async def test_processes_that_start_together_do_not_do_it_twice(redis_url: str, store: Commands) -> None:
    count = 0

    async def step(_: Commands) -> None:
        nonlocal count
        count += 1
        await asyncio.sleep(0.05)

    others = [commands(redis_url) for _ in range(4)]
    await asyncio.gather(*(bring_forward(other, steps={1: step}, to=2) for other in others))
    assert (count, await written(store)) == (1, (2, 16))
    for other in others:
        await other.close()


async def test_a_step_that_was_cut_off_is_gone_again(store: Commands) -> None:
    async def cut_off(store: Commands) -> None:
        await appending("b")(store)
        raise Unavailable

    with pytest.raises(Unavailable):
        await bring_forward(store, steps={1: cut_off}, to=2)
    assert await written(store) == (1, 16)
    await bring_forward(store, steps=TWO_STEPS, to=2)
    assert (await written(store), await store.run("GET", "text")) == ((2, 16), b"ab")


async def test_data_of_a_newer_program_are_left_alone_and_refused(redis_url: str, store: Commands) -> None:
    await store.run("HSET", keys.META, "format", FORMAT + 1)
    await bring_forward(store, steps=TWO_STEPS)
    with pytest.raises(StartRefused, match=r"^The data are of a newer Có Dấu, in format 3.*backup.*\.$"):
        await store_check.usable(redis_url, 16, begins=True)
    assert await written(store) == (FORMAT + 1, 16)


async def test_data_that_no_step_leads_on_from_are_refused(redis_url: str, store: Commands) -> None:
    await store.run("HSET", keys.META, "format", 0)
    with pytest.raises(StartRefused, match="older Có Dấu"):
        await store_check.usable(redis_url, 16, begins=True)


async def test_a_worker_refuses_too(store: Commands) -> None:
    await store.run("HSET", keys.META, "format", FORMAT + 1)
    with pytest.raises(Mismatch):
        await Partitions(16).check(store)
