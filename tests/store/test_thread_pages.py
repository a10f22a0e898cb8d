"""Who walks a thread's pages meets every comment that stays, once, whatever comes and goes meanwhile."""

import random

import pytest

from service.comments import ids, lifecycle
from service.comments.model import Author, Comment, Entry, Event, State
from service.comments.placement import TOP, below
from service.store.ordered import Cursor, Order
from service.store.steps import Step
from service.store.store import Store

NOW = 1_763_900_000_000
THREAD = "bai/1"


class Thread:
    """One thread that changes at random; many of its comments are of the same millisecond."""

    def __init__(self, store: Store, seed: int) -> None:
        self._store = store
        self._now = NOW
        self.chance = random.Random(seed)
        self.comments: dict[str, Comment] = {}
        self.published: set[str] = set()
        """The tops that are published now."""

    async def change(self) -> None:
        self._now += self.chance.choice([0, 0, 0, 1, 7])
        tops = [self.comments[one] for one in sorted(self.published)]
        if not tops or self.chance.random() < 0.45:
            await self._write(None)
        elif self.chance.random() < 0.2:
            await self._write(self.chance.choice(tops))
        else:
            await self._move(self.chance.choice(list(self.comments.values())))

    async def _write(self, parent: Comment | None) -> None:
        place = TOP if parent is None else below(parent, 3)
        comment_id = ids.new_id(THREAD, self._now, self.chance.getrandbits(48))
        entry = Entry(Event.REPLIED, State.PUBLISHED, "Lan", self._now, key_id="k", text="Hay!")
        made = Comment("bao", comment_id, THREAD, Author("A"), (entry,), place.parent_id, place.path)
        await self._store_step(None, made)

    async def _move(self, before: Comment) -> None:
        if before.state is State.PUBLISHED:
            event = self.chance.choice([Event.REJECTED, Event.REJECTED, Event.EDITED, Event.ERASED])
            await self._store_step(before, self._after(before, event))
        elif before.state is State.REJECTED:
            await self._store_step(before, lifecycle.undo(before, by="Lan", key_id="k", at=self._now))

    def _after(self, before: Comment, event: Event) -> Comment:
        if event is Event.ERASED:
            return lifecycle.erase(before, by="web", at=self._now)
        return lifecycle.decide(before, Entry(event, State.REJECTED, "Lan", self._now, key_id="k", text="Ừ"))

    async def _store_step(self, before: Comment | None, after: Comment) -> None:
        assert await self._store.comments.commit(Step(before, after))
        self.comments[after.id] = after
        if not after.path:
            (self.published.add if after.state is State.PUBLISHED else self.published.discard)(after.id)


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("seed", range(8))
async def test_what_stays_is_met_once_and_in_order(store: Store, seed: int, order: Order) -> None:
    thread = Thread(store, seed)
    for _ in range(60):
        await thread.change()
    stayed, met, cursor, more = set(thread.published), list[str](), None, True
    while more:
        limit = thread.chance.randrange(1, 5)
        page = await store.threads.branches("bao", THREAD, order, limit, cursor)
        met += page.tops
        more = page.next is not None and len(met) < 500
        cursor = page.next and Cursor.parsed(str(page.next))
        for _ in range(thread.chance.randrange(5)):
            await thread.change()
            stayed &= thread.published
    assert len(stayed) > 5
    placed = sorted(stayed, key=lambda one: (thread.comments[one].now.placed_at, one))
    expected = placed if order is Order.OLDEST else placed[::-1]
    assert [one for one in met if one in stayed] == expected
