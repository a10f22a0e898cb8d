"""The log of events is kept by the store's clock: no process with a wrong one can do away with it."""

import asyncio

from service.comments import ids
from service.comments.model import Author, Comment, Entry, Event, State
from service.store import keys
from service.store.steps import Step
from service.store.store import Store
from service.store.submissions import Submission

COUNT = 300  # the server drops what is too old by whole nodes of a hundred
IN_2100 = 4_102_444_800_000


def a_comment(number: int, at: int = 1_763_900_000_000) -> Comment:
    entry = Entry(Event.SUBMITTED, State.QUEUED, "web", at + number, text=f"Ý kiến số {number}")
    return Comment("bao", ids.new_id("t", at + number, number), "t", Author("A"), (entry,))


async def test_a_clock_that_is_far_ahead_deletes_no_events(redis_url: str) -> None:
    store = Store(redis_url, 1)
    taken_in = [a_comment(number) for number in range(COUNT)]
    await asyncio.gather(*(store.comments.submit(Submission(one, 10, 1, 5000)) for one in taken_in))
    ahead = a_comment(COUNT, at=IN_2100)
    await store.comments.submit(Submission(ahead, 10, 1, 5000))
    assert await store.commands.run("XLEN", keys.events(0)) == COUNT + 1
    judged = ahead.with_entry(Entry(Event.JUDGED, State.PENDING, "worker", IN_2100 + COUNT))
    await store.comments.commit(Step(ahead, judged))
    assert await store.commands.run("XLEN", keys.events(0)) == COUNT + 2
    await store.close()


async def test_events_older_than_three_days_are_dropped(redis_url: str) -> None:
    store = Store(redis_url, 1)
    for number in range(1, COUNT + 1):  # of 1970
        await store.commands.run("XADD", keys.events(0), f"{number}-0", "e", "comment.queued bao x 1")
    await store.comments.submit(Submission(a_comment(0), 10, 1, 5000))
    assert await store.commands.run("XLEN", keys.events(0)) < COUNT / 2
    await store.close()
