"""Comments in Redis: taken in by one script, changed by another, read by id.

Every method names the site; a comment of another site is not found.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from itertools import chain, islice

from service.comments import record
from service.comments.ids import is_id
from service.comments.model import Comment
from service.errors import Claimed, IdempotencyConflict, InvalidTransition, NotFound, Problem
from service.store import keys
from service.store.connection import again_if_interrupted
from service.store.partitions import Partitions
from service.store.scripts import Part, Refused, call, call_all
from service.store.steps import Step, commit_part
from service.store.submissions import (
    EVENTS_KEPT_MS,
    IDEMPOTENCY_KEPT_MS,
    Submission,
    refusal,
    submit_arguments,
    submit_keys,
)
from service.store.wire import Commands, Interrupted

_COMMITTED, _STALE, _CLAIMED, _PARENT_GONE = 1, 0, -1, -2
"""What `commit.lua` says of a step."""

_REFUSALS: Mapping[int, Callable[[], Problem]] = {
    _CLAIMED: Claimed,
    _PARENT_GONE: lambda: InvalidTransition("Only a published comment can be answered."),
}

_Named = list[tuple[str, str]]
"""Ids and the keys of their records."""

_STEPS = 200  # committed in one call: some 10 ms of the server's time

CHUNK = 500  # records asked for in one MGET: a bounded reply


class CommentStore:
    """Reads and writes comments."""

    def __init__(self, commands: Commands, partitions: Partitions) -> None:
        self._commands = commands
        self._partitions = partitions

    async def find(self, site: str, comment_id: str) -> Comment | None:
        """The comment, or None where the site has none of that id."""
        if not is_id(comment_id):
            return None
        key = keys.comment(self._partitions.of_comment(comment_id), site, comment_id)
        stored = await again_if_interrupted(self._commands, "GET", key)
        return None if stored is None else record.load(site, comment_id, stored)

    async def get(self, site: str, comment_id: str) -> Comment:
        """The comment.

        Raises:
            NotFound: the site has none of that id.
        """
        comment = await self.find(site, comment_id)
        if comment is None:
            raise NotFound("This site has no comment of that id.")
        return comment

    async def many(self, site: str, comment_ids: Sequence[str]) -> list[Comment | None]:
        """Comments in the order of their ids, read in chunks, between which others have their turn."""
        read = await asyncio.gather(*(self._read(site, named) for named in self._named(site, comment_ids)))
        found = {comment.id: comment for comments in read for comment in comments}
        return [found.get(comment_id) for comment_id in comment_ids]

    async def _read(self, site: str, named: _Named) -> list[Comment]:
        return [
            record.load(site, comment_id, found)
            async for chunk in self._stored(named)
            for comment_id, found in chunk
        ]

    async def stored(self, site: str, ids: Iterable[str]) -> dict[str, bytes]:
        """Comments as they are stored, by id; those that are not there are left out."""
        read = await asyncio.gather(*(self._whole(named) for named in self._named(site, ids)))
        return dict(chain.from_iterable(read))

    async def _whole(self, named: _Named) -> list[tuple[str, bytes]]:
        return [pair async for chunk in self._stored(named) for pair in chunk]

    def _named(self, site: str, ids: Iterable[str]) -> Iterable[_Named]:
        """Ids and keys, those together that one command may name: all, or on a cluster a partition's."""
        together: dict[int, _Named] = {}
        for comment_id in ids:
            p = self._partitions.of_comment(comment_id)
            named = together.setdefault(0 if self._commands.one_server else p, [])
            named.append((comment_id, keys.comment(p, site, comment_id)))
        return together.values()

    def records(self, site: str, thread: str, ids: Sequence[str]) -> AsyncIterator[list[tuple[str, bytes]]]:
        """Comments of one thread as they are stored, by id, in chunks; those that are not there are left
        out."""
        p = self._partitions.of_thread(thread)
        return self._stored([(comment_id, keys.comment(p, site, comment_id)) for comment_id in ids])

    async def _stored(self, named: _Named) -> AsyncIterator[list[tuple[str, bytes]]]:
        for start in range(0, len(named), CHUNK):
            chunk = named[start : start + CHUNK]
            stored = await again_if_interrupted(self._commands, "MGET", *[name for _, name in chunk])
            pairs = zip(chunk, stored, strict=True)
            yield [(comment_id, found) for (comment_id, _), found in pairs if found is not None]

    async def repeated(self, site: str, thread: str, idempotency_key: str, digest: str) -> str | None:
        """The id that an earlier request with this key made, or None.

        Raises:
            IdempotencyConflict: the earlier request was another one.
        """
        name = keys.repeat(self._partitions.of_thread(thread), site, thread, idempotency_key)
        stored = await again_if_interrupted(self._commands, "GET", name)
        return None if stored is None else _repeated(stored, digest)

    async def name(self, site: str, thread: str, comment_id: str, idempotency_key: str, digest: str) -> str:
        """The id that the first request with this key named, be it this one: the comment is made under it.

        Raises:
            IdempotencyConflict: the first request was another one.
        """
        name = keys.repeat(self._partitions.of_thread(thread), site, thread, idempotency_key)
        mine = f"{comment_id} {digest}"
        kept = ("NX", "GET", "PX", IDEMPOTENCY_KEPT_MS)
        stored = await again_if_interrupted(self._commands, "SET", name, mine, *kept)
        return comment_id if stored is None else _repeated(stored, digest)

    async def submit(self, submission: Submission) -> str:
        """Take a comment in, durably; returns its id, or that of the earlier comment it repeats.

        Raises:
            IdempotencyConflict, ThreadClosed, InvalidParent, InvalidRequest: nothing was stored.
        """
        names = submit_keys(self._partitions, submission)
        try:
            stored = await call(self._commands, "submit", names, submit_arguments(submission))
        except Refused as refused:
            raise refusal(refused) from None
        return str(stored.decode())

    async def commit(self, step: Step) -> bool:
        """Store one step; False when the comment has changed since it was read.

        Raises:
            Claimed, InvalidTransition: another moderator claimed it, or what it answers was taken down.
        """
        part = commit_part(self._partitions.of_thread(step.after.thread), [step])
        try:
            [result] = await self._commit(part)
        except Interrupted:  # it may have been carried out, now or later: the log tells
            if await self._is_in_the_log(step):
                return True
            [result] = await self._commit(part)
            if result == _STALE:
                return await self._is_in_the_log(step)
        if result in _REFUSALS:
            raise _REFUSALS[result]()
        return result == _COMMITTED

    async def _is_in_the_log(self, step: Step) -> bool:
        now = await self.find(step.after.site, step.after.id)
        return now is not None and now.log[: step.after.version] == step.after.log

    async def commit_all(self, steps: Iterable[Step]) -> dict[str, bool]:
        """Store many steps, of which one call has some; by comment id, whether each was committed.

        For steps that may be repeated: a verdict on a comment that has been judged changes nothing.
        """
        rest, committed = iter(steps), dict[str, bool]()
        while some := list(islice(rest, _STEPS)):
            committed |= await self._commit_some(some)
        return committed

    async def _commit_some(self, steps: Sequence[Step]) -> dict[str, bool]:
        by_partition: dict[int, list[Step]] = {}
        for step in steps:
            by_partition.setdefault(self._partitions.of_thread(step.after.thread), []).append(step)
        parts = [commit_part(p, some) for p, some in by_partition.items()]
        results = await call_all(self._commands, "commit", parts, [EVENTS_KEPT_MS])
        ids = [step.after.id for some in by_partition.values() for step in some]
        return {one: result == _COMMITTED for one, result in zip(ids, results, strict=True)}

    async def _commit(self, part: Part) -> list[int]:
        arguments = [EVENTS_KEPT_MS, *part.arguments]
        results: list[int] = await call(self._commands, "commit", [*part.keys], arguments, repeat=False)
        return results


def _repeated(stored: bytes, digest: str) -> str:
    """The id that an idempotency key was given, as `_submit.lua` stores it."""
    comment_id, _, known = stored.decode().partition(" ")
    if known != digest:
        raise IdempotencyConflict
    return comment_id
