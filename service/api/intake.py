"""What websites send: comments, revisions, erasures, what they know of an article, texts to check."""

import asyncio
import contextlib
import re
from hashlib import blake2b
from typing import Any

from aiohttp import web

from service.api.erasure import erase_comment
from service.api.requests import NewComment, Nothing, Revision, SiteQuery, TextToCheck
from service.api.routing import READER, WEBSITE, Call, Endpoints, reply
from service.api.views import verdict_view, website_view
from service.comments import lifecycle
from service.comments.authors import address_key, author_key
from service.comments.ids import new_id
from service.comments.model import Author, Comment, Entry, Event, State
from service.comments.placement import TOP, Place, below
from service.comments.policy import Policy
from service.comments.preview import preview
from service.comments.rates import Rate
from service.errors import Claimed, InvalidParent, InvalidRequest, Unavailable
from service.judging.text import visible
from service.store.comments import Step, Submission

endpoints = Endpoints("websites")

MAX_WAIT_S = 10.0
_WAIT = re.compile(r'(?:^|[,;\s])wait\s*=\s*"?(\d+)"?\s*(?:$|[,;])', re.ASCII | re.IGNORECASE)
_A_READER = "-"  # no moderator's key: any claim stops a revision
_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


@endpoints.add("POST", "/v1/comments", WEBSITE, body=NewComment, query=SiteQuery)
async def submit(call: Call[NewComment, SiteQuery]) -> web.Response:
    """Take a comment in

    `202` once it is durably queued; with `Prefer: wait=<seconds>` `201` as soon as it is judged.
    """
    store, site, body = call.services.store, call.site, call.body
    key, digest = _idempotency_key(call), _digest(body)
    if key is not None:
        earlier = await store.comments.repeated(site.id, body.thread, key, digest)
        if earlier is not None:
            return await _repeated(call, earlier)
    place, policy = await _place(call)
    comment = _comment(call, place)
    await _check_limits(call, comment.author, f"{key} {digest}" if key else "")
    wait_s = _wait_s(call)
    with call.services.answers.expected(comment.id) as told:
        stored = await store.comments.submit(
            Submission(
                comment,
                answers=body.parent_id or "",
                length=len(visible(body.body)),
                shortest=policy.length.min,
                longest=policy.length.max,
                idempotency_key=key,
                digest=digest if key else "",
                title=body.thread_title or "",
                url=body.thread_url or "",
                waiter=call.services.answers.channel if wait_s else "",
            )
        )
        if stored != comment.id:
            return await _repeated(call, stored)
        return await _accepted(call, comment, told, wait_s)


@endpoints.add("POST", "/v1/comments/{id}/revise", WEBSITE, body=Revision, query=SiteQuery)
async def revise(call: Call[Revision, SiteQuery]) -> web.Response:
    """Take the reader's better text, mostly the suggested one, under the same id"""
    store, wait_s = call.services.store, _wait_s(call)
    sender = (await store.comments.get(call.site.id, call.path("id"))).author
    await _check_limits(call, sender)
    with call.services.answers.expected(call.path("id")) as told:
        while True:
            before = await store.comments.get(call.site.id, call.path("id"))
            await _check_length(call, before.thread)
            await _refuse_if_claimed(call, before.id)
            at = max(call.services.now_ms(), before.updated_at)
            after = lifecycle.revise(before, call.body.body, by=call.caller.name, at=at)
            waiter = call.services.answers.channel if wait_s else ""
            if await store.comments.commit(Step(before, after, waiter=waiter, key_id=_A_READER)):
                break
        return await _accepted(call, after, told, wait_s)


@endpoints.add("DELETE", "/v1/comments/{id}", WEBSITE, query=SiteQuery)
async def erase(call: Call[Nothing, SiteQuery]) -> web.Response:
    """Erase a comment: text, name and personal data are gone for good, a tombstone stays"""
    await erase_comment(call.services, call.site.id, call.path("id"), by=call.caller.name)
    return web.Response(status=204)


@endpoints.add("POST", "/v1/check", READER, body=TextToCheck, query=SiteQuery)
async def check(call: Call[TextToCheck, SiteQuery]) -> web.Response:
    """Say what would become of a text; nothing is kept"""
    policy = await _policy(call, call.body.thread)
    _length_or_refuse(call.body.body, policy)
    verdict = await asyncio.to_thread(preview, call.body.body, policy)  # a suggestion takes milliseconds
    return reply(200, verdict_view(verdict, call.language))


async def _policy(call: Call[TextToCheck, SiteQuery], thread: str | None) -> Policy:
    if thread is None:
        return call.site.policy
    return (await call.services.store.threads.get(call.site.id, thread)).policy.over(call.site.policy)


def _idempotency_key(call: Call[NewComment, SiteQuery]) -> str | None:
    keys = call.request.headers.getall("Idempotency-Key", [])
    if len(keys) > 1 or not all(_VISIBLE.fullmatch(key) for key in keys):
        raise InvalidRequest([("Idempotency-Key", "must be 1 to 255 visible ASCII characters, given once")])
    return keys[0] if keys else None


def _digest(body: NewComment) -> str:
    """Equal for equal requests, however they were written; 16 bytes."""
    return blake2b(body.model_dump_json().encode(), digest_size=16).hexdigest()


async def _repeated(call: Call[NewComment, SiteQuery], comment_id: str) -> web.Response:
    return _standing(call, await call.services.store.comments.get(call.site.id, comment_id))


def _standing(call: Call[Any, SiteQuery], comment: Comment, **headers: str) -> web.Response:
    status = 202 if comment.state is State.QUEUED else 201
    location = f"/v1/comments/{comment.id}"
    return reply(status, website_view(comment, call.language), Location=location, **headers)


async def _place(call: Call[NewComment, SiteQuery]) -> tuple[Place, Policy]:
    """Where the comment goes; the policy is the site's, and for a reply the thread's."""
    parent_id, policy = call.body.parent_id, call.site.policy
    if parent_id is None:
        return TOP, policy
    store = call.services.store
    parent = await store.comments.find(call.site.id, parent_id)
    if parent is None or parent.thread != call.body.thread or parent.state is not State.PUBLISHED:
        raise InvalidParent
    thread = await store.threads.get(call.site.id, call.body.thread)
    policy = thread.policy.over(policy)
    return below(parent, policy.replies.depth), policy


def _comment(call: Call[NewComment, SiteQuery], place: Place) -> Comment:
    body, services = call.body, call.services
    now_ms = services.now_ms()
    who = body.author
    return Comment(
        site=call.site.id,
        id=new_id(body.thread, now_ms, services.chance(48)),
        thread=body.thread,
        author=Author(who.name, who.id, who.email, who.ip, who.user_agent),
        log=(Entry(Event.SUBMITTED, State.QUEUED, call.caller.name, now_ms, text=body.body),),
        parent_id=place.parent_id,
        path=place.path,
    )


async def _check_limits(call: Call[Any, SiteQuery], sender: Author, request: str = "") -> None:
    """Refuse what comes too fast; who is known by an address alone is limited as an address."""
    site, rates = call.site.id, call.site.policy.limits
    author, address = author_key(site, sender), address_key(site, sender)
    limited: list[tuple[str | None, Rate | None]] = [
        (f"author {author}" if author and author != address else None, rates.author),
        (f"address {address}" if address else None, rates.address),
        ("site", rates.site),
    ]
    counted = [(who, rate) for who, rate in limited if who is not None and rate is not None]
    await call.services.store.limits.check(site, counted, request=request)


async def _check_length(call: Call[Revision, SiteQuery], thread: str) -> None:
    settings = await call.services.store.threads.get(call.site.id, thread)
    _length_or_refuse(call.body.body, settings.policy.over(call.site.policy))


def _length_or_refuse(body: str, policy: Policy) -> None:
    length, low, high = len(visible(body)), policy.length.min, policy.length.max
    if not low <= length <= high:
        raise InvalidRequest([("body", f"must have {low} to {high} characters")])


async def _refuse_if_claimed(call: Call[Revision, SiteQuery], comment_id: str) -> None:
    claim = (await call.services.store.claims.of(call.site.id, [comment_id])).get(comment_id)
    if claim is not None:
        raise Claimed("A moderator is working on this comment; try again later.")


def _wait_s(call: Call[Any, SiteQuery]) -> float:
    """How long the caller would wait (RFC 7240, `wait`); 0 without the preference."""
    for line in call.request.headers.getall("Prefer", ()):
        if found := _WAIT.search(line):
            return min(float(found[1]), MAX_WAIT_S)
    return 0.0


async def _accepted(
    call: Call[Any, SiteQuery], comment: Comment, told: asyncio.Event, wait_s: float
) -> web.Response:
    """Answer what was queued: at once, or when the verdict is there."""
    if not wait_s:
        return _standing(call, comment)
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await _judged(call, comment, told)
        now = await call.services.store.comments.get(comment.site, comment.id)
    except Unavailable:  # what was taken in is safe, and no reason to send it again
        return _standing(call, comment)
    applied = {} if now.state is State.QUEUED else {"Preference_Applied": "wait"}
    return _standing(call, now, **applied)


async def _judged(call: Call[Any, SiteQuery], comment: Comment, told: asyncio.Event) -> None:
    """Wait until the comment is no longer queued; what is told may be of an earlier revision."""
    while True:
        await told.wait()
        told.clear()
        now = await call.services.store.comments.get(comment.site, comment.id)
        if now.state is not State.QUEUED:
            return
