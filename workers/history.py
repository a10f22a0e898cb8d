"""What the checks must know beside the text: the author's standing, his pace, and texts like this one."""

import asyncio
from dataclasses import dataclass

from service.comments.authors import Standing, address_key, author_key
from service.comments.model import Comment, State
from service.comments.policy import Policy
from service.judging.fingerprint import similarity
from service.judging.model import Context
from service.judging.text import visible
from service.store.store import Store

_COUNTS = (State.QUEUED, State.PENDING, State.PUBLISHED)
ALIKE = 0.85
"""Similarity from which on two texts are nearly the same; measured on tests/cases/duplicate.tsv."""


@dataclass(frozen=True, slots=True)
class Background:
    """What is known of one comment before it is judged."""

    context: Context
    trusted: bool


async def background_of(store: Store, comment: Comment, policy: Policy) -> Background:
    """Look up what bears on one comment, and enter it for those that come after."""
    standing, flooding, duplicate = await asyncio.gather(
        _standing(store, comment), _flooding(store, comment, policy), _duplicate(store, comment, policy)
    )
    context = Context(
        author_banned=Standing.BANNED in standing,
        duplicate=duplicate[0],
        repeats_itself=duplicate[1],
        flooding=flooding,
    )
    return Background(context, trusted=Standing.TRUSTED in standing)


def _keys(comment: Comment) -> list[str]:
    """The author's key and the address's, where they are known: a ban may name either."""
    both = (author_key(comment.site, comment.author), address_key(comment.site, comment.author))
    return list(dict.fromkeys(key for key in both if key is not None))


async def _standing(store: Store, comment: Comment) -> list[Standing]:
    now_ms = comment.updated_at
    author = author_key(comment.site, comment.author)
    if author is not None:
        await store.authors.wrote(comment.site, author, comment)
    found = await asyncio.gather(
        *(store.authors.standing(comment.site, key, now_ms=now_ms) for key in _keys(comment))
    )
    return list(found)


async def _flooding(store: Store, comment: Comment, policy: Policy) -> bool:
    site, author, address = comment.site, author_key(comment.site, comment.author), None
    address = address_key(site, comment.author)
    watched = []
    if author is not None and author != address and policy.flood.author is not None:
        watched.append(store.authors.flooding(site, author, comment, policy.flood.author))
    if address is not None and policy.flood.address is not None:
        watched.append(store.authors.flooding(site, address, comment, policy.flood.address))
    return any(await asyncio.gather(*watched))


async def _duplicate(store: Store, comment: Comment, policy: Policy) -> tuple[float | None, bool]:
    """How like the nearest earlier text is, and whether the author's own, identical, stands in the thread.

    Of two that come at the same moment the one that enters the index later sees the other. What was entered
    already (a worker died before its verdict) goes by the time at which the texts were written.
    """
    window_ms = policy.duplicate.window_hours * 3_600_000
    candidates = await store.likeness.enter(comment, window_ms=window_ms)
    nearest, own = None, False
    for other in await store.comments.many(comment.site, candidates.ids):
        if other is None or other.state not in _COUNTS:
            continue
        earlier = _came_before(other, comment)
        alike = similarity(comment.now.submitted, other.now.submitted)
        if alike >= ALIKE and (candidates.entered or earlier):
            nearest = max(nearest or 0.0, alike)
            own = own or (earlier and _is_repeat(comment, other))
    return nearest, own


def _came_before(other: Comment, comment: Comment) -> bool:
    return (other.now.submitted_at, other.id) < (comment.now.submitted_at, comment.id)


def _is_repeat(one: Comment, other: Comment) -> bool:
    """The same words by the same author in the same thread; case and blanks aside, but not numbers."""
    author = author_key(one.site, one.author)
    return (
        author is not None
        and author == author_key(other.site, other.author)
        and one.thread == other.thread
        and _words(one) == _words(other)
    )


def _words(comment: Comment) -> list[str]:
    return visible(comment.now.submitted).casefold().split()
