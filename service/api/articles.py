"""What a website says of an article: title, address, closed or open, stricter rules."""

from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from service.api.endpoints import WEBSITE, Call, Endpoints, reply
from service.api.fields import Empty, Request, Title, WebUrl
from service.api.reading import thread_of
from service.api.requests import SiteQuery
from service.api.views import View
from service.comments.thread_policy import ThreadPolicy
from service.store.directory import Site
from service.store.threads import Thread

endpoints = Endpoints("websites")


class Article(Request):
    """Omitted fields stay as they are; `null` takes one back to its default."""

    title: Annotated[Title | None, Empty, Field(description="Title of the article.")] = None
    url: Annotated[WebUrl | None, Empty, Field(description="Address of the article.")] = None
    open: Annotated[bool | None, Field(strict=True, description="Whether new comments are taken.")] = None
    policy: Annotated[
        dict[str, Any] | None, Field(description="Rules on top of the site's, each only stricter.")
    ] = None


@endpoints.add("PUT", "/v1/threads/{thread}", WEBSITE, body=Article, query=SiteQuery)
async def describe(call: Call[Article, SiteQuery]) -> web.Response:
    """Say what is known of an article: title, address, closed or open, stricter rules"""
    threads, name = call.services.store.threads, thread_of(call)
    while True:
        seen = await threads.get(call.site.id, name)
        said = _changed(seen, call.body, call.site)
        if await threads.describe(call.site.id, name, seen, said):
            return reply(200 if seen.revision else 201, _view(name, said))


def _changed(seen: Thread, article: Article, site: Site) -> Thread:
    named = article.model_fields_set
    policy = seen.policy
    if "policy" in named:
        policy = ThreadPolicy()
        if article.policy is not None:
            policy = seen.policy.patched(article.policy, site.policy, at="policy")
    return Thread(
        title=article.title if "title" in named else seen.title,
        url=article.url if "url" in named else seen.url,
        open=article.open is not False if "open" in named else seen.open,
        policy=policy,
        count=seen.count,
    )


def _view(name: str, thread: Thread) -> View:
    return {
        "thread": name,
        "title": thread.title,
        "url": thread.url,
        "open": thread.open,
        "policy": thread.policy.stored(),
        "count": thread.count,
    }
