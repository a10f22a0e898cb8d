"""A policy tried on past comments before it is used."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from service.api.endpoints import ADMIN, Call, Endpoints, reply
from service.api.fields import Request
from service.api.views import View, findings_view
from service.comments.model import Comment
from service.comments.policy import Policy
from service.comments.reasons import Language
from service.comments.replay import Replayed, replayed

endpoints = Endpoints("admins")

_CHUNK = 50  # comments judged before other requests have their turn


class PolicyTrial(Request):
    """A change of the policy, and on how many comments to try it."""

    policy: Annotated[
        dict[str, Any],
        Field(
            description="The change, as `PATCH` takes it; the rest of the site's policy stays.",
            examples=[{"actions": {"link": "reject"}}],
        ),
    ]
    limit: Annotated[int, Field(strict=True, ge=1, le=1_000, description="The latest comments.")] = 100


@endpoints.add("POST", "/v1/sites/{site}/policy/replay", ADMIN, body=PolicyTrial, concerns_site=False)
async def replay(call: Call[PolicyTrial, Request]) -> web.Response:
    """Show what a changed policy would have made of the latest comments; nothing is changed"""
    store, site = call.services.store, call.snapshot.site(call.path("site"))
    policy = site.policy.patched(call.body.policy, at="policy")
    ids = await store.lists.latest(site.id, call.body.limit)
    comments = [one for one in await store.comments.many(site.id, ids) if one is not None]
    found: list[Replayed] = []
    for start in range(0, len(comments), _CHUNK):
        found += await asyncio.to_thread(_judged, comments[start : start + _CHUNK], policy)
    return reply(200, {"summary": _summary(found), "items": [_item(one, call.language) for one in found]})


def _judged(comments: Sequence[Comment], policy: Policy) -> list[Replayed]:
    return [again for comment in comments if (again := replayed(comment, policy)) is not None]


def _summary(found: Sequence[Replayed]) -> View:
    return {
        "total": len(found),
        "changed": sum(one.was != one.would.state for one in found),
        "was": Counter(str(one.was) for one in found),
        "would": Counter(str(one.would.state) for one in found),
    }


def _item(one: Replayed, language: Language) -> View:
    return {
        "id": one.comment.id,
        "was": one.was,
        "would": one.would.state,
        "findings": findings_view(one.would.findings, language),
    }
