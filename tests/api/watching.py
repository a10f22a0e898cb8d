"""Readers and moderators of one thread, and a log of their own by which every read is judged.

What was answered before a read began must be in what it shows; what was under way meanwhile may be or not. A
304 shows what its caller holds.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.api.calls import as_sent, segment
from tests.running import Caller, Running

THREAD = "dang/duyet"
QUERIES = ("", "?sort=newest", "?limit=200", "?limit=3")
WHOLE = QUERIES[:3]
"""Those whose page has the whole thread."""


@dataclass(slots=True)
class _Step:
    began: float
    shown: str | None
    ended: float = float("inf")


@dataclass(slots=True)
class Log:
    """What was done to each comment and what it says since, None while it is not to be seen; and how much was
    read."""

    steps: dict[str, list[_Step]] = field(default_factory=dict)
    reads: int = 0
    matches: int = 0

    @property
    def moves(self) -> int:
        return sum(len(steps) for steps in self.steps.values())

    @contextlib.contextmanager
    def step(self, comment_id: str, shown: str | None) -> Iterator[None]:
        """Note what a block does to a comment."""
        step = _Step(time.perf_counter(), shown)
        self.steps.setdefault(comment_id, []).append(step)
        yield
        step.ended = time.perf_counter()

    def judge(self, began: float, ended: float, shown: Mapping[str, str], *, whole: bool) -> None:
        """Compare what a read showed, by comment, with what had been done.

        Raises:
            AssertionError: it showed what was taken down, or not what was published.
        """
        for comment_id, steps in self.steps.items():
            if any(step.began <= ended and step.ended >= began for step in steps):
                continue
            before = [step for step in steps if step.ended < began]
            must = before[-1].shown if before else None
            found = shown.get(comment_id)
            late = (
                f", {began - before[-1].ended:.4f} s after it was answered to be" if before else " instead of"
            )
            assert found == must or (found is None and not whole), f"{found!r}{late} {must!r}"


class Reader:
    """Reads the thread at several processes, always with what it has."""

    def __init__(self, callers: Sequence[Caller], log: Log, seed: int) -> None:
        self._callers = callers
        self._log = log
        self._chance = random.Random(seed)
        self._held: dict[str, tuple[str, dict[str, str]]] = {}

    async def read(self) -> None:
        """One page, at one of the processes."""
        caller, query = self._chance.choice(self._callers), self._chance.choice(QUERIES)
        etag, page = self._held.get(query, ('"none"', {}))
        began = time.perf_counter()
        answer = await caller(
            "GET",
            as_sent(f"/v1/threads/{segment(THREAD)}/comments{query}"),
            headers={"If-None-Match": etag},
        )
        ended = time.perf_counter()
        if answer.status == 200:
            page = dict(_bodies(answer.json["comments"]))
            self._held[query] = (answer.headers["ETag"], page)
        assert answer.status == 200 or (answer.status == 304 and query in self._held), answer.text
        self._log.reads += 1
        self._log.matches += answer.status == 304
        self._log.judge(began, ended, page, whole=query in WHOLE)


def _bodies(comments: Sequence[Any]) -> Iterator[tuple[str, str]]:
    for comment in comments:
        if comment["body"] is not None:
            yield comment["id"], comment["body"]
        yield from _bodies(comment["replies"])


class Moderator:
    """Decides on some comments again and again, at several processes."""

    def __init__(
        self,
        comments: Sequence[Any],
        moderators: Sequence[Caller],
        websites: Sequence[Caller],
        log: Log,
        seed: int,
    ) -> None:
        self._comments = list(comments)
        self._moderators = moderators
        self._websites = websites
        self._log = log
        self._chance = random.Random(seed)
        self._number = 0

    async def move(self) -> None:
        """One step of one comment that is not erased."""
        which = self._chance.randrange(len(self._comments))
        comment = self._comments[which]
        action = self._chance.choice(_NEXT[comment["state"]] + (("undo",) if "before" in comment else ()))
        if action == "erase":
            if len(self._comments) > 1:
                await self._erase(self._comments.pop(which))
            return
        document, shown = self._decision(comment, action)
        with self._log.step(comment["id"], shown):
            caller = self._chance.choice(self._moderators)
            answer = await caller("POST", f"/v1/comments/{comment['id']}/{action}", json=document)
            assert answer.status == 200, answer.text
        self._comments[which] = answer.json if action == "undo" else answer.json | {"before": comment}

    def _decision(self, comment: Any, action: str) -> tuple[dict[str, Any], str | None]:
        """The request, and what is shown of the comment after it."""
        if action == "undo":
            before = comment["before"]
            return {}, before["body"] if before["state"] == "published" else None
        self._number += 1
        seen = {"version": comment["version"]}
        text = f"Lời đã sửa lần {self._number} của {comment['id']}."
        if action == "approve" and self._chance.random() < 0.5:
            return seen, comment["body"]
        if action in ("approve", "edit"):
            return seen | {"body": text}, text
        return (seen | {"reason": "other"} if action == "reject" else seen), None

    async def _erase(self, comment: Any) -> None:
        with self._log.step(comment["id"], None):
            answer = await self._chance.choice(self._websites)("DELETE", f"/v1/comments/{comment['id']}")
            assert answer.status == 204, answer.text


_NEXT = {
    "pending": ("approve", "approve", "reject"),
    "published": ("edit", "reject", "reject", "reject", "edit", "erase"),
    "rejected": ("reopen",),
}
"""What is done to a comment of each state, beside taking back what was done last."""


async def submitted(service: Running, count: int) -> list[Any]:
    """Comments that wait for a decision."""
    texts = [f"Tôi muốn góp ý thứ {number} về bài viết này." for number in range(count)]
    return list(await asyncio.gather(*(service.submit(text, thread=THREAD) for text in texts)))
