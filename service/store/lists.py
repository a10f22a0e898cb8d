"""A site's lists of comments by state, merged from its partitions at reading."""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.comments.model import State
from service.store import keys
from service.store.ordered import Cursor, Order, pages_of
from service.store.partitions import Partitions
from service.store.places import LISTED, of_author
from service.store.scripts import Part, call_all
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
        pages = await pages_of(self._commands, names, order, limit + 1, after)
        merged = heapq.merge(*(places for _, places in pages), reverse=order is Order.NEWEST)
        places = [place for place, _ in zip(merged, range(limit + 1), strict=False)]
        shown, total = places[:limit], sum(length for length, _ in pages)
        return Page([place.id for place in shown], total, shown[-1] if len(places) > limit else None)

    async def counts(self, site: str, state: State, facets: Sequence[str]) -> list[int]:
        """How many comments of a state share each facet."""
        parts = [Part([keys.listed(p, site, state)]) for p in self._partitions]
        sizes = await call_all(self._commands, "sizes", parts, facets)
        return [sum(column) for column in zip(*sizes, strict=True)]
