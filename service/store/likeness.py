"""Which earlier comments of a site read like this one: an index of their fingerprints.

The index only proposes; whether two texts are alike is decided on the texts themselves, as they now stand.
"""

import asyncio
from collections.abc import Sequence

from service.comments.model import Comment
from service.judging.fingerprint import fingerprint
from service.store import keys
from service.store.connection import again_if_interrupted
from service.store.wire import Argument, Commands

_CANDIDATES = 10
"""The latest comments looked at for each band; a wave of one text is known by any of them."""


class LikenessStore:
    """Remembers fingerprints for as long as the policy's window."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def candidates(self, comment: Comment, *, window_ms: int) -> Sequence[str]:
        """Enter a comment, and give the ids of earlier ones that may be like it, latest first."""
        known = fingerprint(comment.now.submitted)
        if known is None:
            return []
        names = [keys.like(comment.site, band) for band in known.bands]
        found = await asyncio.gather(*(self._enter(name, comment, window_ms) for name in names))
        others = {candidate for ids in found for candidate in ids}
        return sorted(others, reverse=True)

    async def _enter(self, name: str, comment: Comment, window_ms: int) -> list[str]:
        at = comment.updated_at
        _, _, found, _ = await asyncio.gather(
            self._run("ZADD", name, at, comment.id),
            self._run("ZREMRANGEBYSCORE", name, "-inf", at - window_ms),
            self._run("ZRANGE", name, at, at - window_ms, "BYSCORE", "REV", "LIMIT", 0, _CANDIDATES + 1),
            self._run("PEXPIRE", name, window_ms),
        )
        return [other.decode() for other in found if other.decode() != comment.id]

    async def _run(self, *command: Argument) -> list[bytes]:
        reply: list[bytes] = await again_if_interrupted(self._commands, *command)
        return reply
