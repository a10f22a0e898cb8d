"""The newsroom's answer to a published comment."""

from aiohttp import web

from service.api.endpoints import MODERATOR, Call, Endpoints, reply
from service.api.idempotency import digest_of, key_of
from service.api.requests import Answer, SiteQuery
from service.api.views import moderator_view
from service.comments.ids import new_id
from service.comments.model import Author, Comment, Entry, Event, State
from service.comments.placement import below
from service.errors import InvalidTransition
from service.judging.text import visible
from service.store.steps import Step

endpoints = Endpoints("moderators")


@endpoints.add("POST", "/v1/comments/{id}/reply", MODERATOR, body=Answer, query=SiteQuery)
async def answer(call: Call[Answer, SiteQuery]) -> web.Response:
    """Answer a published comment in the newsroom's name, published at once"""
    comments, key = call.services.store.comments, key_of(call.request)
    asked = await comments.get(call.site.id, call.path("id"))
    made_id = new_id(asked.thread, call.services.now_ms(), call.services.chance(48))
    if key is not None:
        # The key names the answer before there is one: whoever repeats it makes it under the same id.
        digest = digest_of("reply", asked.id, call.body.body)
        made_id = await comments.name(asked.site, asked.thread, made_id, key, digest)
    earlier = None if key is None else await comments.find(asked.site, made_id)
    made = earlier or await _made(call, asked, made_id)
    return reply(201, moderator_view(made, call.language), Location=f"/v1/comments/{made.id}")


async def _made(call: Call[Answer, SiteQuery], asked: Comment, made_id: str) -> Comment:
    """The answer, stored under an id; or what another request has stored there meanwhile.

    Raises:
        InvalidTransition: what it answers is not published, or no longer.
    """
    store, site = call.services.store, call.site
    if asked.state is not State.PUBLISHED:
        raise InvalidTransition("Only a published comment can be answered.", state=asked.state.value)
    thread = await store.threads.get(site.id, asked.thread)
    place = below(asked, thread.policy.over(site.policy).replies.depth)
    now_ms, text = call.services.now_ms(), visible(call.body.body)
    made = Comment(
        site=site.id,
        id=made_id,
        thread=asked.thread,
        author=Author(site.name),
        log=(Entry(Event.REPLIED, State.PUBLISHED, call.caller.name, now_ms, call.caller.id, text=text),),
        parent_id=place.parent_id,
        path=place.path,
        newsroom=True,
    )
    stored = await store.comments.commit(Step(None, made, answers=asked.id))
    return made if stored else await store.comments.get(site.id, made_id)
