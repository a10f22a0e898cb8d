"""What moderators do: the queue and its sister lists, decisions, the history of a comment."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from service.api.requests import Approval, Edit, Nothing, QueueQuery, Rejection, Reopening, SiteQuery
from service.api.routing import MODERATOR, Call, Endpoints, reply
from service.api.views import View, history_view, moderator_view
from service.comments import lifecycle
from service.comments.authors import author_key
from service.comments.model import Comment, Entry, Event, State
from service.errors import InvalidRequest, VersionConflict
from service.judging.text import visible
from service.store.authors import Record
from service.store.comments import Step
from service.store.lists import Page
from service.store.ordered import Cursor, Order
from service.store.threads import Thread

endpoints = Endpoints("moderators")

Decision = Approval | Rejection | Edit | Reopening


@endpoints.add("GET", "/v1/queue", MODERATOR, query=QueueQuery)
async def get_queue(call: Call[Nothing, QueueQuery]) -> web.Response:
    """List what waits, or what was rejected or published"""
    page = await _page(call)
    found = await call.services.store.comments.many(call.site.id, page.ids)
    comments = [comment for comment in found if comment is not None and comment.state == call.query.state]
    return reply(
        200,
        {
            "items": await _items(call, comments),
            "total": page.total,
            "next_cursor": str(page.next) if page.next else None,
        },
    )


@endpoints.add("POST", "/v1/comments/{id}/approve", MODERATOR, body=Approval, query=SiteQuery)
async def approve(call: Call[Approval, SiteQuery]) -> web.Response:
    """Publish a pending comment, edited where `body` is given"""
    return await _decide(call, Event.APPROVED, State.PUBLISHED)


@endpoints.add("POST", "/v1/comments/{id}/reject", MODERATOR, body=Rejection, query=SiteQuery)
async def reject(call: Call[Rejection, SiteQuery]) -> web.Response:
    """Refuse a pending comment, or take a published one down"""
    return await _decide(call, Event.REJECTED, State.REJECTED)


@endpoints.add("POST", "/v1/comments/{id}/edit", MODERATOR, body=Edit, query=SiteQuery)
async def edit(call: Call[Edit, SiteQuery]) -> web.Response:
    """Make a new revision of a pending or published comment"""
    return await _decide(call, Event.EDITED, State.PENDING)


@endpoints.add("POST", "/v1/comments/{id}/reopen", MODERATOR, body=Reopening, query=SiteQuery)
async def reopen(call: Call[Reopening, SiteQuery]) -> web.Response:
    """Bring a rejected comment back to the queue"""
    return await _decide(call, Event.REOPENED, State.PENDING)


@endpoints.add("GET", "/v1/comments/{id}/history", MODERATOR, query=SiteQuery)
async def get_history(call: Call[Nothing, SiteQuery]) -> web.Response:
    """List every revision, verdict and decision of a comment, oldest first"""
    comment = await call.services.store.comments.get(call.site.id, call.path("id"))
    return reply(200, history_view(comment, call.language))


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


async def _items(call: Call[Nothing, QueueQuery], comments: Sequence[Comment]) -> list[View]:
    """The comments with everything needed to decide on them."""
    parents, threads, records = await asyncio.gather(
        _parents(call, comments),
        call.services.store.threads.many(call.site.id, [comment.thread for comment in comments]),
        _records(call, comments),
    )
    return [_item(call, comment, parents, threads[comment.thread], records) for comment in comments]


def _item(
    call: Call[Nothing, QueueQuery],
    comment: Comment,
    parents: Mapping[str, Comment],
    thread: Thread,
    records: Mapping[str, Record],
) -> View:
    view = moderator_view(comment, call.language)
    parent = parents.get(comment.parent_id or "")
    record = records.get(view["author"]["key"], Record())
    view["author"]["record"] = {
        "published": record.published,
        "rejected": record.rejected,
        "standing": record.standing,
    }
    return view | {
        "parent": moderator_view(parent, call.language) if parent else None,
        "thread_title": thread.title,
        "thread_url": thread.url,
        "cluster": comment.id,
        "risk": comment.now.risk,
        "claim": None,
    }


async def _parents(call: Call[Nothing, QueueQuery], comments: Sequence[Comment]) -> dict[str, Comment]:
    wanted = sorted({comment.parent_id for comment in comments if comment.parent_id})
    found = await call.services.store.comments.many(call.site.id, wanted)
    return {parent.id: parent for parent in found if parent is not None}


async def _records(call: Call[Nothing, QueueQuery], comments: Sequence[Comment]) -> dict[str, Record]:
    keys = [author_key(comment.site, comment.author) for comment in comments]
    authors = sorted({key for key in keys if key is not None})
    now_ms = call.services.now_ms()
    records = await asyncio.gather(
        *(call.services.store.authors.record(call.site.id, author, now_ms=now_ms) for author in authors)
    )
    return dict(zip(authors, records, strict=True))


async def _decide(call: Call[Any, SiteQuery], event: Event, to: State) -> web.Response:
    """Decide on the version that the moderator has seen, or on none."""
    store, body = call.services.store, call.body
    while True:
        before = await store.comments.get(call.site.id, call.path("id"))
        if before.version != body.version:
            raise VersionConflict(current=moderator_view(before, call.language))
        after = lifecycle.decide(before, _entry(call, before, event, to))
        if await store.comments.commit(Step(before, after)):
            break
    author = author_key(after.site, after.author)
    if author is not None:
        await store.authors.decided(after.site, author, after)
    return reply(200, moderator_view(after, call.language))


def _entry(call: Call[Any, SiteQuery], before: Comment, event: Event, to: State) -> Entry:
    body: Decision = call.body
    text = _edited(call, getattr(body, "body", None), before)
    return Entry(
        event,
        to,
        by=call.caller.name,
        at=max(call.services.now_ms(), before.updated_at),
        key_id=call.caller.id,
        text=text,
        reason=getattr(body, "reason", None),
        message=getattr(body, "message", None),
        note=body.note,
    )


def _edited(call: Call[Any, SiteQuery], body: str | None, before: Comment) -> str | None:
    """The moderator's text, without what hides; None where it says what the comment says already."""
    if body is None:
        return None
    text, longest = visible(body), call.site.policy.length.max
    if len(text) > longest:
        raise InvalidRequest([("body", f"must have at most {longest} characters")])
    return None if text == before.body else text
