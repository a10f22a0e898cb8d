"""What websites send: comments, revisions, erasures, what they know of an article, texts to check."""

import asyncio
import contextlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from aiohttp import hdrs, web

from service.api.endpoints import READER, WEBSITE, Call, Endpoints, reply
from service.api.erasure import erase_comment
from service.api.idempotency import digest_of, key_of
from service.api.requests import NewComment, Nothing, Revision, SiteQuery, TextToCheck
from service.api.views import verdict_view, website_view
from service.comments import lifecycle
from service.comments.arrival import Arrival
from service.comments.authors import author_key, network_of
from service.comments.ids import new_id
from service.comments.model import Author, Comment, State
from service.comments.placement import TOP, Place, below
from service.comments.policy import Policy
from service.comments.preview import preview
from service.errors import Claimed, InvalidParent, InvalidRequest, Unavailable
from service.judging.text import visible
from service.store.intake import Stale
from service.store.limits import LIMIT_HEADERS, Limit, headers_of
from service.store.steps import Step
from service.store.submissions import Submission

endpoints = Endpoints("websites")

ACCEPTED = 202
MAX_WAIT_S = 10.0
_WAIT = re.compile(r'(?:^|[,;\s])wait\s*=\s*"?(\d+)"?\s*(?:$|[,;])', re.ASCII | re.IGNORECASE)
_A_READER = "-"  # no moderator's key: any claim stops a revision
_NO_HEADERS: Mapping[str, str] = {}
_NONE: list[str] = []


@endpoints.add("POST", "/v1/comments", WEBSITE, body=NewComment, query=SiteQuery, confirms=True)
async def submit(call: Call[NewComment, SiteQuery]) -> web.Response:
    """Take a comment in

    `202` once it is durably queued; with `Prefer: wait=<seconds>` `201` as soon as it is judged.
    """
    body, key = call.body, await _idempotency_key(call)
    digest = _digest(body) if key else ""
    place, policy = TOP, call.site.policy
    if body.parent_id is not None:
        earlier, place, policy = await _answered(call, key, digest)
        if earlier is not None:
            return await _repeated(call, earlier)
    comment, wait_s = _arrival(call, place), _wait_s(call)
    submission = Submission(
        comment,
        answers=body.parent_id or "",
        length=len(comment.shown),
        shortest=policy.length.min,
        longest=policy.length.max,
        idempotency_key=key,
        digest=digest,
        title=body.thread_title or "",
        url=body.thread_url or "",
        waiter=call.services.answers.channel if wait_s else "",
    )
    limits = _limits(call, comment.author)
    if not wait_s:
        return (await _taken(call, comment, submission, limits))[0]
    with call.services.answers.expected(comment.id) as told:
        answered, new = await _taken(call, comment, submission, limits)
        return await _judged_or_not(call, comment.id, told, wait_s, answered) if new else answered


async def _taken(
    call: Call[NewComment, SiteQuery], comment: Arrival, submission: Submission, limits: Sequence[Limit]
) -> tuple[web.Response, bool]:
    """Store it, and answer that it is queued; or with the comment that it repeats: then it is not new."""
    stored, left = await call.services.store.intake.take(submission, limits, call.snapshot.epoch)
    if stored != comment.id:
        return await _repeated(call, stored), False
    return _answer(ACCEPTED, comment.id, comment.answer(), headers_of(left)), True


@endpoints.add("POST", "/v1/comments/{id}/revise", WEBSITE, body=Revision, query=SiteQuery)
async def revise(call: Call[Revision, SiteQuery]) -> web.Response:
    """Take the reader's better text, mostly the suggested one, under the same id"""
    store, wait_s = call.services.store, _wait_s(call)
    sender = (await store.comments.get(call.site.id, call.path("id"))).author
    await store.limits.check(call.site.id, _limits(call, sender))
    with call.services.answers.expected(call.path("id")) as told:
        while True:
            before = await store.comments.get(call.site.id, call.path("id"))
            await store.memory.refuse_if_full(before.thread)
            await _check_length(call, before.thread)
            await _refuse_if_claimed(call, before.id)
            at = max(call.services.now_ms(), before.updated_at)
            after = lifecycle.revise(before, call.body.body, by=call.caller.name, at=at)
            waiter = call.services.answers.channel if wait_s else ""
            if await store.comments.commit(Step(before, after, waiter=waiter, key_id=_A_READER)):
                break
        accepted = _standing(call, after)
        return await _judged_or_not(call, after.id, told, wait_s, accepted) if wait_s else accepted


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


async def _idempotency_key(call: Call[NewComment, SiteQuery]) -> str | None:
    try:
        return key_of(call.request)
    except InvalidRequest:
        await _confirm(call)
        raise


async def _confirm(call: Call[Any, Any]) -> None:
    """Raises: Stale: sites or keys are not those on whose word the call is made."""
    if await call.services.store.directory.current() is not call.snapshot:
        raise Stale


def _digest(body: NewComment) -> str:
    """Equal for equal requests, however they were written."""
    who = body.author
    said = [body.thread, body.body, body.parent_id, body.thread_title, body.thread_url]
    return digest_of(*said, who.name, who.id, who.email, who.ip, who.user_agent)


async def _answered(
    call: Call[NewComment, SiteQuery], key: str | None, digest: str
) -> tuple[str | None, Place, Policy]:
    """Of a reply: the id of the comment that it repeats, or None; where it goes; and the thread's policy."""
    confirmed, earlier, placed = await asyncio.gather(
        _confirm(call), _earlier(call, key, digest), _place(call), return_exceptions=True
    )
    for found in (confirmed, earlier):
        if isinstance(found, BaseException):
            raise found
    if isinstance(earlier, str):  # a repeat is recognised before its parent is looked at
        return earlier, TOP, call.site.policy
    if isinstance(placed, BaseException):
        raise placed
    return None, *placed


async def _earlier(call: Call[NewComment, SiteQuery], key: str | None, digest: str) -> str | None:
    if key is None:
        return None
    return await call.services.store.comments.repeated(call.site.id, call.body.thread, key, digest)


async def _place(call: Call[NewComment, SiteQuery]) -> tuple[Place, Policy]:
    """Where a reply goes, and the thread's policy."""
    store, site = call.services.store, call.site
    parent, thread = await asyncio.gather(
        store.comments.find(site.id, call.body.parent_id or ""), store.threads.get(site.id, call.body.thread)
    )
    if parent is None or parent.thread != call.body.thread or parent.state is not State.PUBLISHED:
        raise InvalidParent
    policy = thread.policy.over(site.policy)
    return below(parent, policy.replies.depth), policy


async def _repeated(call: Call[NewComment, SiteQuery], comment_id: str) -> web.Response:
    return _standing(call, await call.services.store.comments.get(call.site.id, comment_id))


def _standing(
    call: Call[Any, SiteQuery], comment: Comment, headers: Mapping[str, str] = _NO_HEADERS
) -> web.Response:
    status = ACCEPTED if comment.state is State.QUEUED else 201
    return _answer(status, comment.id, orjson.dumps(website_view(comment, call.language)), headers)


def _answer(status: int, comment_id: str, body: bytes, headers: Mapping[str, str]) -> web.Response:
    location = f"/v1/comments/{comment_id}"
    named = {hdrs.CONTENT_TYPE: "application/json", hdrs.LOCATION: location, **headers}
    return web.Response(status=status, body=body, headers=named)


def _arrival(call: Call[NewComment, SiteQuery], place: Place) -> Arrival:
    body, services = call.body, call.services
    now_ms, who = services.now_ms(), body.author
    return Arrival(
        call.site.id,
        new_id(body.thread, now_ms, services.chance(48)),
        body.thread,
        Author(who.name, who.id, who.email, who.ip, who.user_agent),
        body.body,
        visible(body.body),
        call.caller.name,
        now_ms,
        place.parent_id,
        place.path,
    )


def _limits(call: Call[Any, SiteQuery], sender: Author) -> list[Limit]:
    """Who is limited, the narrowest first; who is known by an address alone is limited as an address."""
    site, rates = call.site.id, call.site.policy.limits
    found = []
    if rates.author is not None and (sender.id or sender.email):
        found.append(Limit("author", f"author {author_key(site, sender)}", rates.author))
    if rates.address is not None and sender.ip:
        found.append(Limit("address", f"address {network_of(sender.ip)}", rates.address))
    if rates.site is not None:
        found.append(Limit("site", "site", rates.site))
    return found


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
    for line in call.request.headers.getall("Prefer", _NONE):
        if found := _WAIT.search(line):
            return min(float(found[1]), MAX_WAIT_S)
    return 0.0


async def _judged_or_not(
    call: Call[Any, SiteQuery], comment_id: str, told: asyncio.Event, wait_s: float, accepted: web.Response
) -> web.Response:
    """Answer what was queued when the verdict is there; when the time is up as it was `accepted`."""
    try:
        now = await _judged(call, comment_id, told, wait_s)
    except Unavailable:  # what was taken in is safe, and no reason to send it again
        return accepted
    told_of = {name: accepted.headers[name] for name in LIMIT_HEADERS if name in accepted.headers}
    applied = {} if now.state is State.QUEUED else {"Preference-Applied": "wait"}
    return _standing(call, now, {**told_of, **applied})


async def _judged(call: Call[Any, SiteQuery], comment_id: str, told: asyncio.Event, wait_s: float) -> Comment:
    """The comment once it is no longer queued, or as it is when the time is up; what is told may be of an
    earlier revision."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(wait_s):
            while await told.wait():
                told.clear()
                now = await call.services.store.comments.get(call.site.id, comment_id)
                if now.state is not State.QUEUED:
                    return now
    return await call.services.store.comments.get(call.site.id, comment_id)
