"""What websites read: a comment, a thread as a tree, counts, and what was said of an article."""

from typing import Any

from aiohttp import hdrs, web

from service.api.page_cache import Page
from service.api.requests import CountsQuery, Nothing, SiteQuery, ThreadQuery
from service.api.routing import READER, Call, Endpoints, reply
from service.api.threads import rendered
from service.api.views import moderator_view, website_view
from service.errors import InvalidRequest
from service.store.directory import Role

endpoints = Endpoints("websites")


@endpoints.add("GET", "/v1/comments/{id}", READER, query=SiteQuery)
async def get_comment(call: Call[Nothing, SiteQuery]) -> web.Response:
    """Say where a comment stands"""
    comment = await call.services.store.comments.get(call.site.id, call.path("id"))
    view = website_view if call.caller.role is Role.WEBSITE else moderator_view
    return reply(200, view(comment, call.language))


@endpoints.add("GET", "/v1/threads/{thread}/comments", READER, query=ThreadQuery)
async def get_thread(call: Call[Nothing, ThreadQuery]) -> web.Response:
    """List what is published in a thread, as a tree"""
    page = await rendered(call.services, call.site, thread_of(call), call.query)
    headers = {hdrs.ETAG: page.etag, hdrs.CACHE_CONTROL: "private, no-cache"}
    if _known(call.request, page):
        return web.Response(status=304, headers=headers)
    return web.Response(body=page.body, content_type="application/json", headers=headers)


@endpoints.add("GET", "/v1/counts", READER, query=CountsQuery)
async def get_counts(call: Call[Nothing, CountsQuery]) -> web.Response:
    """Count the published comments of up to 200 threads"""
    return reply(200, {"counts": await call.services.store.threads.counts(call.site.id, call.query.thread)})


def thread_of(call: Call[Any, Any]) -> str:
    """The thread that the path names.

    Raises:
        InvalidRequest: it is none.
    """
    name = call.path("thread")
    if name in (".", "..") or len(name) > 256 or "\0" in name:
        raise InvalidRequest([("thread", "must be 1 to 256 characters, not . or .., without NUL")])
    return name


def _known(request: web.Request, page: Page) -> bool:
    """Whether the caller has this very page (RFC 9110, 13.1.2: weak comparison)."""
    if request.headers.get(hdrs.IF_NONE_MATCH, "").strip() == "*":
        return True
    return any(f'"{tag.value}"' == page.etag for tag in request.if_none_match or ())
