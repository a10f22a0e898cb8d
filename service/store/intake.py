"""Taking a comment in, past its limits: on one server in one step, on a cluster part by part.

A cluster has the keys of sites, of limits and of the thread on servers of their own. What holds is the same,
but for two things: what a wider limit refuses has been counted under the narrower ones, and what a broken
line left open may have been counted.
"""

from collections.abc import Sequence
from typing import NamedTuple

from service.store import keys
from service.store.comments import CommentStore
from service.store.directory import Directory
from service.store.limits import Left, Limit, LimitStore, bounds, exhausted
from service.store.memory import MemoryStore
from service.store.partitions import Partitions
from service.store.scripts import Refused, call
from service.store.submissions import Submission, refusal, submit_arguments, submit_keys
from service.store.wire import Argument, Commands


class Stale(Exception):
    """Sites or keys have changed since they were read: nothing was done on their word."""


class Taken(NamedTuple):
    """Under which id a comment is stored, and what its limits still let pass (not told of a repeat)."""

    comment_id: str
    left: Sequence[Left] = ()


class IntakeStore:
    """Takes comments in."""

    def __init__(
        self,
        commands: Commands,
        partitions: Partitions,
        comments: CommentStore,
        limits: LimitStore,
        *,
        directory: Directory,
        memory: MemoryStore,
    ) -> None:
        self._commands = commands
        self._partitions = partitions
        self._comments = comments
        self._limits = limits
        self._directory = directory
        self._memory = memory
        self._take = self._at_once if commands.one_server else self._in_parts

    async def take(self, submission: Submission, limits: Sequence[Limit], epoch: int) -> Taken:
        """Take a comment in, durably, if there is room for it and its limits let it pass.

        Args:
            limits: the narrowest first.
            epoch: of the sites and keys on whose word this is done.

        Raises:
            Stale: the epoch has grown.
            Unavailable: the store is nearly full; a repeated request is told what it made all the same.
            IdempotencyConflict, RateLimited, ThreadClosed, InvalidParent, InvalidRequest: nothing was stored.
        """
        if self._memory.seems_full and not await self._repeats(submission):
            await self._memory.refuse_if_full(submission.comment.thread)
        return await self._take(submission, limits, epoch)

    async def _repeats(self, submission: Submission) -> bool:
        comment, key = submission.comment, submission.idempotency_key
        if key is None:
            return False
        return await self._comments.repeated(comment.site, comment.thread, key, submission.digest) is not None

    async def _at_once(self, submission: Submission, limits: Sequence[Limit], epoch: int) -> Taken:
        """All of it in one step."""
        site = submission.comment.site
        names = submit_keys(self._partitions, submission)
        names.append(keys.EPOCH)
        arguments: list[Argument] = submit_arguments(submission)
        arguments.append(epoch)
        for limit in limits:
            names.append(keys.limit(site, limit.who))
            arguments += bounds(limit.rate)
        try:
            stored, *told = await call(self._commands, "intake", names, arguments)
        except Refused as refused:
            raise _problem(refused, limits) from None
        left = map(Left, limits, told[::2], told[1::2]) if told else ()
        return Taken(stored.decode(), list(left))

    async def _in_parts(self, submission: Submission, limits: Sequence[Limit], epoch: int) -> Taken:
        """Part by part, each on its own server."""
        if (await self._directory.current()).epoch != epoch:
            raise Stale
        comment, key, digest = submission.comment, submission.idempotency_key, submission.digest
        if key is not None:
            earlier = await self._comments.repeated(comment.site, comment.thread, key, digest)
            if earlier is not None:
                return Taken(earlier)
        request = f"{key} {digest}" if key else ""
        left = await self._limits.check(comment.site, limits, request=request)
        return Taken(await self._comments.submit(submission), left)


def _problem(refused: Refused, limits: Sequence[Limit]) -> Exception:
    if refused.code == "stale_epoch":
        return Stale()
    if refused.code == "rate_limited":
        which, wait_ms = (int(part) for part in refused.detail.split())
        return exhausted(limits[which - 1], wait_ms)
    return refusal(refused)
