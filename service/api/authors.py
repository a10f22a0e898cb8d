"""What moderators know and think of an author: record, standing, and all that was written."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from service.api.endpoints import ADMIN, MODERATOR, Call, Endpoints, reply
from service.api.erasure import erase_author
from service.api.requests import AuthorQuery, Nothing, Opinion, SiteQuery
from service.api.views import View, moderator_view, rfc3339
from service.comments.authors import Standing
from service.errors import InvalidRequest
from service.store import authors
from service.store.ordered import Cursor

endpoints = Endpoints("moderators")

A_LIFETIME = timedelta(days=36_500)
ADDRESS_BAN = timedelta(days=7)
"""The longest ban of an address: many readers share one (contract, section 3)."""


@endpoints.add("GET", "/v1/authors/{key}", MODERATOR, query=AuthorQuery)
async def get_author(call: Call[Nothing, AuthorQuery]) -> web.Response:
    """Show an author's standing, record and comments, the latest first"""
    store, site, query = call.services.store, call.site.id, call.query
    after = Cursor.parsed(query.cursor) if query.cursor is not None else None
    page = await store.lists.by_author(site, author_of(call), query.limit, after)
    found = await store.comments.many(site, page.ids)
    view = await _view(call)
    view["comments"] = [moderator_view(one, call.language) for one in found if one is not None]
    view["next_cursor"] = str(page.next) if page.next else None
    return reply(200, view)


@endpoints.add("PUT", "/v1/authors/{key}/standing", MODERATOR, body=Opinion, query=SiteQuery)
async def put_standing(call: Call[Opinion, SiteQuery]) -> web.Response:
    """Trust or ban an author, or neither; in force for the author's next comment"""
    body, author = call.body, author_of(call)
    now = datetime.fromtimestamp(call.services.now_ms() / 1000, UTC)
    _check_until(author, body, now)
    until_ms = None if body.until is None else int(body.until.timestamp() * 1000)
    opinion = authors.Opinion(body.standing, until_ms, body.note, call.caller.name)
    await call.services.store.authors.set_opinion(call.site.id, author, opinion)
    return reply(200, await _view(call))


@endpoints.add("DELETE", "/v1/authors/{key}", ADMIN, query=SiteQuery)
async def delete_author(call: Call[Nothing, SiteQuery]) -> web.Response:
    """Erase all of a person's comments and data"""
    await erase_author(call.services, call.site.id, author_of(call), by=call.caller.name)
    return web.Response(status=204)


def author_of(call: Call[Any, Any]) -> str:
    """The author that the path names.

    Raises:
        InvalidRequest: nobody can have that key.
    """
    key = call.path("key")
    if len(key) > 254 or "\0" in key:
        raise InvalidRequest([("key", "must be an author's key, 1 to 254 characters")])
    return key


def _check_until(author: str, opinion: Opinion, now: datetime) -> None:
    until = opinion.until
    if until is not None and until > now + A_LIFETIME:
        raise InvalidRequest([("until", "must be within 100 years; leave it out for good")])
    if until is not None and until <= now:
        raise InvalidRequest([("until", "must be in the future")])
    if author.startswith("address:") and opinion.standing is Standing.BANNED:
        if until is None:
            raise InvalidRequest([("until", "is needed to ban an address, since many readers share one")])
        if until > now + ADDRESS_BAN:
            raise InvalidRequest([("until", "must be at most 7 days ahead for an address")])


async def _view(call: Call[Any, Any]) -> View:
    store, site, author = call.services.store, call.site.id, author_of(call)
    now_ms = call.services.now_ms()
    opinion = await store.authors.opinion(site, author, now_ms=now_ms)
    record = (await store.authors.records(site, [author], now_ms=now_ms))[author]
    return {
        "key": author,
        "standing": opinion.standing,
        "until": rfc3339(opinion.until_ms),
        "note": opinion.note,
        "by": opinion.by,
        "record": {"published": record.published, "rejected": record.rejected, "standing": record.standing},
    }
