"""The queue as workers see it, where the store cannot write and where there is much to say at once."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import redis

from service.errors import Unavailable
from service.store import keys
from service.store.connection import listener
from service.store.partitions import Partitions
from service.store.queue import Held, Queue, Task
from service.store.wire import Wire

pytestmark = pytest.mark.one_server

Act = Callable[[Queue, list[Task]], Awaitable[object]]


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[Wire]:
    wire = Wire(redis_url)
    yield wire
    await wire.close()


@pytest.fixture
async def queue(redis_url: str) -> AsyncIterator[Queue]:
    made = Queue(redis_url, Partitions(2), "a-worker")
    await made.prepare()
    yield made
    await made.close()


@pytest.fixture
async def tasks(queue: Queue, store: Wire) -> list[Task]:
    """Entries of both partitions in the worker's hands."""
    for number in range(40):
        await store.run("XADD", keys.queue(number % 2), "*", "c", f"bao id{number} 1")
    return await queue.read([0, 1], 40, block=False)


@pytest.fixture
async def no_replicas(tasks: list[Task], store: Wire) -> AsyncIterator[None]:
    """From now on the server refuses to write since no replica follows it (`NOREPLICAS`)."""
    await store.run("CONFIG", "SET", "min-replicas-to-write", "1")
    yield
    await store.run("CONFIG", "SET", "min-replicas-to-write", "0")


def _held(task: Task) -> Held:
    return Held(task.p, task.entry.encode(), b"another", task.deliveries)


@pytest.mark.usefixtures("no_replicas")
@pytest.mark.parametrize(
    "act",
    [
        lambda queue, tasks: queue.prepare(),
        lambda queue, tasks: queue.read([0, 1], 1, block=False),
        lambda queue, tasks: queue.discard(tasks),
        lambda queue, tasks: queue.take_over(_held(tasks[0]), idle_ms=0),
    ],
    ids=["prepare", "read", "discard", "take_over"],
)
async def test_a_store_that_cannot_write_is_one_to_wait_for(
    act: Act, queue: Queue, tasks: list[Task]
) -> None:
    with pytest.raises(Unavailable, match="NOREPLICAS"):
        await act(queue, tasks)


async def test_what_is_discarded_is_gone_from_every_partition(queue: Queue, tasks: list[Task]) -> None:
    assert len(tasks) == 40
    await queue.discard(tasks)
    assert await queue.length() == 0
    assert await queue.silent(idle_ms=0) == []


async def test_everybody_who_waits_is_told_of_his_own_comment(queue: Queue, redis_url: str) -> None:
    async with listener(redis_url) as redis, redis.pubsub() as subscription:
        await subscription.subscribe("one", "other")
        for _ in range(2):
            await subscription.get_message(timeout=60)
        told = [("one" if number % 2 else "other", f"id{number}") for number in range(40)]
        await queue.tell(told)
        heard = [await subscription.get_message(timeout=60) for _ in told]
    assert [(one["channel"].decode(), one["data"].decode()) for one in heard if one] == told


async def test_nothing_to_say_is_said_to_nobody(queue: Queue) -> None:
    await queue.tell([])
    await queue.discard([])


async def test_consumers_of_dead_processes_are_forgotten_unless_they_hold_something(
    queue: Queue, tasks: list[Task], store: Wire, redis_url: str
) -> None:
    idle = Queue(redis_url, Partitions(2), "an-idle-worker")
    assert await idle.read([0, 1], 1, block=False) == []
    await queue.forget_the_dead()
    assert await consumers(store) == {b"a-worker", b"an-idle-worker"}
    await queue.forget_the_dead(gone_after_ms=-1)
    assert await consumers(store) == {b"a-worker"}
    await store.run("XADD", keys.queue(0), "*", "c", "bao id40 1")
    assert len(await idle.read([0, 1], 1)) == 1, "one that lives all the same is handed what comes"
    assert len(await idle.silent(idle_ms=0)) == len(tasks) + 1
    await idle.close()


async def consumers(store: Wire) -> set[bytes]:
    return {told[1] for told in await store.run("XINFO", "CONSUMERS", keys.queue(0), "validators")}


async def test_a_look_changes_no_hands_and_no_count(queue: Queue, tasks: list[Task], redis_url: str) -> None:
    other = Queue(redis_url, Partitions(2), "another")
    for _ in range(3):
        held = await other.silent(idle_ms=0)
        assert {(one.consumer, one.deliveries) for one in held} == {(b"a-worker", 1)}
        assert len(held) == len(tasks)
    await other.close()


async def test_who_stood_still_keeps_what_nobody_took_over(
    queue: Queue, tasks: list[Task], redis_url: str
) -> None:
    other, name = Queue(redis_url, Partitions(2), "another"), "a-worker"
    itself = Queue(redis_url, Partitions(2), name)  # as its recoverer does
    held = await other.silent(idle_ms=0)
    taken = [await other.take_over(held[0], idle_ms=0), await itself.take_over(held[1], idle_ms=0)]
    gone = {task.comment_id for task in taken if task}  # partitions may name entries alike
    left = [task for task in tasks if task.comment_id not in gone]
    assert await queue.hold(tasks) == left
    assert await queue.hold(tasks, again=True) == [task._replace(deliveries=2) for task in left]
    assert await queue.hold(tasks) == [], "they were handed out once more since"
    await other.close()
    await itself.close()


async def test_what_a_failover_has_lost_is_nobodys(
    queue: Queue, tasks: list[Task], valkey: redis.Redis
) -> None:
    valkey.flushall()
    await queue.hold(tasks)
    assert await queue.silent(idle_ms=0) == []
