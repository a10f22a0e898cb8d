"""Comments of an import, a batch at a time: the missing, those that went on elsewhere, those left alone."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.comments.lifecycle import without_addresses
from service.comments.model import Comment, Entry, Event, State
from service.store.steps import Step
from service.store.store import Store
from service.store.transfer import Placed, TransferStore
from service.transfer.records import CommentRecord


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many comments of a batch were missing, went on from what was there, or were left as they are."""

    restored: int = 0
    brought_forward: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class _Pair:
    """A comment as the file has it, and as it stood in the store."""

    given: Placed
    there: Comment | None

    @property
    def goes_on(self) -> bool:
        """Whether the file tells more of the life that the store knows."""
        return self.there is not None and _goes_on(self.given.comment.log, self.there.log)

    @property
    def same(self) -> bool:
        """Whether nothing has happened to it on either side since the other knew it."""
        return self.there is not None and self.given.comment.log == self.there.log

    @property
    def step(self) -> Step:
        """From what is there to what is given; what retention took out here stays out."""
        after = self.given.comment
        if self.there is not None:
            after = _with_forgotten(after, self.there)
        return Step(self.there, after, silent=True, root_place=self.given.root_place)


class CommentImport:
    """Brings comments into one site.

    Args:
        window_ms: for how long a text is remembered, to be found by others that are like it.
    """

    def __init__(
        self, store: Store, transfer: TransferStore, site: str, *, window_ms: int, now_ms: int
    ) -> None:
        self._store = store
        self._transfer = transfer
        self._site = site
        self._window_ms = window_ms
        self._now_ms = now_ms

    async def take(self, records: Sequence[CommentRecord]) -> Outcome:
        """Bring in a batch; no id comes twice in it."""
        given = [Placed(_comment(self._site, record), record.root_place) for record in records]
        there = await self._store.comments.many(self._site, [record.id for record in records])
        pairs = [_Pair(*pair) for pair in zip(given, there, strict=True)]
        done = await self._transfer.restore([pair.given for pair in pairs if pair.there is None])
        steps = [pair.step for pair in pairs if pair.goes_on]
        done |= await self._store.comments.commit_all(steps)
        await self._remember(
            [pair.given.comment for pair in pairs if pair.same or done.get(pair.given.comment.id)]
        )
        ahead = sum(done[step.after.id] for step in steps)
        count = sum(done.values())
        return Outcome(count - ahead, ahead, len(records) - count)

    async def _remember(self, comments: Sequence[Comment]) -> None:
        """Enter the texts of late where the next ones look for what is like them."""
        since = self._now_ms - self._window_ms
        recent = [comment for comment in comments if comment.now.submitted_at > since and _judged(comment)]
        enter = self._store.likeness.enter
        await asyncio.gather(*(enter(comment, window_ms=self._window_ms) for comment in recent))


def _comment(site: str, record: CommentRecord) -> Comment:
    parent = record.path[-1] if record.path else None
    return Comment(
        site, record.id, record.thread, record.author, record.log, parent, record.path, record.newsroom
    )


def _goes_on(given: Sequence[Entry], there: Sequence[Entry]) -> bool:
    """Whether a log begins with another; erasing takes words out of all entries, so they are not compared.

    That addresses were forgotten is passed over, for each side does it in its own time; where nothing else is
    different, it is carried too.
    """
    ahead, behind = _without_forgetting(given), _without_forgetting(there)
    return (len(ahead), len(given)) > (len(behind), len(there)) and all(
        (ours.event, ours.to, ours.by, ours.at) == (theirs.event, theirs.to, theirs.by, theirs.at)
        for ours, theirs in zip(ahead, behind, strict=False)
    )


def _without_forgetting(log: Sequence[Entry]) -> tuple[Entry, ...]:
    return tuple([entry for entry in log if entry.event is not Event.FORGOTTEN])


def _with_forgotten(given: Comment, there: Comment) -> Comment:
    """A life that goes on from the one that is there, with the entry by which that forgot addresses."""
    if any(e.event is Event.FORGOTTEN for e in given.log) or there.log == _without_forgetting(there.log):
        return given
    known = iter(given.log)
    log = [entry if entry.event is Event.FORGOTTEN else next(known) for entry in there.log]
    last, ahead = log[-1], list(known)
    if last.event is Event.FORGOTTEN and ahead[0].event is Event.UNDONE:  # it must follow its decision
        log[-1:] = [ahead[0], last._replace(to=ahead[0].to, at=ahead[0].at)]
        del ahead[0]
    elif last.event is Event.FORGOTTEN:
        log[-1] = last._replace(at=min(last.at, ahead[0].at))
    return replace(given, log=(*log, *ahead), author=without_addresses(given.author))


def _judged(comment: Comment) -> bool:
    """Whether a worker has had it in hand; what waits is entered by the worker."""
    return comment.state is not State.ERASED and any(entry.event is Event.JUDGED for entry in comment.log)
