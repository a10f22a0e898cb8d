"""A site's lists of comments by state, merged from its partitions at reading."""

import asyncio
import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.comments.model import State
from service.store import keys
from service.store.connection import again_if_interrupted
from service.store.ordered import Cursor, Order, page_of
from service.store.partitions import Partitions
from service.store.places import LISTED, of_author
from service.store.scripts import call
from service.store.wire import Commands


@dataclass(frozen=True, slots=True)
class Page:
    """Some ids, how many there are in all, and where the next page begins (None: this was the last)."""

    ids: Sequence[str]
    total: int
    next: Cursor | None


def page_from(places: Iterable[Cursor], order: Order, limit: int, after: Cursor | None) -> Page:
    """A page of places that are all in memory."""
    newest = order is Order.NEWEST
    ordered = sorted(places, reverse=newest)
    rest = [place for place in ordered if after is None or (place < after if newest else place > after)]
    shown = rest[:limit]
    return Page([place.id for place in shown], len(ordered), shown[-1] if len(rest) > limit else None)


class ListStore:
    """What waits, what is published and what was rejected, site by site."""

    def __init__(self, commands: Commands, partitions: Partitions) -> None:
        self._commands = commands
        self._partitions = partitions

    async def by_time(
        self, site: str, state: State, order: Order, limit: int, after: Cursor | None, *, facet: str = ""
    ) -> Page:
        """Comments of one state by the time since which they stand in it (what waits: since they came).

        Args:
            facet: which of them; see `places`.
        """
        names = [keys.listed(p, site, state, facet) for p in self._partitions]
        return await self._merged(names, order, limit, after)

    async def by_risk(self, site: str, limit: int, after: Cursor | None, *, facet: str = "") -> Page:
        """Pending comments, the most likely to be harmful first."""
        names = [keys.risk(p, site, facet) for p in self._partitions]
        return await self._merged(names, Order.NEWEST, limit, after)

    async def queued(self, site: str, limit: int, after: Cursor | None) -> Page:
        """What waits for a verdict, oldest first."""
        return await self.by_time(site, State.QUEUED, Order.OLDEST, limit, after)

    async def by_author(self, site: str, author: str, limit: int, after: Cursor | None) -> Page:
        """All that an author wrote and that was judged, latest first."""
        facet = of_author(author)
        names = [keys.listed(p, site, state, facet) for p in self._partitions for state in LISTED]
        return await self._merged(names, Order.NEWEST, limit, after)

    async def latest(self, site: str, limit: int) -> Sequence[str]:
        """Ids of what was judged or decided last, whatever became of it."""
        names = [keys.listed(p, site, state) for p in self._partitions for state in LISTED]
        return (await self._merged(names, Order.NEWEST, limit, None)).ids

    async def _merged(self, names: Sequence[str], order: Order, limit: int, after: Cursor | None) -> Page:
        pages, total = await asyncio.gather(
            asyncio.gather(*(page_of(self._commands, name, order, limit + 1, after) for name in names)),
            self._total(names),
        )
        merged = heapq.merge(*pages, reverse=order is Order.NEWEST)
        places = [place for place, _ in zip(merged, range(limit + 1), strict=False)]
        shown = places[:limit]
        return Page([place.id for place in shown], total, shown[-1] if len(places) > limit else None)

    async def _total(self, names: Sequence[str]) -> int:
        return sum(
            await asyncio.gather(*(again_if_interrupted(self._commands, "ZCARD", name) for name in names))
        )

    async def counts(self, site: str, state: State, facets: Sequence[str]) -> list[int]:
        """How many comments of a state share each facet; one call a partition, however many facets."""
        sizes = await asyncio.gather(
            *(
                call(self._commands, "sizes", [keys.listed(p, site, state, facet) for facet in facets], [])
                for p in self._partitions
            )
        )
        return [sum(column) for column in zip(*sizes, strict=True)] if facets else []
