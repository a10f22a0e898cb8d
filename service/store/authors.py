"""What is known of an author: standing, record, and how fast he writes.

Each author of a site has a slot of his own. All writes are idempotent by comment id.
"""

import asyncio
from dataclasses import dataclass

from service.comments.authors import Standing
from service.comments.model import Comment, State
from service.comments.rates import Rate
from service.store import keys
from service.store.connection import again_if_interrupted
from service.store.wire import Argument, Commands

_RECENT_KEPT_S = 3_600  # beyond the rate's own window, so that late verdicts find what they count


@dataclass(frozen=True, slots=True)
class Record:
    """How many comments of an author stand published and rejected, and the standing in force."""

    published: int = 0
    rejected: int = 0
    standing: Standing = Standing.NORMAL


class AuthorStore:
    """Reads and writes what is known of authors."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def standing(self, site: str, author: str, *, now_ms: int) -> Standing:
        """The standing in force: one that has run out is normal."""
        key = keys.author(site, author, "standing")
        stored, until = await again_if_interrupted(self._commands, "HMGET", key, "standing", "until")
        if stored is None or (until and int(until) <= now_ms):
            return Standing.NORMAL
        return Standing(stored.decode())

    async def set_standing(
        self, site: str, author: str, standing: Standing, *, by: str, until_ms: int | None = None
    ) -> None:
        """Say what moderators think of an author, until a time (unix ms) or for good."""
        key = keys.author(site, author, "standing")
        fields: list[Argument] = ["standing", standing, "by", by, "until", until_ms or ""]
        await self._run("HSET", key, *fields)

    async def record(self, site: str, author: str, *, now_ms: int) -> Record:
        published, rejected, standing = await asyncio.gather(
            self._run("ZCARD", keys.author(site, author, "published")),
            self._run("ZCARD", keys.author(site, author, "rejected")),
            self.standing(site, author, now_ms=now_ms),
        )
        return Record(published, rejected, standing)

    async def wrote(self, site: str, author: str, comment: Comment) -> None:
        """Note that a comment is this author's."""
        await self._run("ZADD", keys.author(site, author, "comments"), comment.created_at, comment.id)

    async def decided(self, site: str, author: str, comment: Comment) -> None:
        """Keep the author's record in step with what became of a comment."""
        for state in (State.PUBLISHED, State.REJECTED):
            key = keys.author(site, author, state)
            if comment.state is state:
                await self._run("ZADD", key, comment.created_at, comment.id)
            else:
                await self._run("ZREM", key, comment.id)
        if comment.state is State.ERASED:
            await self._run("ZREM", keys.author(site, author, "comments"), comment.id)

    async def flooding(self, site: str, author: str, comment: Comment, rate: Rate) -> bool:
        """Whether the author has sent more than the rate allows in the time before this comment."""
        key, at = keys.author(site, author, "recent"), comment.updated_at
        since = at - rate.per_s * 1000
        _, _, count, _ = await asyncio.gather(
            self._run("ZADD", key, at, comment.id),
            self._run("ZREMRANGEBYSCORE", key, "-inf", since - _RECENT_KEPT_S * 1000),
            self._run("ZCOUNT", key, f"({since}", at),
            self._run("EXPIRE", key, rate.per_s + _RECENT_KEPT_S),
        )
        return bool(count > rate.count)

    async def _run(self, *command: Argument) -> int:
        return int(await again_if_interrupted(self._commands, *command))
