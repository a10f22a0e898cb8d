"""Which earlier comments of a site read like this one: an index of their fingerprints.

The index only proposes; whether two texts are alike is decided on the texts themselves, as they now stand.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.comments.model import Comment
from service.judging.fingerprint import fingerprint
from service.store import keys
from service.store.connection import again_if_interrupted
from service.store.wire import Argument, Commands

_CANDIDATES = 10
"""The latest comments looked at for each band; a wave of one text is known by any of them."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Comments that may be like one that was just looked up.

    Attributes:
        ids: the latest first.
        entered: whether the text was new to the index; then all of `ids` were entered before it.
    """

    ids: Sequence[str] = ()
    entered: bool = False


class LikenessStore:
    """Remembers fingerprints for as long as the policy's window."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def enter(self, comment: Comment, *, window_ms: int) -> Candidates:
        """Enter a comment, and find others that may be like it."""
        known = fingerprint(comment.now.submitted)
        if known is None:
            return Candidates()
        names = [keys.like(comment.site, band) for band in known.bands]
        found = await asyncio.gather(*(self._enter(name, comment, window_ms) for name in names))
        others = {candidate.decode() for _, ids in found for candidate in ids} - {comment.id}
        return Candidates(sorted(others, reverse=True), any(new for new, _ in found))

    async def _enter(self, name: str, comment: Comment, window_ms: int) -> tuple[int, list[bytes]]:
        at = comment.now.submitted_at
        new, _, found, _ = await asyncio.gather(
            self._run("ZADD", name, at, comment.id),
            self._run("ZREMRANGEBYSCORE", name, "-inf", at - window_ms),
            self._run("ZRANGE", name, "+inf", at - window_ms, "BYSCORE", "REV", "LIMIT", 0, _CANDIDATES + 1),
            self._run("PEXPIRE", name, window_ms),
        )
        return new, found

    async def _run(self, *command: Argument) -> Any:
        return await again_if_interrupted(self._commands, *command)
