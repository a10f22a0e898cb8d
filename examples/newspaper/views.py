"""How the front page is shown, and an article: with its comments, the reader's own ones, and the form."""

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
from examples.newspaper.desk import SORTS, Desk, Thread
from examples.newspaper.session import Signer
from examples.newspaper.status import status_of

CODAU = web.AppKey("CODAU", CodauClient)
DESK = web.AppKey("DESK", Desk)
SIGNER = web.AppKey("SIGNER", Signer)
TEMPLATES = web.AppKey("TEMPLATES", jinja2.Environment)
HEADERS = {"Cache-Control": "private, no-cache"}

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


async def ask(
    desk: Desk, article: Article, *, sort: str, cursor: str | None, own: list[str]
) -> tuple[Thread | None, dict[str, int] | None, list[Json]]:
    """Ask the desk at once for the thread, the counts of all articles, and the reader's own comments."""
    thread, counts, found = await asyncio.gather(
        or_none(desk.thread(article, sort, cursor)),
        or_none(desk.counts()),
        asyncio.gather(*(or_none(desk.comment(comment_id)) for comment_id in own)),
    )
    return thread, counts, [comment for comment in found if comment and comment["state"] != "erased"]


async def show(request: web.Request, article: Article, page: Page, *, status: int = 200) -> web.Response:
    """Render an article with its comments as they stand."""
    sort, cursor = request.query.get("sap-xep", "moi"), request.query.get("trang")
    sort = sort if sort in SORTS else "moi"
    sent = request.app[SIGNER].read(request).sent_to(article.thread)
    thread, counts, own = await ask(request.app[DESK], article, sort=sort, cursor=cursor, own=sent)
    text = (
        request.app[TEMPLATES]
        .get_template("article.html")
        .render(
            article=article,
            articles=articles().values(),
            counts=counts or {},
            thread=thread,
            own=[(comment, status_of(comment)) for comment in own],
            page=page,
            stray=page.revised.keys() - {comment["id"] for comment in own if status_of(comment).may_revise},
            answered=thread and find_comment(thread.document["comments"], page.draft.parent),
        )
    )
    return web.Response(text=text, content_type="text/html", status=status, headers=HEADERS)


async def show_front(request: web.Request) -> web.Response:
    """Render the front page."""
    counts = await or_none(request.app[DESK].counts())
    template = request.app[TEMPLATES].get_template("front.html")
    text = template.render(articles=articles().values(), counts=counts or {})
    return web.Response(text=text, content_type="text/html", headers=HEADERS)


def not_found(request: web.Request) -> web.Response:
    """Answer for an address that nothing stands at."""
    text = request.app[TEMPLATES].get_template("not_found.html").render(articles=articles().values())
    return web.Response(text=text, content_type="text/html", status=404)
