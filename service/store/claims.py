"""Who works on which comment: leases that end by themselves, by the store's own clock.

A claim is a key that expires, so that no process has to end it and no clock but one is asked; the script that
commits a decision ends it, too. What a
moderator holds is listed beside it for as long; the list may name what was decided meanwhile.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.comments import record
from service.comments.ids import is_id
from service.comments.model import Comment, State
from service.errors import NotFound
from service.store import keys
from service.store.connection import again_if_interrupted, answered
from service.store.lists import ListStore
from service.store.ordered import Cursor, Order
from service.store.partitions import Partitions
from service.store.scripts import call
from service.store.wire import Argument, Commands

_LOOK_AT = 200  # comments looked at in one turn for some that nobody holds


@dataclass(frozen=True, slots=True)
class Holder:
    """A moderator: the key, since names may repeat, and the name that others see."""

    key_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One comment is one moderator's until a time, unix ms."""

    key_id: str
    by: str
    until_ms: int


class ClaimStore:
    """Takes, shows and gives back claims."""

    def __init__(self, commands: Commands, partitions: Partitions, lists: ListStore) -> None:
        self._commands = commands
        self._partitions = partitions
        self._lists = lists

    async def of(self, site: str, comment_ids: Sequence[str]) -> dict[str, Claim]:
        """The claims in force on some comments, by comment id."""
        one_server = self._commands.one_server
        together = [comment_ids] if one_server else self._by_partition(comment_ids).values()
        found = await asyncio.gather(*(self._of(site, names) for names in together if names))
        return {name: claim for claims in found for name, claim in claims.items()}

    async def _of(self, site: str, comment_ids: Sequence[str]) -> dict[str, Claim]:
        names = [self._key(site, comment_id) for comment_id in comment_ids]
        stored = await again_if_interrupted(self._commands, "MGET", *names)
        told = zip(comment_ids, stored, strict=True)
        return {comment_id: _load(claim) for comment_id, claim in told if claim is not None}

    def ask(self, site: str, comment_id: str) -> "asyncio.Future[Any] | None":
        """Begin to read a comment and the claim on it, for `on`; None where no comment has such an id."""
        return self._commands.ask(*self._both(site, comment_id)) if is_id(comment_id) else None

    async def on(
        self, site: str, comment_id: str, begun: "asyncio.Future[Any] | None" = None
    ) -> tuple[Comment, Claim | None]:
        """A comment and the claim in force on it, in one read.

        Raises:
            NotFound: the site has no comment of that id.
        """
        stored, claim = None, None
        if is_id(comment_id):
            look = self._both(site, comment_id)
            stored, claim = await answered(begun or self._commands.ask(*look), self._commands, *look)
        if stored is None:
            raise NotFound("This site has no comment of that id.")
        return record.load(site, comment_id, stored), None if claim is None else _load(claim)

    def _both(self, site: str, comment_id: str) -> tuple[str, str, str]:
        p = self._partitions.of_comment(comment_id)
        return "MGET", keys.comment(p, site, comment_id), keys.claim(p, site, comment_id)

    async def take(self, site: str, holder: Holder, *, limit: int, lease_s: int) -> list[str]:
        """Claim the oldest pending comments that nobody holds; returns their ids, oldest first."""
        taken: list[str] = []
        after: Cursor | None = None
        while len(taken) < limit:
            page = await self._lists.by_time(site, State.PENDING, Order.OLDEST, _LOOK_AT, after)
            held = await self.of(site, page.ids)
            free = [name for name in page.ids if name not in held]
            while free and len(taken) < limit:
                wanted, free = free[: limit - len(taken)], free[limit - len(taken) :]
                taken += await self._take(site, holder, wanted, lease_s)
            after = page.next
            if after is None:
                break
        return taken

    async def _take(self, site: str, holder: Holder, wanted: Sequence[str], lease_s: int) -> list[str]:
        """Claim those of `wanted` that still wait and that nobody else has claimed meanwhile."""
        groups = self._by_partition(wanted)
        results = await asyncio.gather(
            *(self._take_in(p, site, holder, ids, lease_s) for p, ids in groups.items())
        )
        got = {name for names in results for name in names}
        return [name for name in wanted if name in got]

    async def _take_in(self, p: int, site: str, holder: Holder, ids: list[str], lease_s: int) -> list[str]:
        names = [keys.claimed(p, site, holder.key_id)]
        for comment_id in ids:
            names += [keys.comment(p, site, comment_id), keys.claim(p, site, comment_id)]
        arguments: list[Argument] = [holder.key_id, holder.name, lease_s * 1000, *ids]
        done = await call(self._commands, "claim", names, arguments, repeat=False)
        return [comment_id for comment_id, mine in zip(ids, done, strict=True) if mine]

    async def held_by(self, site: str, key_id: str) -> list[str]:
        """What a moderator holds, in no order."""
        listed = await asyncio.gather(
            *(
                again_if_interrupted(self._commands, "ZRANGE", keys.claimed(p, site, key_id), 0, -1)
                for p in self._partitions
            )
        )
        ids = [name.decode() for names in listed for name in names]
        claims = await self.of(site, ids)
        return [name for name in ids if name in claims and claims[name].key_id == key_id]

    async def release(self, site: str, holder: Holder, comment_ids: Sequence[str] | None) -> int:
        """Give back some comments, or all; returns how many were this moderator's."""
        given_back = await self.held_by(site, holder.key_id) if comment_ids is None else comment_ids
        counts = await asyncio.gather(
            *(
                self._release_in(p, site, holder.key_id, ids)
                for p, ids in self._by_partition(given_back).items()
            )
        )
        return sum(counts)

    async def _release_in(self, p: int, site: str, key_id: str, ids: list[str]) -> int:
        names = [keys.claimed(p, site, key_id), *(keys.claim(p, site, comment_id) for comment_id in ids)]
        return int(await call(self._commands, "release", names, [key_id, *ids]))

    def _by_partition(self, comment_ids: Sequence[str]) -> dict[int, list[str]]:
        groups: dict[int, list[str]] = {}
        for comment_id in filter(is_id, comment_ids):
            groups.setdefault(self._partitions.of_comment(comment_id), []).append(comment_id)
        return groups

    def _key(self, site: str, comment_id: str) -> str:
        return keys.claim(self._partitions.of_comment(comment_id), site, comment_id)


def _load(stored: bytes) -> Claim:
    key_id, until_ms, name = stored.decode().split(" ", 2)
    return Claim(key_id, name, int(until_ms))
