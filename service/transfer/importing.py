"""Records of a site into the store: what is missing is brought back, what is there is left as it is.

Each record stands alone, so an import may be broken off and repeated, and runs while the site is at work.
A comment that is there is touched only where the record's log goes on from the stored one: then the record
tells what has happened since, as a second export of the same site does.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.comments.policy import Policy
from service.store.directory import Site
from service.store.store import Store
from service.store.transfer import AuthorStanding, TransferStore
from service.transfer.batches import batched
from service.transfer.comments import CommentImport
from service.transfer.records import (
    Bad,
    CommentRecord,
    Numbered,
    Records,
    Remark,
    SiteRecord,
    ThreadRecord,
    Unreadable,
)
from service.transfer.renaming import Renaming


@dataclass(slots=True)
class Tally:
    """What has been read so far, and what became of it.

    Attributes:
        site_made: False where there was a site of that id; its name is left as it was.
        policy_taken: whether a site that was there has its policy from the file.
    """

    site_made: bool = False
    policy_taken: bool = False
    threads: int = 0
    standings: int = 0
    restored: int = 0
    brought_forward: int = 0
    left: int = 0
    bad: int = 0

    @property
    def comments(self) -> int:
        return self.restored + self.brought_forward + self.left


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told: of how far it is, after each batch; of a line of the file, what is to be said of it."""

    progress: Callable[[Tally], None]
    line: Callable[[int, str], None]


async def import_site(store: Store, site: str, records: Records, *, now_ms: int, told: Told) -> Tally:
    """Take a file's records into a site, which is made where it is missing.

    Raises:
        Unreadable: there is no such site, and the file says nothing of one.
        Unavailable: the store is gone; the import can be repeated.
    """
    running = _Import(store, site, now_ms, told)
    for batch in batched(records):
        await running.take(batch)
        told.progress(running.tally)
    running.end()
    return running.tally


class _Import:
    def __init__(self, store: Store, site: str, now_ms: int, told: Told) -> None:
        self.tally = Tally()
        self._store = store
        self._transfer = TransferStore(store.url, store.commands, store.partitions)
        self._site = site
        self._now_ms = now_ms
        self._told = told
        self._renaming: Renaming | None = None  # until the file has named the site it is of
        self._comments: CommentImport | None = None

    async def take(self, batch: Sequence[Numbered]) -> None:
        """Bring in records of one kind."""
        first = batch[0].record
        if isinstance(first, SiteRecord):
            return await self._sites(batch)
        if isinstance(first, Bad):
            return self._bad([(one.line, one.record.reason) for one in batch if isinstance(one.record, Bad)])
        if isinstance(first, Remark):
            return self._tell(
                [(one.line, one.record.text) for one in batch if isinstance(one.record, Remark)]
            )
        comments = self._comments = self._comments or await self._opened()
        if isinstance(first, CommentRecord):
            await self._take(comments, [one.record for one in batch if isinstance(one.record, CommentRecord)])
        elif isinstance(first, ThreadRecord):
            await self._threads([one.record for one in batch if isinstance(one.record, ThreadRecord)])
        else:
            await self._standings(batch)
        return None

    def end(self) -> None:
        """Tell of what was held back to the end and could not be brought in."""
        if self._renaming is not None:
            self._bad(list(self._renaming.unresolved()))

    def _bad(self, lines: Sequence[tuple[int, str]]) -> None:
        self._tell(lines)
        self.tally.bad += len(lines)

    def _tell(self, lines: Sequence[tuple[int, str]]) -> None:
        for line, text in lines:
            self._told.line(line, text)

    async def _sites(self, batch: Sequence[Numbered]) -> None:
        for one in batch:
            if isinstance(one.record, SiteRecord) and self._renaming is None:
                await self._site_made(one.record)
            else:
                self._bad([(one.line, "a second site; each has a file of its own")])

    async def _site_made(self, known: SiteRecord) -> None:
        self._renaming = Renaming(known.id, self._site)
        site = Site(self._site, known.name, known.created_at, known.policy)
        self.tally.site_made = await self._store.directory.add_site(site)
        if not self.tally.site_made and known.policy != Policy() and await self._is_untouched():
            await self._store.directory.put_policy(self._site, lambda now: _unless_said(now, known.policy))
            self.tally.policy_taken = True

    async def _is_untouched(self) -> bool:
        """Whether the site was made and nothing more: no policy that another would take the place of, and no
        comment that another policy could erase."""
        site = (await self._store.directory.current()).site(self._site)
        if site.policy != Policy():
            return False
        async for ids in self._transfer.comment_ids(site.id):
            if ids:
                return False
        return True

    async def _opened(self) -> CommentImport:
        site = (await self._store.directory.current()).sites.get(self._site)
        if site is None:
            raise Unreadable(f"there is no site {self._site}, and the file does not begin with one")
        window_ms = site.policy.duplicate.window_hours * 3_600_000
        return CommentImport(
            self._store, self._transfer, self._site, window_ms=window_ms, now_ms=self._now_ms
        )

    async def _take(self, comments: CommentImport, records: Sequence[CommentRecord]) -> None:
        if self._renaming is not None:
            await self._restore_standings(self._renaming.known_by(record.author for record in records))
        outcome = await comments.take(records)
        self.tally.restored += outcome.restored
        self.tally.brought_forward += outcome.brought_forward
        self.tally.left += outcome.left

    async def _threads(self, records: Sequence[ThreadRecord]) -> None:
        restore = self._transfer.restore_thread
        await asyncio.gather(*(restore(self._site, record.name, record.said) for record in records))
        self.tally.threads += len(records)

    async def _standings(self, batch: Sequence[Numbered]) -> None:
        known = [(one.line, one.record) for one in batch if isinstance(one.record, AuthorStanding)]
        renaming = self._renaming or Renaming(self._site, self._site)
        await self._restore_standings([one for line, one in known if not renaming.holds(line, one)])
        self.tally.standings += len(known)

    async def _restore_standings(self, known: Sequence[AuthorStanding]) -> None:
        await asyncio.gather(*(self._transfer.restore_standing(self._site, one) for one in known))


def _unless_said(now: Policy, brought: Policy) -> Policy:
    return brought if now == Policy() else now
