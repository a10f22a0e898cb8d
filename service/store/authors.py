"""What is known of an author: standing, record, and how fast he writes.

Each author of a site has a slot of his own. All writes are idempotent by comment id.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from service.comments.authors import Standing
from service.comments.model import Comment, State
from service.comments.rates import Rate
from service.store import keys
from service.store.connection import again_if_interrupted
from service.store.lists import ListStore
from service.store.places import of_author
from service.store.scripts import Part, call_all
from service.store.wire import Argument, Commands

_RECENT_KEPT_MS = 3_600_000  # beyond the rate's own window, so that late verdicts find what they count


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the moderators think of an author, until a time (unix ms; None: for good)."""

    standing: Standing = Standing.NORMAL
    until_ms: int | None = None
    note: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """How many comments of an author stand published and rejected, and the standing in force."""

    published: int = 0
    rejected: int = 0
    standing: Standing = Standing.NORMAL


class Sent(NamedTuple):
    """Who sent a comment, by the author's key or the address's, and how much is not too much."""

    comment: Comment
    author: str
    rate: Rate


class Sender(NamedTuple):
    """What is known of who sent a comment: the standing in force then, and whether it was too much."""

    standing: Standing
    flooding: bool


class AuthorStore:
    """Reads and writes what is known of authors."""

    def __init__(self, commands: Commands, lists: ListStore) -> None:
        self._commands = commands
        self._lists = lists

    async def opinion(self, site: str, author: str, *, now_ms: int) -> Opinion:
        """What was said last of an author; what has run out counts for nothing."""
        [opinion] = await self._opinions(site, [author], now_ms)
        return opinion

    async def _opinions(self, site: str, authors: Sequence[str], now_ms: int) -> list[Opinion]:
        parts = [Part([keys.author(site, author, "standing")]) for author in authors]
        told = await call_all(self._commands, "fields", parts, ["standing", "until", "note", "by"])
        return [_opinion(stored, now_ms) for stored in told]

    async def set_opinion(self, site: str, author: str, opinion: Opinion) -> None:
        """Say what moderators think of an author; in force for the author's next comment."""
        fields: dict[str, Argument] = {
            "author": author,
            "standing": opinion.standing,
            "until": opinion.until_ms or "",
            "note": opinion.note or "",
            "by": opinion.by or "",
        }
        flat = [part for name, value in fields.items() for part in (name, value)]
        await self._run("HSET", keys.author(site, author, "standing"), *flat)

    async def forget(self, site: str, author: str) -> None:
        """Drop the standing and the pace; the lists go with the comments.

        Where there was a standing, it stays known that it was erased, so that no export brings it back.
        """
        standing = keys.author(site, author, "standing")
        if await self._run("HEXISTS", standing, "author"):
            await self._run("HSET", standing, "erased", "1")
            await self._run("HDEL", standing, "author", "standing", "until", "note", "by")
        await self._run("DEL", keys.author(site, author, "recent"))

    async def records(self, site: str, authors: Sequence[str], *, now_ms: int) -> dict[str, Record]:
        """By author: counted in the lists that every step keeps, so it is never behind."""
        facets = [of_author(author) for author in authors]
        published, rejected, opinions = await asyncio.gather(
            self._lists.counts(site, State.PUBLISHED, facets),
            self._lists.counts(site, State.REJECTED, facets),
            self._opinions(site, authors, now_ms),
        )
        found = zip(authors, published, rejected, opinions, strict=True)
        return {author: Record(shown, refused, said.standing) for author, shown, refused, said in found}

    async def senders(self, sent: Sequence[Sent]) -> list[Sender]:
        """Note who sent comments, one after the other, and tell what is known of each by then."""
        told = await call_all(self._commands, "senders", [_part(one) for one in sent], [_RECENT_KEPT_MS])
        return list(map(_sender, sent, told[::3], told[1::3], told[2::3]))

    async def unsent(self, site: str, authors: Iterable[str], comment_id: str) -> None:
        """Forget that a comment was sent: it is erased."""
        for author in authors:
            await self._run("ZREM", keys.author(site, author, "recent"), comment_id)

    async def _run(self, *command: Argument) -> int:
        return int(await again_if_interrupted(self._commands, *command))


def _opinion(stored: Sequence[bytes | None], now_ms: int) -> Opinion:
    standing, until, note, by = [value.decode() if value else None for value in stored]
    if standing is None or (until is not None and int(until) <= now_ms):
        return Opinion()
    return Opinion(Standing(standing), int(until) if until else None, note, by)


def _part(sent: Sent) -> Part:
    comment, site = sent.comment, sent.comment.site
    names = [keys.author(site, sent.author, "standing"), keys.author(site, sent.author, "recent")]
    return Part(names, [comment.id, comment.updated_at, sent.rate.per_s * 1000])


def _sender(sent: Sent, standing: bytes | None, until: bytes | None, count: int) -> Sender:
    over = until and int(until) <= sent.comment.updated_at
    return Sender(
        Standing.NORMAL if standing is None or over else Standing(standing.decode()),
        count > sent.rate.count,
    )
