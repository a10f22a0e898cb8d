"""Which comments a list of the queue has: by state and order, narrowed by at most one filter."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from service.api.endpoints import Call
from service.api.requests import Nothing, QueueQuery
from service.api.services import Services
from service.comments.model import Comment, State
from service.errors import InvalidRequest
from service.judging.search import words
from service.store.directory import Site
from service.store.lists import Page, page_from
from service.store.ordered import Cursor, Order
from service.store.places import of_author, of_cluster, of_code, of_thread, risk_score, since_ms

SEARCHED = 10_000
"""How many of the latest comments a search looks through (contract, section 3)."""

_CHUNK = 500  # comments searched before other requests have their turn


@dataclass(frozen=True, slots=True)
class Selection:
    """One page; `searched` is how many comments a search looked through, None without one."""

    page: Page
    searched: int | None = None


def begin(services: Services, site: Site, _: web.Request, query: QueueQuery) -> "asyncio.Future[Page] | None":
    """Begin to read the page, where it is that of a list."""
    return asyncio.ensure_future(_listed(services, site, query)) if _of_a_list(query) else None


async def selected(call: Call[Nothing, QueueQuery]) -> Selection:
    """The page that a query asks for."""
    query = call.query
    if _of_a_list(query):
        return Selection(await (call.begun or _listed(call.services, call.site, query)))
    after = _after(query)
    if query.claimed is not None:
        return Selection(_page(call, await _claimed(call), after))
    found, searched = await _search(call, words(query.q or ""))
    return Selection(_page(call, found, after), searched)


def _of_a_list(query: QueueQuery) -> bool:
    """Whether the store has the comments in this order."""
    return query.claimed is None and query.q is None


def _after(query: QueueQuery) -> Cursor | None:
    """Where the page begins.

    Raises:
        InvalidRequest: the cursor is none, or the order not one of this state.
    """
    after = Cursor.parsed(query.cursor) if query.cursor is not None else None
    if query.order == "risk" and State(query.state) is not State.PENDING:
        raise InvalidRequest([("order", "risk is known of pending comments alone")])
    return after


async def _listed(services: Services, site: Site, query: QueueQuery) -> Page:
    after, lists, facet = _after(query), services.store.lists, _facet(query)
    if query.order == "risk":
        return await lists.by_risk(site.id, query.limit, after, facet=facet)
    return await lists.by_time(site.id, State(query.state), _order(query), query.limit, after, facet=facet)


def _facet(query: QueueQuery) -> str:
    if query.thread is not None:
        return of_thread(query.thread)
    if query.author is not None:
        return of_author(query.author)
    if query.code is not None:
        return of_code(query.code)
    return of_cluster(query.cluster) if query.cluster is not None else ""


def _order(query: QueueQuery) -> Order:
    """What waits is read oldest first, what was decided newest first."""
    return Order(query.order or (Order.OLDEST if State(query.state) is State.PENDING else Order.NEWEST))


def _page(call: Call[Nothing, QueueQuery], found: Sequence[Comment], after: Cursor | None) -> Page:
    if call.query.order == "risk":
        places = [Cursor(float(risk_score(comment)), comment.id) for comment in found]
        return page_from(places, Order.NEWEST, call.query.limit, after)
    places = [Cursor(float(since_ms(comment)), comment.id) for comment in found]
    return page_from(places, _order(call.query), call.query.limit, after)


async def _claimed(call: Call[Nothing, QueueQuery]) -> list[Comment]:
    store, site = call.services.store, call.site.id
    found = await store.comments.many(site, await store.claims.held_by(site, call.caller.id))
    return [comment for comment in found if comment is not None and comment.state == call.query.state]


async def _search(call: Call[Nothing, QueueQuery], wanted: Sequence[str]) -> tuple[list[Comment], int]:
    """Comments that have all the words, and how many were looked through."""
    store, site, state = call.services.store, call.site.id, State(call.query.state)
    found: list[Comment] = []
    searched, after = 0, None
    while searched < SEARCHED:
        page = await store.lists.by_time(site, state, Order.NEWEST, _CHUNK, after)
        comments = [comment for comment in await store.comments.many(site, page.ids) if comment is not None]
        found += await asyncio.to_thread(_matching, comments, wanted)
        searched, after = searched + len(page.ids), page.next
        if after is None:
            break
    return [comment for comment in found if comment.state is state], searched


def _matching(comments: Sequence[Comment], wanted: Sequence[str]) -> list[Comment]:
    return [
        comment
        for comment in comments
        if set(wanted) <= set(words(f"{comment.body or ''}\n{comment.author.name}"))
    ]
