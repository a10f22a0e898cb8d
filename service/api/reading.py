"""What websites read: a comment, a thread as a tree, counts, and what was said of an article."""

import asyncio
from typing import Any

from aiohttp import hdrs, web

from service.api.endpoints import READER, Call, Endpoints, reply
from service.api.requests import CountsQuery, Nothing, SiteQuery, ThreadQuery
from service.api.services import Services
from service.api.threads import etag, page_name, rendered
from service.api.views import moderator_view, website_view
from service.errors import InvalidRequest
from service.store.directory import Role, Site
from service.store.ordered import Cursor

endpoints = Endpoints("websites")


@endpoints.add("GET", "/v1/comments/{id}", READER, query=SiteQuery)
async def get_comment(call: Call[Nothing, SiteQuery]) -> web.Response:
    """Say where a comment stands"""
    comment = await call.services.store.comments.get(call.site.id, call.path("id"))
    view = website_view if call.caller.role is Role.WEBSITE else moderator_view
    return reply(200, view(comment, call.language))


def _ask_version(
    services: Services, site: Site, request: web.Request, _: ThreadQuery
) -> "asyncio.Future[Any]":
    return services.store.threads.ask_version(site.id, request.match_info["thread"])


@endpoints.add("GET", "/v1/threads/{thread}/comments", READER, query=ThreadQuery, ahead=_ask_version)
async def get_thread(call: Call[Nothing, ThreadQuery]) -> web.Response:
    """List what is published in a thread, as a tree"""
    thread, query = thread_of(call), call.query
    if query.cursor is not None:
        Cursor.parsed(query.cursor)
    version = await call.services.store.threads.version(call.site.id, thread, call.begun)
    tag = etag(page_name(call.site, thread, query), version)
    if _known(call.request, tag):
        return web.Response(status=304, headers=_headers(tag))
    page = await rendered(call.services, call.site, thread, query, version)
    return web.Response(body=page.body, content_type="application/json", headers=_headers(page.etag))


def _headers(tag: str) -> dict[str, str]:
    return {hdrs.ETAG: tag, hdrs.CACHE_CONTROL: "private, no-cache"}


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


def _known(request: web.Request, etag: str) -> bool:
    """Whether the caller has this very page (RFC 9110, 13.1.2: weak comparison); a tag's quotes end it."""
    named = request.headers.getall(hdrs.IF_NONE_MATCH, [])
    return any(etag in tags or tags.strip() == "*" for tags in named)
