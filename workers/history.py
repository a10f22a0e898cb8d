"""What the checks must know beside the text: the author's standing, his pace, and texts like this one."""

import asyncio
from dataclasses import dataclass

from service.comments.authors import Standing, address_key, author_key
from service.comments.model import Comment, State
from service.comments.policy import Policy
from service.judging.fingerprint import ALIKE, alike, pieces
from service.judging.model import Context
from service.judging.text import visible
from service.store.store import Store

_COUNTS = (State.QUEUED, State.PENDING, State.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a text stands to earlier ones of its site.

    Attributes:
        nearest: similarity to the most similar, 0 to 1; None with none alike.
        cluster: what that one belongs to.
        repeats: the author's own, identical, stands in the thread.
    """

    nearest: float | None = None
    cluster: str | None = None
    repeats: bool = False

    def with_one(self, close: float, cluster: str, *, repeats: bool) -> "Likeness":
        """With one more earlier text that is like it."""
        nearer = self.nearest is None or close > self.nearest
        return Likeness(
            close if nearer else self.nearest,
            cluster if nearer else self.cluster,
            self.repeats or repeats,
        )


@dataclass(frozen=True, slots=True)
class Background:
    """What is known of one comment before it is judged."""

    context: Context
    trusted: bool
    cluster: str | None


async def background_of(store: Store, comment: Comment, policy: Policy) -> Background:
    """Look up what bears on one comment, and enter it for those that come after."""
    author, address = await asyncio.gather(
        _standing(store, comment, author_key(comment.site, comment.author)),
        _standing(store, comment, address_key(comment.site, comment.author)),
    )
    flooding, likeness = await asyncio.gather(
        _flooding(store, comment, policy), _likeness(store, comment, policy)
    )
    context = Context(
        author_banned=Standing.BANNED in (author, address),
        duplicate=likeness.nearest,
        repeats_itself=likeness.repeats,
        flooding=flooding,
    )
    return Background(context, trusted=author is Standing.TRUSTED, cluster=likeness.cluster)


async def _standing(store: Store, comment: Comment, key: str | None) -> Standing:
    if key is None:
        return Standing.NORMAL
    return await store.authors.standing(comment.site, key, now_ms=comment.updated_at)


async def _flooding(store: Store, comment: Comment, policy: Policy) -> bool:
    site, author = comment.site, author_key(comment.site, comment.author)
    address = address_key(site, comment.author)
    watched = []
    if author is not None and author != address and policy.flood.author is not None:
        watched.append(store.authors.flooding(site, author, comment, policy.flood.author))
    if address is not None and policy.flood.address is not None:
        watched.append(store.authors.flooding(site, address, comment, policy.flood.address))
    return any(await asyncio.gather(*watched))


async def _likeness(store: Store, comment: Comment, policy: Policy) -> Likeness:
    """Compare a text with those that may be like it.

    Of two that come at the same moment the one that enters the index later sees the other. What was entered
    already (a worker died before its verdict) goes by the time at which the texts were written.
    """
    window_ms = policy.duplicate.window_hours * 3_600_000
    candidates = await store.likeness.enter(comment, window_ms=window_ms)
    found, ours = Likeness(), pieces(comment.now.submitted)
    for other in await store.comments.many(comment.site, candidates.ids):
        if other is None or other.state not in _COUNTS:
            continue
        earlier = _came_before(other, comment)
        close = alike(ours, pieces(other.now.submitted))
        if close >= ALIKE and (candidates.entered or earlier):
            before = earlier or other.id in candidates.before
            found = found.with_one(close, other.cluster, repeats=before and _is_repeat(comment, other))
        if found.repeats:
            break
    return found


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
