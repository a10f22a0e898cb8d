"""What bears on comments beside their texts: rules, the senders' standing and pace, and texts like theirs.

It is looked up for many comments at once: for each by itself, asking takes longer than the checks.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.comments.authors import Standing, address_key, author_key
from service.comments.model import Comment
from service.comments.policy import Policy
from service.comments.rates import Rate
from service.judging.model import Context
from service.judging.reading import Reading, read
from service.store.authors import Sender, Sent
from service.store.directory import Snapshot
from service.store.store import Store
from workers.likeness import Comparer, Likeness

_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Case:
    """What bears on a comment beside its text.

    Attributes:
        policy: in force for its thread.
        trusted: whether the moderators trust its author.
        cluster: the near-duplicates it belongs to, or None.
        reading: of its text, held so that the checks need not read it again.
    """

    policy: Policy
    context: Context
    trusted: bool
    cluster: str | None
    reading: Reading


class History:
    """Looks up what bears on comments, and enters them for those that come after."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._comparer = Comparer(store)
        self.follow = self._comparer.follow

    async def of(self, comments: Sequence[Comment], snapshot: Snapshot) -> list[Case]:
        """The case of each comment; one that stands before another in the sequence has come before it."""
        readings = [read(comment.now.submitted) for comment in comments]
        sites = [snapshot.site(comment.site).policy for comment in comments]
        windows = [policy.duplicate.window_hours * _HOUR_MS for policy in sites]
        threads = [(comment.site, comment.thread) for comment in comments]
        senders, likenesses, rules = await asyncio.gather(
            self._senders(comments, sites),
            self._comparer.likenesses(comments, windows),
            self._store.threads.rules(threads),
        )
        policies = [rules[thread].over(site) for thread, site in zip(threads, sites, strict=True)]
        return list(map(_case, comments, policies, senders, likenesses, readings))

    async def _senders(
        self, comments: Sequence[Comment], policies: Sequence[Policy]
    ) -> list[dict[str, Sender]]:
        """By comment, what is known of who sent it, by key."""
        rates = list(map(_rates, comments, policies))
        sent = [
            Sent(comment, key, rate)
            for comment, by_key in zip(comments, rates, strict=True)
            for key, rate in by_key.items()
        ]
        known = iter(await self._store.authors.senders(sent))
        return [{key: next(known) for key in by_key} for by_key in rates]


def _rates(comment: Comment, policy: Policy) -> dict[str, Rate]:
    """Who sent a comment, by key, and how much each may send; whose address is all that is known counts as
    an address."""
    site, author, flood = comment.site, comment.author, policy.flood
    both = {author_key(site, author): flood.author, address_key(site, author): flood.address}
    return {key: rate for key, rate in both.items() if key is not None}


def _case(
    comment: Comment, policy: Policy, senders: Mapping[str, Sender], likeness: Likeness, reading: Reading
) -> Case:
    known = senders.values()
    context = Context(
        author_banned=any(sender.standing is Standing.BANNED for sender in known),
        duplicate=likeness.nearest,
        repeats_itself=likeness.repeats,
        flooding=any(sender.flooding for sender in known),
    )
    author = senders.get(author_key(comment.site, comment.author) or "")
    trusted = author is not None and author.standing is Standing.TRUSTED
    return Case(policy, context, trusted, likeness.cluster, reading)
