"""Fills a fresh demo with comments, through the same intake as a reader's, and plays the moderator for some.

It runs in the background, waits for the service to be ready, and may run again: what it sent within the last
day is recognised by its Idempotency-Key, what it decided by its version, and after a day the comments that
stand are a sign that all is done. It is the one part of this website that holds a moderator's key.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, TypeAdapter

from examples.newspaper.articles import articles, leading
from examples.newspaper.client import ApiProblem, CodauClient, Json
from examples.newspaper.settings import Settings

LOG = logging.getLogger(__name__)
READY_WITHIN_S = 60
AT_ONCE = 16
"""Comments under way at one time; more would only wait in the service."""
VERDICT_WITHIN_S = 4
FIRST_VERDICT = 2
"""The version of a comment that was submitted, judged, and touched by nobody since."""
REFUSED = frozenset({409, 422})
"""Answers that concern one comment: its parent was taken down, somebody decided on it meanwhile."""
KEYS_KEPT = timedelta(hours=23)
"""A little less than the service keeps an Idempotency-Key."""


class Sample(BaseModel):
    """One sample comment, and what becomes of it once it is pending."""

    id: str
    thread: str = ""
    to: str | None = None
    """The `id` of the sample that it answers; it stands later in the file."""
    name: str
    body: str
    then: Literal["approve", "reject", "wait"]
    edited: str | None = None
    reason: str | None = None
    message: str | None = None
    revise: bool = False
    """Send the suggested text when it comes back for its marks."""


def samples() -> list[Sample]:
    """All samples, the answered ones before their answers."""
    text = Path(__file__).with_name("seed_comments.json").read_text(encoding="utf-8")
    return TypeAdapter(list[Sample]).validate_json(text)


def address_of(name: str) -> str:
    """An address of the documentation range for each name: one address alone would look like a flood."""
    return f"203.0.113.{hashlib.blake2b(name.encode(), digest_size=1).digest()[0] or 1}"


class Seed:
    """One run: `codau` sends what readers write, `desk` decides. Samples and comments are joined by `id`."""

    def __init__(self, codau: CodauClient, desk: CodauClient) -> None:
        self._codau = codau
        self._desk = desk
        self._taken: dict[str, Json] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Send every sample; an answer waits for what it answers, and is left out where that was refused."""
        waiting = samples()
        while due := [sample for sample in waiting if sample.to is None or sample.to in self._taken]:
            async with asyncio.TaskGroup() as group:
                for sample in due:
                    group.create_task(self._settle(sample))
            waiting = [sample for sample in waiting if sample not in due]

    async def _settle(self, sample: Sample) -> None:
        async with self._slots:
            try:
                comment = await self._send(sample)
                if comment["state"] == "pending" and comment["version"] == FIRST_VERDICT:
                    await self._decide(sample, comment)
            except ApiProblem as problem:
                if problem.status not in REFUSED:
                    raise
                LOG.warning("sample %s left out: %s", sample.id, problem)
            else:
                self._taken[sample.id] = comment

    async def _send(self, sample: Sample) -> Json:
        parent = self._taken[sample.to] if sample.to else None
        thread = parent["thread"] if parent else sample.thread or leading().thread
        comment = await self._codau.submit(
            {
                "thread": thread,
                "body": sample.body,
                "parent_id": parent and parent["id"],
                "author": {"name": sample.name, "ip": address_of(sample.name)},
            },
            key=f"newspaper-seed-{sample.id}",
            wait_s=VERDICT_WITHIN_S,
        )
        if sample.revise and comment["state"] == "rejected" and comment["suggestion"]:
            return await self._codau.revise(comment["id"], comment["suggestion"])
        return comment

    async def _decide(self, sample: Sample, comment: Json) -> None:
        path = f"/v1/comments/{comment['id']}"
        version = {"version": comment["version"]}
        if sample.then == "approve":
            edited = {"body": sample.edited} if sample.edited else {}
            await self._desk.call("POST", f"{path}/approve", body=version | edited)
        if sample.then == "reject":
            why = {"reason": sample.reason, "message": sample.message}
            await self._desk.call("POST", f"{path}/reject", body=version | why)


async def ready(codau: CodauClient) -> None:
    """Wait until the service says that it is ready.

    Raises:
        TimeoutError: it did not within a minute.
    """
    async with asyncio.timeout(READY_WITHIN_S):
        while True:
            try:
                await codau.call("GET", "/readyz")
            except ApiProblem:
                await asyncio.sleep(0.1)
            else:
                return


async def filled_before(codau: CodauClient, now: datetime) -> bool:
    """Whether an earlier run filled the website so long ago that its keys may be forgotten."""
    thread = (await codau.thread(leading().thread, sort="oldest", limit=1)).document
    if not thread["comments"] or not (first := thread["comments"][0]["published_at"]):
        return bool(thread["comments"])
    return datetime.fromisoformat(first) < now - KEYS_KEPT


async def announce_articles(codau: CodauClient, origin: str) -> None:
    """Tell the service of every article, and which of them take no comments."""
    for article in articles().values():
        await codau.announce(
            article.thread, title=article.title, url=origin + article.path, is_open=article.open
        )


async def fill(settings: Settings, codau: CodauClient, desk: CodauClient | None) -> None:
    """Announce the articles, and with a `desk` send the samples; a failure is logged and ends only this."""
    try:
        await ready(codau)
        await announce_articles(codau, settings.origin)
        if desk and not await filled_before(codau, datetime.now(UTC)):
            await Seed(codau, desk).run()
            LOG.info("the sample comments are in place")
    except* (ApiProblem, TimeoutError) as group:
        LOG.error("not filled: %s", group.exceptions[0])
