"""What moderators decide, alone and in bulk; undo, and the history of a comment."""

import asyncio
import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from aiohttp import web

from service.api import problems
from service.api.endpoints import MODERATOR, Call, Endpoints, reply
from service.api.queue_items import claim_view
from service.api.requests import (
    Approval,
    BulkDecisions,
    Edit,
    Nothing,
    Rejection,
    Reopening,
    SiteQuery,
)
from service.api.services import Services
from service.api.views import View, history_view, moderator_view
from service.comments import lifecycle
from service.comments.model import Comment, Entry, Event, State
from service.comments.validation import validated
from service.errors import Claimed, InvalidRequest, InvalidTransition, Problem, VersionConflict
from service.judging.text import visible
from service.store.claims import Claim
from service.store.directory import Site
from service.store.steps import Step

endpoints = Endpoints("moderators")

Decision = Approval | Rejection | Edit | Reopening


class _Kind(NamedTuple):
    """How one kind of decision is read, and what it does."""

    model: type[Decision]
    event: Event
    to: State


KINDS: Mapping[str, _Kind] = {
    "approve": _Kind(Approval, Event.APPROVED, State.PUBLISHED),
    "reject": _Kind(Rejection, Event.REJECTED, State.REJECTED),
    "edit": _Kind(Edit, Event.EDITED, State.PENDING),
    "reopen": _Kind(Reopening, Event.REOPENED, State.PENDING),
}
"""By the name that the address and a bulk request have for it; an edit leaves the state as it is."""


def _ask(services: Services, site: Site, request: web.Request, _: SiteQuery) -> "asyncio.Future[Any] | None":
    return services.store.claims.ask(site.id, request.match_info["id"])


@endpoints.add("POST", "/v1/comments/{id}/approve", MODERATOR, body=Approval, query=SiteQuery, ahead=_ask)
async def approve(call: Call[Approval, SiteQuery]) -> web.Response:
    """Publish a pending comment, edited where `body` is given"""
    return await _alone(call, "approve")


@endpoints.add("POST", "/v1/comments/{id}/reject", MODERATOR, body=Rejection, query=SiteQuery, ahead=_ask)
async def reject(call: Call[Rejection, SiteQuery]) -> web.Response:
    """Refuse a pending comment, or take a published one down"""
    return await _alone(call, "reject")


@endpoints.add("POST", "/v1/comments/{id}/edit", MODERATOR, body=Edit, query=SiteQuery, ahead=_ask)
async def edit(call: Call[Edit, SiteQuery]) -> web.Response:
    """Make a new revision of a pending or published comment"""
    return await _alone(call, "edit")


@endpoints.add("POST", "/v1/comments/{id}/reopen", MODERATOR, body=Reopening, query=SiteQuery, ahead=_ask)
async def reopen(call: Call[Reopening, SiteQuery]) -> web.Response:
    """Bring a rejected comment back to the queue"""
    return await _alone(call, "reopen")


@endpoints.add("POST", "/v1/decisions", MODERATOR, body=BulkDecisions, query=SiteQuery)
async def decide_all(call: Call[BulkDecisions, SiteQuery]) -> web.Response:
    """Decide on up to 200 comments; one that fails stops none of the others"""
    results: dict[int, View] = {}

    async def decide(numbers: Iterable[int]) -> None:
        for number in numbers:
            results[number] = await _result(call, call.body.decisions[number])

    await asyncio.gather(*map(decide, _by_comment(call.body.decisions)))
    return reply(200, {"results": [results[number] for number in range(len(results))]})


@endpoints.add("POST", "/v1/comments/{id}/undo", MODERATOR, body=Nothing, query=SiteQuery)
async def undo(call: Call[Nothing, SiteQuery]) -> web.Response:
    """Take back one's own last decision, within 60 s"""
    store, caller = call.services.store, call.caller
    while True:
        before = await store.comments.get(call.site.id, call.path("id"))
        at = max(call.services.now_ms(), before.updated_at)
        after = lifecycle.undo(before, by=caller.name, key_id=caller.id, at=at)
        if await store.comments.commit(Step(before, after)):
            break
    return reply(200, moderator_view(after, call.language))


@endpoints.add("GET", "/v1/comments/{id}/history", MODERATOR, query=SiteQuery)
async def get_history(call: Call[Nothing, SiteQuery]) -> web.Response:
    """List every revision, verdict and decision of a comment, oldest first"""
    comment = await call.services.store.comments.get(call.site.id, call.path("id"))
    return reply(200, history_view(comment, call.language))


async def _alone(call: Call[Any, SiteQuery], kind: str) -> web.Response:
    after = await _decide(call, call.path("id"), call.body, KINDS[kind])
    return reply(200, moderator_view(after, call.language))


def _by_comment(decisions: Sequence[Any]) -> Iterable[Sequence[int]]:
    """Places of decisions, those on one comment together and in order: they alone wait for each other."""
    places: dict[str | None, list[int]] = {}
    for number, asked in enumerate(decisions):
        places.setdefault(_named(asked), []).append(number)
    return places.values()


def _named(asked: Any) -> str | None:
    named = asked.get("id") if isinstance(asked, dict) else None
    return named if isinstance(named, str) else None


async def _result(call: Call[BulkDecisions, SiteQuery], asked: Any) -> View:
    """One decision of many: what became of it, or why nothing did."""
    comment_id = _named(asked)
    try:
        kind, decision = _read(asked)
        after = await _decide(call, str(comment_id), decision, kind)
    except Problem as problem:
        return {"id": comment_id, "status": problem.status, "problem": problems.document(problem)}
    return {"id": comment_id, "status": 200, "comment": moderator_view(after, call.language)}


def _read(asked: Any) -> tuple[_Kind, Decision]:
    """One entry of a bulk request.

    Raises:
        InvalidRequest: it is malformed.
    """
    if not isinstance(asked, dict):
        raise InvalidRequest([("", "must be an object with id, action and version")])
    rest = dict(asked)
    comment_id, action = rest.pop("id", None), rest.pop("action", None)
    errors = [] if isinstance(comment_id, str) else [("id", "must be the id of a comment")]
    if not isinstance(action, str) or action not in KINDS:
        raise InvalidRequest([*errors, ("action", f"must be one of {', '.join(KINDS)}")])
    if errors:
        raise InvalidRequest(errors)
    kind = KINDS[action]
    return kind, validated(kind.model, rest, "")


async def _decide(call: Call[Any, SiteQuery], comment_id: str, decision: Decision, kind: _Kind) -> Comment:
    """Decide on the version that the moderator has seen, or on none.

    Raises:
        NotFound, VersionConflict, Claimed, InvalidTransition: nothing was changed.
    """
    store, begun, forced = call.services.store, call.begun, vars(decision).get("force", False)
    while True:
        before, claim = await store.claims.on(call.site.id, comment_id, begun)
        if before.version != decision.version:
            raise VersionConflict(current=moderator_view(before, call.language))
        if claim is not None and not forced:
            _refuse_if_anothers(call, before, claim)
        after = _decided(call, before, _entry(call, before, decision, kind))
        key_id = "" if forced else call.caller.id
        with contextlib.suppress(Claimed):  # claimed since we looked: look again, to say by whom
            if await store.comments.commit(Step(before, after, key_id=key_id)):
                return after
        begun = None


def _decided(call: Call[Any, SiteQuery], before: Comment, entry: Entry) -> Comment:
    try:
        return lifecycle.decide(before, entry)
    except InvalidTransition as refused:
        current = moderator_view(before, call.language)
        raise InvalidTransition(refused.detail, state=before.state.value, current=current) from None


def _refuse_if_anothers(call: Call[Any, SiteQuery], before: Comment, claim: Claim) -> None:
    if before.state is State.PENDING and claim.key_id != call.caller.id:
        current = moderator_view(before, call.language)
        raise Claimed(f"{claim.by} is working on this comment.", claim=claim_view(claim), current=current)


def _entry(call: Call[Any, SiteQuery], before: Comment, decision: Decision, kind: _Kind) -> Entry:
    said = vars(decision)  # what one kind has no field of is None
    return Entry(
        kind.event,
        kind.to,
        by=call.caller.name,
        at=max(call.services.now_ms(), before.updated_at),
        key_id=call.caller.id,
        text=_edited(call, said.get("body"), before),
        reason=said.get("reason"),
        message=said.get("message"),
        note=decision.note,
    )


def _edited(call: Call[Any, SiteQuery], body: str | None, before: Comment) -> str | None:
    """The moderator's text, without what hides; None where it says what the comment says already."""
    if body is None:
        return None
    text, longest = visible(body), call.site.policy.length.max
    if len(text) > longest:
        raise InvalidRequest([("body", f"must have at most {longest} characters")])
    return None if text == before.body else text
