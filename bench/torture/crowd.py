"""People who use the service while it is tortured: websites that submit, moderators that decide, readers.

Each repeats until it is answered, as a careful client does: a comment under its Idempotency-Key, a decision
after a look at the history. What they send and are answered goes into the ledger.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from itertools import count, takewhile
from typing import Any

import aiohttp

from bench.submissions import talk
from bench.torture.again import comes_true
from bench.torture.caller import NO_HEADERS, Caller, Lost, StuckError
from bench.torture.ledger import Ledger, digest
from bench.torture.moderator import EDITED, Moderator
from bench.torture.stack import Stack

CLIENTS = 16
PROBES = 10_000_000
"""Comments with numbers from here on measure something, and are none of the load."""
TIMEOUT = aiohttp.ClientTimeout(total=30.0)


def comment(number: int) -> dict[str, Any]:
    """A comment like no other; 50 threads, and authors who keep within the limits."""
    chance = random.Random(number)  # noqa: S311 - the same comment each time
    return {
        "thread": f"bai/{number % 50}",
        "body": talk(number, chance, 120),
        "author": {"name": f"Bạn đọc {number % 20_000}", "id": f"u-{number % 20_000}"},
    }


def idempotency_key(number: int) -> str:
    """Under which comment `number` is sent, as `bench.submissions.request` names it."""
    return f"yeu-cau-{number}"


class Crowd:
    """Everybody, on one stack, with one ledger."""

    def __init__(self, stack: Stack, http: aiohttp.ClientSession, ledger: Ledger) -> None:
        self.stack = stack
        self.ledger = ledger
        self.website = Caller(http, stack.keys.website, ledger)
        self.moderator = Caller(http, stack.keys.moderator, ledger)

    async def submit(
        self, numbers: Iterable[int], clients: int = CLIENTS, headers: Mapping[str, str] = NO_HEADERS
    ) -> None:
        """Send comments, each until it is acknowledged, by so many clients side by side."""
        shared = iter(numbers)

        async def client() -> None:
            for number in shared:
                await self.submit_one(number, headers)

        async with asyncio.TaskGroup() as sending:
            for _ in range(clients):
                sending.create_task(client())

    async def submit_one(self, number: int, headers: Mapping[str, str] = NO_HEADERS) -> Any:
        """Send one comment until it is acknowledged; returns it as it was answered."""
        key, document = idempotency_key(number), comment(number)
        self.ledger.submitting(key, document)
        status, told = await self.website.until_answered(
            "POST", "/v1/comments", document, {"Idempotency-Key": key, **headers}
        )
        if status not in (201, 202):
            self.ledger.complain(f"{key} was answered {status} {told}")
            return None
        self.ledger.submitted(key, told["id"], told["state"])
        as_sent = told["body"].removesuffix(EDITED)  # a repeat may come after a moderator
        if digest(as_sent) != self.ledger.submissions[key].text:
            self.ledger.complain(f"{key} was answered with another text: {told['body']}")
        return told

    async def try_one(self, number: int) -> float | None:
        """Send one comment once; None where it was acknowledged, else after how many s it was refused."""
        key, document, began = idempotency_key(number), comment(number), time.monotonic()
        self.ledger.submitting(key, document)
        try:
            _, told = await self.website("POST", "/v1/comments", document, {"Idempotency-Key": key})
        except Lost:
            return time.monotonic() - began
        self.ledger.submitted(key, told["id"], told["state"])
        return None

    async def probe(self, number: int, headers: Mapping[str, str] = NO_HEADERS) -> tuple[float, float]:
        """Send one comment, and again under its key; s until it was acknowledged, and until it was judged."""
        began = time.monotonic()
        told = await self.submit_one(number, headers)
        taken_s = time.monotonic() - began

        async def judged() -> bool:
            now = await self.submit_one(number, headers)
            return now is None or now["state"] != "queued"

        if told is not None and told["state"] == "queued":
            await comes_true(judged)
        return taken_s, time.monotonic() - began

    @contextlib.asynccontextmanager
    async def moderating(self, moderators: int, chance: random.Random) -> AsyncIterator[None]:
        """So many moderators decide what waits, until the block ends."""
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as deciding:
            for _ in range(moderators):
                deciding.create_task(Moderator(self.moderator).work(chance, stop))
            yield
            stop.set()

    @contextlib.asynccontextmanager
    async def submitting(self, first: int, clients: int) -> AsyncIterator[None]:
        """Comments from a number on come in all the time, by so many clients, until the block ends."""
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as sending:
            sending.create_task(self.submit(takewhile(lambda _: not stop.is_set(), count(first)), clients))
            yield
            stop.set()

    async def read_back(self, numbers: Iterable[int]) -> None:
        """What was acknowledged is there at once, with its text."""
        for number in numbers:
            sent = self.ledger.submissions.get(idempotency_key(number))
            if sent is None or sent.id is None:
                continue
            status, told = await self.website.until_answered("GET", f"/v1/comments/{sent.id}")
            if status != 200 or told["id"] != sent.id:
                self.ledger.complain(f"{sent.id} was acknowledged, and reads {status} {told}")

    async def queued(self) -> int | None:
        """How many wait for a verdict; None while the service is not ready."""
        with contextlib.suppress(Lost):
            status, told = await self.website("GET", "/readyz")
            return int(told["queue"]["length"]) if status == 200 else None
        return None

    async def settled(self, within_s: float = 600.0) -> None:
        """Wait until the workers have judged everything.

        Raises:
            StuckError: they have not within the time.
        """

        async def empty() -> bool:
            return await self.queued() == 0

        if not await comes_true(empty, within_s):
            raise StuckError(f"the queue was not empty after {within_s:.0f} s")


@contextlib.asynccontextmanager
async def crowd(stack: Stack, ledger: Ledger) -> AsyncIterator[Crowd]:
    """The crowd of one stack, with as many connections as it has clients."""
    connections = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(stack.url, connector=connections, timeout=TIMEOUT) as http:
        yield Crowd(stack, http, ledger)
