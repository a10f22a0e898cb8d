"""A whole site, read from Redis and brought back: what `codau export` and `codau import` need of the store.

Reading walks the keys themselves with SCAN, which gives every key that is there from beginning to end,
however comments move from state to state meanwhile; no index has to be kept for it. Bringing back goes
through scripts that change nothing of what is there already.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from redis.exceptions import RedisError

from service.comments import record
from service.comments.authors import Standing
from service.comments.ids import id_time_ms, is_id
from service.comments.model import Comment, State
from service.errors import Unavailable
from service.store import keys
from service.store.connection import again_if_interrupted, client
from service.store.partitions import Partitions
from service.store.places import places
from service.store.scripts import call
from service.store.threads import Thread, statement
from service.store.wire import Argument, Commands

BATCH = 500
"""Keys handed on together: enough to share a round trip, few enough to hold in memory."""

_SCAN_COUNT = 1_000  # keys looked at by one SCAN: about a millisecond of the server's time


@dataclass(frozen=True, slots=True)
class AuthorStanding:
    """What moderators think of one author, by the author's key; `until` in unix ms, None for good."""

    author: str
    standing: Standing
    until: int | None = None
    note: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A comment and, for a published reply, the place in its thread of the one at the top.

    That place is the published root's own; what stands there as a tombstone has it from an earlier time.
    """

    comment: Comment
    root_place: int | None = None


class TransferStore:
    """Reads and restores sites, while others write to them: each comment as it is at one moment."""

    def __init__(self, url: str, commands: Commands, partitions: Partitions) -> None:
        self._url = url
        self._commands = commands
        self._partitions = partitions

    async def comment_ids(self, site: str) -> AsyncIterator[list[str]]:
        """Every comment's id, in no order; one may come twice while the data grow."""
        async for names in self._scan(
            rf"codau:\{{\d+\}}:comment:{site}:(.+)", f"codau:{{*}}:comment:{site}:*"
        ):
            yield [name for name in names if is_id(name)]

    async def threads(self, site: str) -> AsyncIterator[list[str]]:
        """Every thread's name, in no order; one may come twice while the data grow."""
        async for names in self._scan(rf"codau:\{{\d+\}}:thread:{site}:(.+)", f"codau:{{*}}:thread:{site}:*"):
            yield names

    async def standings(self, site: str) -> AsyncIterator[list[AuthorStanding]]:
        """Every author's standing, those that have run out included."""
        pattern = rf"(codau:\{{author:{site}:[0-9a-f]+\}}:standing)"
        async for names in self._scan(pattern, f"codau:{{author:{site}:*}}:standing"):
            stored = await asyncio.gather(
                *(again_if_interrupted(self._commands, "HGETALL", name) for name in names)
            )
            known = [dict(zip(flat[::2], flat[1::2], strict=True)) for flat in stored]
            yield [_standing(fields) for fields in known if b"author" in fields]

    async def _scan(self, wanted: str, glob: str) -> AsyncIterator[list[str]]:
        """Group 1 of the keys that match `wanted`; the glob is for the server, and lets too much through.

        Raises:
            Unavailable: the connection broke; a walk cannot be taken up again on another node.
        """
        redis, matches = client(self._url), re.compile(wanted, re.DOTALL).fullmatch
        batch: list[str] = []
        try:
            async for key in redis.scan_iter(match=glob, count=_SCAN_COUNT):
                if found := matches(key.decode()):
                    batch.append(found[1])
                if len(batch) == BATCH:
                    yield batch
                    batch = []
            yield batch
        except (RedisError, OSError) as error:
            raise Unavailable("The connection to the store broke.") from error
        finally:
            await redis.aclose()

    async def root_places(self, comments: Sequence[Comment]) -> list[int | None]:
        """For each published reply, where the one at the top of it stands in the thread, unix ms."""
        return await asyncio.gather(*(self._root_place(comment) for comment in comments))

    async def _root_place(self, comment: Comment) -> int | None:
        if not comment.path or comment.state is not State.PUBLISHED:
            return None
        top = keys.top(self._partitions.of_thread(comment.thread), comment.site, comment.thread)
        score = await again_if_interrupted(self._commands, "ZSCORE", top, comment.root_id)
        return None if score is None else int(float(score))

    async def restore(self, comments: Iterable[Placed]) -> dict[str, bool]:
        """Bring comments back; by id, whether each was missing. What waits for a verdict is queued."""
        by_partition: dict[int, list[Placed]] = {}
        for placed in comments:
            by_partition.setdefault(self._partitions.of_thread(placed.comment.thread), []).append(placed)
        restored = await asyncio.gather(*(self._restore(p, those) for p, those in by_partition.items()))
        return {
            placed.comment.id: done
            for those, results in zip(by_partition.values(), restored, strict=True)
            for placed, done in zip(those, results, strict=True)
        }

    async def _restore(self, p: int, comments: list[Placed]) -> list[bool]:
        names, arguments = [keys.queue(p)], list[Argument]()
        for placed in comments:
            lists = places(p, placed.comment)
            names += [*_restore_keys(p, placed.comment), *lists]
            arguments += [*_restore_arguments(placed), len(lists), *lists.values()]
        return [result == 1 for result in await call(self._commands, "restore", names, arguments)]

    async def restore_thread(self, site: str, name: str, said: Thread) -> bool:
        """Bring back what a website said of an article; False where as much or more is known here."""
        key = keys.thread(self._partitions.of_thread(name), site, name)
        return bool(await call(self._commands, "restore_thread", [key], [said.revision, *statement(said)]))

    async def restore_standing(self, site: str, known: AuthorStanding) -> bool:
        """Bring an author's standing back; False where one is known here."""
        fields: dict[str, Argument] = {
            "author": known.author,
            "standing": known.standing,
            "until": known.until or "",
            "note": known.note or "",
            "by": known.by or "",
        }
        flat = [part for field in fields.items() for part in field]
        key = keys.author(site, known.author, "standing")
        return bool(await call(self._commands, "restore_standing", [key], flat))


def _standing(stored: dict[bytes, bytes]) -> AuthorStanding:
    known = {name.decode(): value.decode() for name, value in stored.items()}
    return AuthorStanding(
        author=known["author"],
        standing=Standing(known["standing"]),
        until=int(known["until"]) if known.get("until") else None,
        note=known.get("note") or None,
        by=known.get("by") or None,
    )


def _restore_keys(p: int, comment: Comment) -> list[str]:
    site = comment.site
    return [
        keys.comment(p, site, comment.id),
        keys.thread(p, site, comment.thread),
        keys.top(p, site, comment.thread),
        keys.replies(p, site, comment.root_id),
    ]


def _restore_arguments(placed: Placed) -> list[Argument]:
    comment = placed.comment
    return [
        record.dump(comment),
        comment.site,
        comment.id,
        comment.root_id,
        comment.version if comment.state is State.QUEUED else "",
        comment.now.published_at or "",
        placed.root_place or id_time_ms(comment.root_id),
    ]
