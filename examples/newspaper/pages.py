"""What the website does: shows articles, takes readers' comments in, and their better texts.

A form that succeeds is answered with a redirect, one that fails with the same page, the reader's text in its
place and what to do above it. The script on the page reads these same answers; there is no second way in.
"""

from __future__ import annotations

import logging
import re

from aiohttp import web

from examples.newspaper.articles import Article, articles
from examples.newspaper.client import ApiProblem, Json
from examples.newspaper.messages import explain
from examples.newspaper.session import Reader
from examples.newspaper.settings import Settings
from examples.newspaper.views import CODAU, DESK, SIGNER, Draft, Page, or_none, show, show_front

SETTINGS = web.AppKey("SETTINGS", Settings)

READERS_STATUS = frozenset({404, 409, 413, 422, 429, 503})
"""What the service may answer for a reader's doing or its own trouble; all else is this website's mistake."""
FORM_KEY = re.compile(r"[A-Za-z0-9_-]{20,64}")

LOG = logging.getLogger(__name__)
routes = web.RouteTableDef()


def article_of(request: web.Request) -> Article:
    """The article that the address names.

    Raises:
        web.HTTPNotFound: there is none.
    """
    article = articles().get(f"{request.match_info['category']}/{request.match_info['number']}")
    if article is None:
        raise web.HTTPNotFound
    return article


async def read_form(request: web.Request) -> dict[str, str]:
    """Read the fields of a form of ours as text: browsers name the page's origin in every POST.

    Raises:
        web.HTTPForbidden: it comes from another website's page.
        web.HTTPUnsupportedMediaType: it is not a form.
        web.HTTPBadRequest: it is not in UTF-8.
    """
    _, _, host = request.headers.get("Origin", "").partition("://")
    if not host or host != request.host:
        raise web.HTTPForbidden(text="403: this form came from another website\n")
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType
    try:
        return {name: str(value) for name, value in (await request.post()).items()}
    except (ValueError, LookupError):
        raise web.HTTPBadRequest(text="400: this form is not in UTF-8\n") from None


def author_of(request: web.Request, name: str) -> Json:
    """Who writes: what the reader says, and what the connection says (for moderators alone)."""
    author = {"name": name, "ip": request.remote, "user_agent": request.headers.get("User-Agent", "")[:512]}
    return {field: value for field, value in author.items() if value}


def back_to(request: web.Request, article: Article, reader: Reader) -> web.Response:
    """Send the browser to the article, where the reader's own comments stand."""
    response = web.Response(status=303, headers={"Location": f"{article.path}#cua-ban"})
    request.app[SIGNER].write(response, reader, secure=request.secure)
    return response


async def show_refusal(
    request: web.Request, article: Article, page: Page, problem: ApiProblem
) -> web.Response:
    """Show the page again with all that stood in its forms, and why it was not taken."""
    page.notice = explain(problem)
    if problem.status in READERS_STATUS:
        return await show(request, article, page, status=problem.status)
    LOG.error("%s: is NEWSPAPER_CODAU_KEY a key with the role website?", problem)
    return await show(request, article, page, status=502)


@routes.get("/")
async def front(request: web.Request) -> web.Response:
    """Show all articles, with how many comments each has."""
    return await show_front(request)


@routes.get("/so-binh-luan")
async def count(request: web.Request) -> web.Response:
    """Tell the script how many comments each article has; of none while the service is away."""
    counts = await or_none(request.app[DESK].counts())
    return web.json_response(counts or {}, headers={"Cache-Control": "no-cache"})


@routes.get(r"/{category:[a-z-]+}/{number:\d+}")
async def read_article(request: web.Request) -> web.Response:
    """Show an article; ``?tra-loi=<id>`` opens the form as an answer to that comment."""
    article = article_of(request)
    name = request.app[SIGNER].read(request).name
    return await show(request, article, Page(Draft(name=name, parent=request.query.get("tra-loi", ""))))


@routes.post(r"/{category:[a-z-]+}/{number:\d+}")
async def take_form(request: web.Request) -> web.Response:
    """Take in a reader's comment, or the better text of one (the form then names it in ``comment``)."""
    article, form = article_of(request), await read_form(request)
    reader = request.app[SIGNER].read(request)
    if "comment" in form:
        return await take_revision(request, article, reader, form)
    return await take_comment(request, article, reader, form)


async def take_comment(
    request: web.Request, article: Article, reader: Reader, form: dict[str, str]
) -> web.Response:
    """Send a reader's comment to the service, and remember that this browser sent it."""
    draft = Draft(name=form.get("name", ""), body=form.get("body", ""), parent=form.get("parent", ""))
    if FORM_KEY.fullmatch(form.get("key", "")):
        draft.key = form["key"]
    comment = {
        "thread": article.thread,
        "body": draft.body,
        "parent_id": draft.parent or None,
        "author": author_of(request, draft.name),
        "thread_title": article.title,
        "thread_url": request.app[SETTINGS].origin + article.path,
    }
    try:
        taken = await request.app[CODAU].submit(comment, key=draft.key)
    except ApiProblem as problem:
        if problem.code == "idempotency_conflict":
            draft.key = Draft().key
        if problem.code == "invalid_parent":
            draft.parent = ""
        return await show_refusal(request, article, Page(draft), problem)
    request.app[DESK].note(taken)
    reader.remember(draft.name, article.thread, taken["id"])
    return back_to(request, article, reader)


async def take_revision(
    request: web.Request, article: Article, reader: Reader, form: dict[str, str]
) -> web.Response:
    """Send the better text of a comment that this browser sent; of any other, nothing is found."""
    comment_id, body = form["comment"], form.get("body", "")
    page = Page(Draft(name=reader.name), revised={comment_id: body})
    if comment_id not in reader.sent_to(article.thread):
        return await show_refusal(request, article, page, ApiProblem("not_found", 404))
    try:
        request.app[DESK].note(await request.app[CODAU].revise(comment_id, body))
    except ApiProblem as problem:
        return await show_refusal(request, article, page, problem)
    return back_to(request, article, reader)
