"""Many steps at once: whatever their partition and number, each stands or falls alone; who waits is told."""

import pytest

from service.comments import ids
from service.comments.lifecycle import Actor, move
from service.comments.model import Author, Comment, Entry, Event, State
from service.store.connection import listener
from service.store.steps import Step
from service.store.store import Store
from service.store.transfer import Placed, TransferStore

NOW = 1_763_900_000_000
JUDGED = Entry(Event.JUDGED, State.PENDING, "worker", NOW + 1)
ERASED = Entry(Event.ERASED, State.ERASED, "web", NOW + 1)


def waiting(number: int) -> Comment:
    thread = f"bài/{number % 40}"
    log = (Entry(Event.SUBMITTED, State.QUEUED, "web", NOW, text=f"Ý kiến {number}"),)
    return Comment("bao", ids.new_id(thread, NOW, number), thread, Author("An"), log)


async def stored(store: Store, count: int) -> list[Comment]:
    comments = [waiting(number) for number in range(count)]
    await TransferStore(store.url, store.commands, store.partitions).restore(map(Placed, comments))
    return comments


async def test_more_than_one_call_has_are_all_committed_once(store: Store) -> None:
    steps = [Step(one, move(one, JUDGED, Actor.WORKER)) for one in await stored(store, 450)]
    assert await store.comments.commit_all(steps) == {step.after.id: True for step in steps}
    assert await store.comments.commit_all(steps) == {step.after.id: False for step in steps}
    found = await store.comments.many("bao", [step.after.id for step in steps])
    assert found == [step.after for step in steps]


async def test_a_step_that_comes_too_late_stops_no_other(store: Store) -> None:
    comments = await stored(store, 40)
    late = set(comments[::7])
    for one in late:
        assert await store.comments.commit(Step(one, move(one, ERASED, Actor.WEBSITE)))
    steps = [Step(one, move(one, JUDGED, Actor.WORKER)) for one in comments]
    assert await store.comments.commit_all(steps) == {one.id: one not in late for one in comments}


@pytest.mark.one_server
async def test_who_waits_is_told_of_a_verdict_and_of_one_that_came_too_late(
    store: Store, redis_url: str
) -> None:
    comments = await stored(store, 3)
    judged = [move(one, JUDGED, Actor.WORKER) for one in comments]
    steps = [Step(*pair, waiter="one") for pair in zip(comments, judged, strict=True)]
    async with listener(redis_url) as redis, redis.pubsub() as subscription:
        await subscription.subscribe("one")
        await subscription.get_message(timeout=60)
        for _ in range(2):
            await store.comments.commit_all(steps)
        heard = [await subscription.get_message(timeout=60) for _ in range(6)]
    assert sorted(one["data"].decode() for one in heard if one) == sorted([one.id for one in comments] * 2)
