"""A thread's page as it is sent: built from its comments, kept until the thread's version moves.

One small read tells whether a kept page is still right, so what was taken down is gone from the next answer
on.
"""

import asyncio
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import orjson

from service.api.markup import html_of
from service.api.page_cache import Page
from service.api.requests import ThreadQuery
from service.api.services import Services
from service.api.views import rfc3339
from service.comments.model import Comment, State
from service.store.directory import Site
from service.store.ordered import Cursor, Order
from service.store.threads import Branches

_ON_THE_LOOP = 20_000  # characters that are written in a few milliseconds; with more, others have their turn


async def rendered(services: Services, site: Site, thread: str, query: ThreadQuery) -> Page:
    """The page as it is at this moment."""
    name = (site.id, site.name, thread, query.sort, query.limit, query.cursor)
    version = await services.store.threads.version(site.id, thread)

    async def render() -> Page:
        body = await _body(services, site, thread, query)
        return Page(version, _etag(name, body), body)

    return await services.pages.of_version(name, version, render)


def _etag(name: Sequence[object], body: bytes) -> str:
    """Different for every sort and page, even where they show the same."""
    return f'"{blake2b(repr(name).encode() + body, digest_size=12).hexdigest()}"'


async def _body(services: Services, site: Site, thread: str, query: ThreadQuery) -> bytes:
    store = services.store
    after = Cursor.parsed(query.cursor) if query.cursor is not None else None
    branches = await store.threads.branches(site.id, thread, Order(query.sort), query.limit, after)
    count = (await store.threads.counts(site.id, [thread]))[thread]
    comments = await _comments(services, site, branches)

    def written() -> bytes:
        return orjson.dumps(
            {
                "thread": thread,
                "count": count,
                "next_cursor": str(branches.next) if branches.next else None,
                "comments": tree(branches, comments, site.name),
            }
        )

    size = sum(len(comment.now.text) for comment in comments.values())
    return await asyncio.to_thread(written) if size > _ON_THE_LOOP else written()


async def _comments(services: Services, site: Site, branches: Branches) -> Mapping[str, Comment]:
    """All that a page shows, tombstones between a reply and the top included."""
    ids = [*branches.tops, *(reply for replies in branches.below.values() for reply in replies)]
    found = {c.id: c for c in await services.store.comments.many(site.id, ids) if c is not None}
    between = {ancestor for comment in found.values() for ancestor in comment.path} - found.keys()
    for comment in await services.store.comments.many(site.id, sorted(between)):
        if comment is not None:
            found[comment.id] = comment
    return found


def tree(branches: Branches, comments: Mapping[str, Comment], newsroom: str) -> list[dict[str, Any]]:
    """Nest a page's comments.

    Args:
        comments: by id, everything the branches name and what stands between.
        newsroom: the name under which the newsroom answers.
    """
    children: dict[str, set[str]] = {}
    for replies in branches.below.values():
        for comment in (comments[reply] for reply in replies if reply in comments):
            for parent, child in zip(comment.path, (*comment.path[1:], comment.id), strict=True):
                children.setdefault(parent, set()).add(child)

    def node(comment_id: str) -> dict[str, Any]:
        below = sorted(
            (comments[child] for child in children.get(comment_id, ()) if child in comments), key=_place
        )
        return _node(comments[comment_id], newsroom) | {"replies": [node(child.id) for child in below]}

    return [node(top) for top in branches.tops if top in comments]


def _place(comment: Comment) -> tuple[int, str]:
    return (comment.now.placed_at or comment.created_at, comment.id)


def _node(comment: Comment, newsroom: str) -> dict[str, Any]:
    shown = comment.state is State.PUBLISHED
    name = newsroom if comment.newsroom else comment.author.name
    return {
        "id": comment.id,
        "author": {"name": name} if shown else None,
        "newsroom": comment.newsroom,
        "body": comment.body if shown else None,
        "html": html_of(comment.body or "") if shown else None,
        "edited": shown and comment.now.edited,
        "published_at": rfc3339(comment.now.published_at),
        "parent_id": comment.parent_id,
    }
