"""How an article is shown: with its comments, the reader's own ones, and the form as it was left."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import jinja2
from aiohttp import web

from examples.newspaper.articles import Article, articles
from examples.newspaper.client import ApiProblem, CodauClient, Json
from examples.newspaper.dates import long_date, short_date
from examples.newspaper.session import Signer

CODAU = web.AppKey("CODAU", CodauClient)
SIGNER = web.AppKey("SIGNER", Signer)
TEMPLATES = web.AppKey("TEMPLATES", jinja2.Environment)

PAGE_SIZE = 10
"""Comments at the top of the tree before the reader asks for more."""
SORTS = {"moi": "newest", "cu": "oldest"}

T = TypeVar("T")


@dataclass
class Draft:
    """What stands in the comment form. `key` is its Idempotency-Key: two clicks make one comment."""

    name: str = ""
    body: str = ""
    parent: str = ""
    key: str = field(default_factory=lambda: secrets.token_urlsafe(18))


@dataclass
class Page:
    """What a request asks to see beside the article: filled forms, and what to tell the reader."""

    draft: Draft
    notice: str | None = None
    revised: dict[str, str] = field(default_factory=dict)
    """Texts that a reader tried to send, by comment id, to stand in the comment's own form again."""


def load_templates(folder: Path) -> jinja2.Environment:
    """Prepare the templates; everything put into them is escaped unless they say otherwise."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(long_date=long_date, short_date=short_date)
    return environment


async def or_none(call: Awaitable[T]) -> T | None:
    """Await a call to the service; None where it refuses or does not answer: the article is shown anyway."""
    try:
        return await call
    except ApiProblem:
        return None


def find_comment(comments: list[Json], comment_id: str) -> Json | None:
    """Find a published comment in a tree by its id."""
    for comment in comments:
        if comment["id"] == comment_id and comment["author"]:
            return comment
        if found := find_comment(comment["replies"], comment_id):
            return found
    return None


def may_revise(comment: Json) -> bool:
    """Whether the text is still its reader's to change: it waits, or a check (no person) refused it."""
    if comment["state"] != "rejected":
        return comment["state"] in {"queued", "pending"} and not comment["edited"]
    refused_by = {finding["code"] for finding in comment["findings"] if finding["action"] == "reject"}
    return comment["reason"] in refused_by


async def ask(
    codau: CodauClient, article: Article, *, sort: str, cursor: str | None, own: list[str]
) -> tuple[Json | None, dict[str, int] | None, list[Json]]:
    """Ask the service at once for the thread, the counts of all articles, and the reader's own comments."""
    thread, counts, *found = await asyncio.gather(
        or_none(codau.thread(article.thread, sort=SORTS[sort], limit=PAGE_SIZE, cursor=cursor)),
        or_none(codau.counts(list(articles()))),
        *(or_none(codau.comment(comment_id)) for comment_id in own),
    )
    return thread, counts, [comment for comment in found if comment and comment["state"] != "erased"]


async def show(request: web.Request, article: Article, page: Page, *, status: int = 200) -> web.Response:
    """Render an article with its comments as they stand."""
    sort, cursor = request.query.get("sap-xep", "moi"), request.query.get("trang")
    sort = sort if sort in SORTS else "moi"
    sent = request.app[SIGNER].read(request).sent_to(article.thread)
    thread, counts, own = await ask(request.app[CODAU], article, sort=sort, cursor=cursor, own=sent)
    text = (
        request.app[TEMPLATES]
        .get_template("article.html")
        .render(
            article=article,
            articles=articles().values(),
            counts=counts or {},
            thread=thread,
            sort=sort,
            cursor=cursor,
            own=own,
            may_revise=may_revise,
            page=page,
            stray=page.revised.keys() - {comment["id"] for comment in own if may_revise(comment)},
            answered=thread and find_comment(thread["comments"], page.draft.parent),
        )
    )
    headers = {"Cache-Control": "private, no-cache"}
    return web.Response(text=text, content_type="text/html", status=status, headers=headers)


def not_found(request: web.Request) -> web.Response:
    """Answer for an address that nothing stands at."""
    text = request.app[TEMPLATES].get_template("not_found.html").render(articles=articles().values())
    return web.Response(text=text, content_type="text/html", status=404)
