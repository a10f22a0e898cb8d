"""What moderators work through: the queue and its sister lists, and claims on what waits."""

from aiohttp import web

from service.api.endpoints import MODERATOR, Call, Endpoints, reply
from service.api.queue_items import items
from service.api.requests import ClaimRequest, Nothing, QueueQuery, ReleaseRequest, SiteQuery
from service.api.selection import begin, selected
from service.api.views import View
from service.store.claims import Holder

endpoints = Endpoints("moderators")


@endpoints.add("GET", "/v1/queue", MODERATOR, query=QueueQuery, ahead=begin)
async def get_queue(call: Call[Nothing, QueueQuery]) -> web.Response:
    """List what waits, or what was rejected or published"""
    selection = await selected(call)
    page = selection.page
    found = await call.services.store.comments.many(call.site.id, page.ids)
    comments = [comment for comment in found if comment is not None and comment.state == call.query.state]
    view: View = {
        "items": await items(call, comments),
        "total": page.total,
        "next_cursor": str(page.next) if page.next else None,
    }
    if selection.searched is not None:
        view["searched"] = selection.searched
    return reply(200, view)


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
