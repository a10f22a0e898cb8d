"""A comment of the queue with everything needed to decide on it: parent, article, author's record, claim."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.api.endpoints import Call
from service.api.views import View, moderator_view, rfc3339
from service.comments.authors import author_key
from service.comments.model import Comment
from service.store.authors import Record
from service.store.claims import Claim
from service.store.threads import Thread


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What is shown beside the comments of one page, by the id or name that each goes by."""

    parents: Mapping[str, Comment]
    threads: Mapping[str, Thread]
    records: Mapping[str, Record]
    claims: Mapping[str, Claim]


async def items(call: Call[Any, Any], comments: Sequence[Comment]) -> list[View]:
    """The comments as items of the queue, in their order."""
    store, site = call.services.store, call.site.id
    parents, threads, records, claims = await asyncio.gather(
        _parents(call, comments),
        store.threads.many(site, [comment.thread for comment in comments]),
        _records(call, comments),
        store.claims.of(site, [comment.id for comment in comments]),
    )
    around = _Surroundings(parents, threads, records, claims)
    return [_item(call, comment, around) for comment in comments]


def _item(call: Call[Any, Any], comment: Comment, around: _Surroundings) -> View:
    view = moderator_view(comment, call.language)
    parent = around.parents.get(comment.parent_id or "")
    thread = around.threads[comment.thread]
    record = around.records.get(view["author"]["key"], Record())
    view["author"]["record"] = {
        "published": record.published,
        "rejected": record.rejected,
        "standing": record.standing,
    }
    return view | {
        "parent": moderator_view(parent, call.language) if parent else None,
        "thread_title": thread.title,
        "thread_url": thread.url,
        "cluster": comment.cluster,
        "risk": comment.now.risk,
        "claim": claim_view(around.claims.get(comment.id)),
    }


def claim_view(claim: Claim | None) -> View | None:
    """Who works on a comment, and until when."""
    return None if claim is None else {"by": claim.by, "until": rfc3339(claim.until_ms)}


async def _parents(call: Call[Any, Any], comments: Sequence[Comment]) -> dict[str, Comment]:
    wanted = sorted({comment.parent_id for comment in comments if comment.parent_id})
    found = await call.services.store.comments.many(call.site.id, wanted)
    return {parent.id: parent for parent in found if parent is not None}


async def _records(call: Call[Any, Any], comments: Sequence[Comment]) -> dict[str, Record]:
    keys = [author_key(comment.site, comment.author) for comment in comments]
    authors = sorted({key for key in keys if key is not None})
    now_ms = call.services.now_ms()
    return await call.services.store.authors.records(call.site.id, authors, now_ms=now_ms)
