"""Which earlier comments of a site read like this one: an index of their fingerprints.

The index only proposes; whether two texts are alike is decided on the texts themselves, as they now stand.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from service.comments.model import Comment
from service.judging.fingerprint import fingerprint
from service.store import keys
from service.store.connection import again_if_interrupted
from service.store.scripts import call
from service.store.wire import Argument, Commands

_TOLD = 10
"""The latest comments that each band tells of; a wave of one text is known by any of them."""

_COMPARED = 10
"""The most likely ones are read and compared: a bounded time, however many are alike."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Comments that may be like one that was just looked up.

    Attributes:
        ids: those that share most bands first, of these the latest.
        entered: whether the text was new to the index; then all of `ids` were entered before it.
        before: those that the first band had before it. Of two identical texts, which share every band, just
            one has the other here, wherever the bands are kept.
    """

    ids: Sequence[str] = ()
    entered: bool = False
    before: frozenset[str] = frozenset()


class LikenessStore:
    """Remembers fingerprints for as long as the policy's window."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def enter(self, comment: Comment, *, window_ms: int) -> Candidates:
        """Enter a comment, and find others that may be like it."""
        names = _bands(comment.site, comment.now.submitted)
        if not names:
            return Candidates()
        told = await self._told(names, [comment.id, comment.now.submitted_at, window_ms, _TOLD])
        shared = Counter(other for _, others in told for other in others)
        likely = sorted(shared, key=lambda other: (shared[other], other), reverse=True)[:_COMPARED]
        new, first = told[0]
        return Candidates(likely, any(new for new, _ in told), frozenset(first) if new else frozenset())

    async def _told(self, names: list[str], arguments: list[Argument]) -> list[tuple[bool, list[str]]]:
        """By band: whether the text is new there, and which others are; one call where one server has all."""
        calls = [names] if self._commands.one_server else [[name] for name in names]
        told = await asyncio.gather(*(call(self._commands, "like", some, arguments) for some in calls))
        bands = chain.from_iterable(told)
        return [(new == 1, [other.decode() for other in others]) for new, *others in bands]

    async def forget(self, comment: Comment) -> None:
        """Take every text that the reader wrote of a comment out of the index, before it is erased."""
        texts = {entry.text for entry in comment.log if entry.text is not None}
        names = {name for text in texts for name in _bands(comment.site, text)}
        await asyncio.gather(
            *(again_if_interrupted(self._commands, "ZREM", name, comment.id) for name in names)
        )


def _bands(site: str, text: str) -> list[str]:
    known = fingerprint(text)
    return [keys.like(site, band) for band in known.bands] if known else []
