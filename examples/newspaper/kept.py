"""What this website keeps of the service's answers, so that most page views ask nothing of it.

A webhook outdates what is kept at once. Besides, everything is asked for again when it is some time old: a
webhook may come late, or be set up wrongly.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf
from typing import Generic, TypeVar

from examples.newspaper.client import BUSY, ApiProblem, Json

MOST_COMMENTS = 10_000
"""Comments that are remembered; of an older one its reader's next visit asks the service."""

AWAY_KEPT_S = 600.0
"""Seconds for which the last answer is shown while the service is away."""

T = TypeVar("T")


@dataclass
class _Entry(Generic[T]):
    """One answer.

    Attributes:
        asked_at: when the value was asked for, by a clock in seconds.
        news: how often this was said to be outdated.
        known: how much of that news the value was asked for after.
        asking: the call under way, and the news that it was begun after.
    """

    value: T | None = None
    asked_at: float = -inf
    news: int = 0
    known: int = 0
    asking: tuple[asyncio.Task[T], int] | None = None


class Cache(Generic[T]):
    """Answers by name, asked for once for all who want them, and again when outdated or `kept_s` old."""

    def __init__(self, kept_s: float, now_s: Callable[[], float] = time.monotonic) -> None:
        self._kept_s = kept_s
        self._now_s = now_s
        self._entries: dict[str, _Entry[T]] = {}

    def outdate(self, name: str) -> None:
        """Have it asked for again, an answer that is under way included: it may be of the moment before."""
        if name in self._entries:
            self._entries[name].news += 1

    async def get(self, name: str, ask: Callable[[T | None], Awaitable[T]]) -> T:
        """The answer as it is kept, else what `ask` brings; it is given the one before.

        Raises:
            ApiProblem: the service does not answer, and what is kept is known to be outdated, or old: it may
                show what was taken down.
        """
        entry = self._entries.setdefault(name, _Entry())
        if entry.value is not None and self._is_fresh(entry):
            return entry.value
        if entry.asking is None or entry.asking[0].done() or entry.asking[1] != entry.news:
            entry.asking = asyncio.create_task(self._ask(entry, ask)), entry.news
        try:
            return await asyncio.shield(entry.asking[0])
        except ApiProblem as problem:
            if entry.value is None or not self._may_be_shown(entry, problem):
                raise
            return entry.value

    def _may_be_shown(self, entry: _Entry[T], problem: ApiProblem) -> bool:
        is_lately = self._now_s() - entry.asked_at < AWAY_KEPT_S
        return problem.status in BUSY and entry.known == entry.news and is_lately

    def _is_fresh(self, entry: _Entry[T]) -> bool:
        return entry.known == entry.news and self._now_s() - entry.asked_at < self._kept_s

    async def _ask(self, entry: _Entry[T], ask: Callable[[T | None], Awaitable[T]]) -> T:
        news, asked_at = entry.news, self._now_s()
        value = await ask(entry.value)
        if news >= entry.known:  # else another, begun later, was answered sooner
            entry.value, entry.known, entry.asked_at = value, news, asked_at
        return value


class Comments:
    """The newest version of each comment that this website was told of, by a webhook or by an answer."""

    def __init__(self, kept_s: float, now_s: Callable[[], float] = time.monotonic) -> None:
        self._kept_s = kept_s
        self._now_s = now_s
        self._known: dict[str, tuple[Json, float]] = {}

    def note(self, comment: Json) -> bool:
        """Keep a comment unless a newer version is known; whether it was news: a repeat is none."""
        known = self.last(comment["id"])
        if known and comment["version"] < known["version"]:
            return False
        self._known.pop(comment["id"], None)
        self._known[comment["id"]] = comment, self._now_s()
        if len(self._known) > MOST_COMMENTS:
            del self._known[next(iter(self._known))]
        return known is None or comment["version"] > known["version"]

    def fresh(self, comment_id: str) -> Json | None:
        """A comment as it stands, if the service told of it lately."""
        comment, told_at = self._known.get(comment_id, (None, -inf))
        return comment if self._now_s() - told_at < self._kept_s else None

    def last(self, comment_id: str) -> Json | None:
        """A comment as it stood when the service told of it last."""
        return self._known.get(comment_id, (None, 0.0))[0]
