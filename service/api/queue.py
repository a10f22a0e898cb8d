"""What moderators work through: the queue and its sister lists, and claims on what waits."""

from aiohttp import web

from service.api.queue_items import items
from service.api.requests import ClaimRequest, Nothing, QueueQuery, ReleaseRequest, SiteQuery
from service.api.routing import MODERATOR, Call, Endpoints, reply
from service.comments.model import State
from service.errors import InvalidRequest
from service.store.claims import Holder
from service.store.lists import Page
from service.store.ordered import Cursor, Order

endpoints = Endpoints("moderators")


@endpoints.add("GET", "/v1/queue", MODERATOR, query=QueueQuery)
async def get_queue(call: Call[Nothing, QueueQuery]) -> web.Response:
    """List what waits, or what was rejected or published"""
    page = await _page(call)
    found = await call.services.store.comments.many(call.site.id, page.ids)
    comments = [comment for comment in found if comment is not None and comment.state == call.query.state]
    return reply(
        200,
        {
            "items": await items(call, comments),
            "total": page.total,
            "next_cursor": str(page.next) if page.next else None,
        },
    )


@endpoints.add("POST", "/v1/queue/claim", MODERATOR, body=ClaimRequest, query=SiteQuery)
async def claim(call: Call[ClaimRequest, SiteQuery]) -> web.Response:
    """Take the next comments that nobody holds, for this moderator alone until the lease ends"""
    store, site, body = call.services.store, call.site.id, call.body
    ids = await store.claims.take(site, holder_of(call), limit=body.limit, lease_s=body.lease_seconds)
    found = await store.comments.many(site, ids)
    return reply(200, {"items": await items(call, [comment for comment in found if comment is not None])})


@endpoints.add("POST", "/v1/queue/release", MODERATOR, body=ReleaseRequest, query=SiteQuery)
async def release(call: Call[ReleaseRequest, SiteQuery]) -> web.Response:
    """Give claimed comments back; without `ids` all that this moderator holds"""
    released = await call.services.store.claims.release(call.site.id, holder_of(call), call.body.ids)
    return reply(200, {"released": released})


def holder_of(call: Call[ClaimRequest, SiteQuery] | Call[ReleaseRequest, SiteQuery]) -> Holder:
    return Holder(call.caller.id, call.caller.name)


async def _page(call: Call[Nothing, QueueQuery]) -> Page:
    query, lists, site = call.query, call.services.store.lists, call.site.id
    state = State(query.state)
    waits = state is State.PENDING
    after = Cursor.parsed(query.cursor) if query.cursor else None
    if query.order == "risk":
        if not waits:
            raise InvalidRequest([("order", "risk is known of pending comments alone")])
        return await lists.by_risk(site, query.limit, after)
    order = Order(query.order or (Order.OLDEST if waits else Order.NEWEST))
    return await lists.by_time(site, state, order, query.limit, after)
