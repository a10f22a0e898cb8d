"""Whoever listens is woken for everything of his site, and for nothing else."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from service.store import keys
from service.store.events import EntryId, StoredEvent
from service.store.follower import Follower, Listener
from service.store.store import Store

PARTITIONS = 5
PAGE = 3


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[Store]:
    opened = Store(redis_url, PARTITIONS)
    yield opened
    await opened.close()


@pytest.fixture
async def follower(store: Store) -> AsyncIterator[Follower]:
    made = Follower(store.url, store.events, store.partitions)
    yield made
    await made.close()


async def happens(store: Store, p: int, site: str, number: int) -> None:
    await store.commands.run("XADD", keys.events(p), "*", "e", f"comment.pending {site} x {number}")


async def look(store: Store, listener: Listener) -> list[StoredEvent]:
    """What is new of the listener's site, read page by page as a stream does."""
    new: list[StoredEvent] = []
    while listener.behind:
        behind = sorted(listener.behind)
        listener.behind.clear()
        found = await store.events.after({p: listener.places[p] for p in behind}, PAGE)
        for p, events in found.items():
            new += [event for event in events if event.site == listener.site]
            if events:
                listener.reached(p, events[-1].entry)
            if len(events) == PAGE:
                listener.look_at(p)
    return new


async def hears(store: Store, listener: Listener, count: int) -> list[StoredEvent]:
    """Listen until so many events have come."""
    heard: list[StoredEvent] = []
    while len(heard) < count:
        assert await listener.woken(20), "nobody woke the listener"
        heard += await look(store, listener)
    return heard


@pytest.mark.parametrize("seed", range(2))
async def test_everything_of_a_site_is_heard_once_and_in_order(
    store: Store, follower: Follower, seed: int
) -> None:
    chance = random.Random(seed)
    plan = [(chance.randrange(PARTITIONS), chance.choice("aaabbc"), n) for n in range(300)]
    counts = {site: sum(1 for _, of, _ in plan if of == site) for site in "abc"}

    async def all_happen() -> None:
        for p, site, number in plan:
            await happens(store, p, site, number)
            if chance.random() < 0.2:
                await asyncio.sleep(chance.random() * 0.004)

    places = await store.events.ends()
    with (
        follower.listening("a", places) as a,
        follower.listening("a", places) as also_a,
        follower.listening("b", places) as b,
        follower.listening("c", places) as c,
    ):
        listeners = (a, also_a, b, c)
        happening = asyncio.create_task(all_happen())
        heard = await asyncio.gather(
            *(hears(store, listener, counts[listener.site]) for listener in listeners)
        )
        await happening
        for listener, events in zip(listeners, heard, strict=True):
            for p in range(PARTITIONS):
                wanted = [number for of, site, number in plan if (of, site) == (p, listener.site)]
                assert [event.version for event in events if event.p == p] == wanted
            listener.look_everywhere()
            assert await look(store, listener) == [], "nothing was left"


async def test_a_quiet_site_keeps_up_with_a_busy_one_without_reading(
    store: Store, follower: Follower
) -> None:
    with follower.listening("quiet", await store.events.ends()) as quiet:
        for _ in range(2):  # at first, and when the follower knows where the streams end
            assert await quiet.woken(20)
            assert await look(store, quiet) == []
        for number in range(40):
            await happens(store, number % PARTITIONS, "busy", number)
        ends = await store.events.ends()
        async with asyncio.timeout(60):
            while quiet.places != ends:  # noqa: ASYNC110 - nobody is told: that is the point
                await asyncio.sleep(0.01)
        assert quiet.behind == set()


def test_a_place_moves_only_past_what_is_known_to_concern_others() -> None:
    listener = Listener("a", [EntryId(10, 0)])
    listener.passed(0, EntryId(20, 0), EntryId(30, 0))
    assert listener.places == [EntryId(10, 0)], "between 10 and 20 something may wait"
    listener.passed(0, EntryId(5, 0), EntryId(25, 0))
    assert listener.places == [EntryId(25, 0)]
    listener.passed(0, EntryId(5, 0), EntryId(12, 0))
    listener.reached(0, EntryId(11, 0))
    assert listener.places == [EntryId(25, 0)], "never back"


async def test_whoever_comes_after_the_last_has_gone_is_woken_too(store: Store, follower: Follower) -> None:
    for number in range(3):
        places = await store.events.ends()
        with follower.listening("a", places) as listener:
            await happens(store, number, "a", number)
            assert [event.version for event in await hears(store, listener, 1)] == [number]


async def test_without_a_store_whoever_listens_is_sent_away(follower: Follower, store: Store) -> None:
    places = await store.events.ends()
    gone = Follower("unix:///nowhere/socket", store.events, store.partitions)
    with gone.listening("a", places) as listener:
        while not listener.ended:
            assert await listener.woken(20)
    await gone.close()
