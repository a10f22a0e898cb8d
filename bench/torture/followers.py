"""Who is told what happens, while the service is tortured: a client of the live stream, a webhook's receiver.

Both are promised every step of every comment at least once, of one comment in order. What is told shows the
comment as it then stands, so the last that is told of each is how it ended.
"""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any

import aiohttp
from aiohttp import web

from bench.torture.again import AGAIN_S, comes_true
from bench.torture.crowd import Crowd
from bench.torture.ledger import Fate, Ledger
from bench.torture.stack import Whole
from tests.api.listening import Listening
from tests.store.looking import Everything
from tests.workers.receiving import Message, receiving

SILENCE_S = 30.0  # a stream that says nothing for so long is dead: it gives a sign of life every 15 s
FAILING = 0.03  # share of the calls that the receiver refuses


class Told:
    """What one follower was told.

    Attributes:
        count: messages that were not told before.
        again: those that were.
        resets: how often it was said that something may be missing.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._seen: set[str] = set()
        self._steps: Counter[str] = Counter()
        self._latest: dict[str, int] = {}
        self._backwards = 0
        self.again = 0
        self.resets = 0

    @property
    def count(self) -> int:
        return len(self._seen)

    def note(self, message: str, comment: Any) -> None:
        """One message, by its id, with the comment as a website sees it."""
        self._backwards += self._latest.get(comment["id"], 0) > comment["version"]
        self._latest[comment["id"]] = comment["version"]
        if message in self._seen:
            self.again += 1
            return
        self._seen.add(message)
        self._steps[comment["id"]] += 1

    def law(self, found: Everything) -> None:
        """Every step after the arrival was told, and the end last.

        Raises:
            AssertionError: that is not so.
        """
        missed = [one for one in found.comments.values() if self._steps[one.id] < one.version - 1]
        stale = [one for one in found.comments.values() if self._latest.get(one.id, 1) != one.version]
        if missed or stale or self._backwards or self.resets:
            raise AssertionError(
                f"{self.name}: {len(missed)} comments with steps that were not told, {len(stale)} that end "
                f"otherwise, {self._backwards} steps back, {self.resets} resets"
            )


@contextlib.asynccontextmanager
async def following(
    people: Crowd, stack: Whole, hooks: int, chance: random.Random
) -> AsyncIterator[list[Told]]:
    """A client of the live stream and the receivers of so many webhooks, from now on until the block ends."""
    async with contextlib.AsyncExitStack() as going:
        told = [await going.enter_async_context(_streamed(people))]
        for number in range(1, hooks + 1):
            hook = _called(people, stack, f"webhook {number}", chance)
            told.append(await going.enter_async_context(hook))
        yield told


@contextlib.asynccontextmanager
async def _streamed(people: Crowd) -> AsyncIterator[Told]:
    """A stream that ends is taken up again."""
    told, opened = Told("the live stream"), asyncio.Event()
    following = asyncio.create_task(_follow(people, told, opened))
    await opened.wait()
    try:
        yield told
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def _follow(people: Crowd, told: Told, opened: asyncio.Event) -> None:
    last = ""
    while True:
        headers = {"Authorization": f"Bearer {people.moderator.key}"} | (
            {"Last-Event-ID": last} if last else {}
        )
        timeout = aiohttp.ClientTimeout(total=None, sock_read=SILENCE_S)
        with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError, ValueError):
            async with people.moderator.http.get("/v1/events", headers=headers, timeout=timeout) as answer:
                stream = Listening(answer)
                while answer.status == 200 and (block := await stream.block()) is not None:
                    told.resets += block.type == "reset"
                    if "data" in block.fields and block.type != "reset":
                        told.note(block.fields["id"], block.payload["data"])
                    last = stream.last_id
                    opened.set()
        await asyncio.sleep(AGAIN_S)  # as a client pauses before it connects again


@contextlib.asynccontextmanager
async def _called(people: Crowd, stack: Whole, name: str, chance: random.Random) -> AsyncIterator[Told]:
    """A receiver that refuses some calls."""
    told = Told(name)

    def reply() -> web.Response:
        message: Message = receiver.messages.pop()
        if chance.random() < FAILING:
            return web.Response(status=500)
        told.note(message.id, message.document["data"])
        return web.Response(status=204)

    async with receiving() as receiver:
        receiver.reply = reply
        await _hook(people, stack, receiver.url)
        yield told


async def _hook(people: Crowd, stack: Whole, url: str) -> None:
    headers = {"Authorization": f"Bearer {stack.admin}"}
    path = f"/v1/sites/{stack.site}/webhooks"
    async with people.moderator.http.post(path, json={"url": url}, headers=headers) as answer:
        if answer.status != 201:
            raise SystemExit(await answer.text())


async def caught_up(ledger: Ledger, followers: Sequence[Told], silence_s: float = 300.0) -> None:
    """Wait until they were told of every verdict and decision, or of nothing new for so long: their laws say
    what of. What they missed goes out at its own pace, so a bound on the whole would bound its size."""
    steps, told = ledger.acknowledged + ledger.fates()[Fate.DONE], -1
    while told < (told := sum(one.count for one in followers)):
        if await comes_true(lambda: all(one.count >= steps for one in followers), silence_s):
            return
