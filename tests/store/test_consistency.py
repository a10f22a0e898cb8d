"""Any sequence of steps leaves indexes, counts and trees in agreement with the comments themselves."""

import random

import pytest

from service.comments import ids, lifecycle
from service.comments.model import Author, Comment, Entry, Event, State
from service.comments.placement import TOP, below
from service.errors import InvalidTransition
from service.store.steps import Step
from service.store.store import Store
from service.store.submissions import Submission
from tests.store.looking import assert_consistent, everything

NOW = 1_763_900_000_000


class Newsroom:
    """Random but repeatable lives: `chance` decides what is tried next, the table what happens."""

    def __init__(self, store: Store, seed: int) -> None:
        self._store = store
        self._chance = random.Random(seed)
        self._now = NOW
        self.comments: dict[str, Comment] = {}

    async def live(self, steps: int) -> None:
        for _ in range(steps):
            self._now += self._chance.randrange(3)
            if len(self.comments) < 12 and self._chance.random() < 0.3:
                await self._submit()
            elif self.comments:
                await self._move(self._chance.choice(list(self.comments.values())))

    async def _submit(self) -> None:
        thread = self._chance.choice(["a", "b/c"])
        parents = [c for c in self.comments.values() if c.thread == thread and c.state is State.PUBLISHED]
        parent = self._chance.choice([None, *parents])
        place = TOP if parent is None else below(parent, 3)
        entry = Entry(Event.SUBMITTED, State.QUEUED, "web", self._now, text="Hay!")
        made = Comment(
            "bao",
            ids.new_id(thread, self._now, self._chance.getrandbits(48)),
            thread,
            Author("A"),
            (entry,),
            place.parent_id,
            place.path,
        )
        assert await self._store.comments.submit(Submission(made, 4, 1, 5000)) == made.id
        self.comments[made.id] = made

    async def _move(self, before: Comment) -> None:
        try:
            after = self._next(before)
        except InvalidTransition:
            return
        assert await self._store.comments.commit(Step(before, after))
        assert not await self._store.comments.commit(Step(before, after)), "a stale step changes nothing"
        self.comments[after.id] = after

    def _next(self, before: Comment) -> Comment:
        usual = [e for e in Event if e not in (Event.SUBMITTED, Event.ERASED)] * 4
        event = self._chance.choice([*usual, Event.ERASED])
        if event is Event.REVISED:
            return lifecycle.revise(before, "Hay quá!", by="web", at=self._now)
        if event is Event.UNDONE:
            return lifecycle.undo(before, by="Lan", key_id="k", at=self._now)
        if event is Event.ERASED:
            return lifecycle.erase(before, by="web", at=self._now)
        if event is Event.JUDGED:
            to = self._chance.choice([State.PENDING, State.PENDING, State.REJECTED, State.PUBLISHED])
            entry = Entry(event, to, "worker", self._now, risk=self._chance.random())
            return lifecycle.move(before, entry, lifecycle.Actor.WORKER)
        to = {Event.APPROVED: State.PUBLISHED, Event.REJECTED: State.REJECTED}.get(event, State.PENDING)
        return lifecycle.decide(before, Entry(event, to, "Lan", self._now, key_id="k", text="Sửa"))


@pytest.mark.parametrize("seed", range(12))
async def test_indexes_counts_and_trees_agree_with_the_comments(
    store: Store, redis_url: str, seed: int
) -> None:
    newsroom, seen = Newsroom(store, seed), set()
    for _ in range(8):
        await newsroom.live(40)
        found = everything(redis_url)
        assert found.comments == newsroom.comments
        assert_consistent(found)
        seen |= {comment.state for comment in found.comments.values()}
    assert seen >= {State.PENDING, State.PUBLISHED, State.REJECTED}
