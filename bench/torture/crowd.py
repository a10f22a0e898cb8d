"""People who use the service while it is tortured: websites that submit, moderators that decide, readers.

Each repeats until it is answered, as a careful client does: a comment under its Idempotency-Key, a decision
after a look at the history. What they send and are answered goes into the ledger.
"""

import asyncio
import contextlib
import itertools
import random
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from bench.submissions import talk
from bench.torture.ledger import Fate, Ledger, digest
from bench.torture.stack import Stack

CLIENTS = 16
GIVE_UP_S = 120.0
TIMEOUT = aiohttp.ClientTimeout(total=30.0)
AGAIN_S = 0.05
_NUMBERS = itertools.count()
NO_HEADERS: Mapping[str, str] = {}
CLAIMED = 20
WAITING: Mapping[str, str] = {"Prefer": "wait=10"}


class Lost(Exception):
    """No answer came, or one that says to come again: what became of the request is unknown."""


class StuckError(Exception):
    """A client was not answered for so long that it gave up."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A client with a key, which keeps count of its answers."""

    http: aiohttp.ClientSession
    key: str
    ledger: Ledger

    async def __call__(
        self, method: str, path: str, document: Any = None, headers: Mapping[str, str] = NO_HEADERS
    ) -> tuple[int, Any]:
        """Status and JSON of an answer.

        Raises:
            Lost: there was none, or a 503.
        """
        name = f"hoi-{next(_NUMBERS)}"
        sent = {"Authorization": f"Bearer {self.key}", "X-Request-ID": name, **headers}
        try:
            async with self.http.request(method, path, json=document, headers=sent) as answer:
                told = await answer.json(content_type=None)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            self.ledger.answered(type(error).__name__)
            raise Lost from error
        self.ledger.answered(str(answer.status))
        self._judge(method, path, answer, told)
        if answer.headers.get("X-Request-ID", name) != name:
            self.ledger.complain(f"{method} {path}: answered with what another asked for")
        if answer.status == 503:
            raise Lost
        return answer.status, told

    def _judge(self, method: str, path: str, answer: aiohttp.ClientResponse, told: Any) -> None:
        """A 503 says when to come again, and no other 5xx is ever right."""
        if answer.status == 503 and "Retry-After" not in answer.headers:
            self.ledger.complain(f"{method} {path}: 503 without Retry-After")
        elif answer.status >= 500 and answer.status != 503:
            self.ledger.complain(f"{method} {path}: {answer.status} {told}")

    async def until_answered(
        self, method: str, path: str, document: Any = None, headers: Mapping[str, str] = NO_HEADERS
    ) -> tuple[int, Any]:
        """The same, repeated until there is an answer: for what may be repeated.

        Raises:
            StuckError: there was none within `GIVE_UP_S`.
        """
        until = time.monotonic() + GIVE_UP_S
        while True:
            with contextlib.suppress(Lost):
                return await self(method, path, document, headers)
            if time.monotonic() > until:
                raise StuckError(f"{method} {path} was not answered within {GIVE_UP_S:.0f} s")
            await asyncio.sleep(AGAIN_S)


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
        self._notes = 0

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
        if digest(told["body"]) != self.ledger.submissions[key].text:
            self.ledger.complain(f"{key} was answered with another text: {told['body']}")
        return told

    @contextlib.asynccontextmanager
    async def moderating(self, moderators: int, chance: random.Random) -> AsyncIterator[None]:
        """So many moderators decide what waits, until the block ends."""
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as deciding:
            for _ in range(moderators):
                deciding.create_task(self._moderate(chance, stop))
            yield
            stop.set()

    async def _moderate(self, chance: random.Random, stop: asyncio.Event) -> None:
        """Claim what waits and decide it, until told to stop."""
        while not stop.is_set():
            with contextlib.suppress(Lost):
                _, told = await self.moderator(
                    "POST", "/v1/queue/claim", {"limit": CLAIMED, "lease_seconds": 10}
                )
                for item in told["items"]:
                    await self.decide(item, chance)
                if told["items"]:
                    continue
            await asyncio.sleep(AGAIN_S)

    async def decide(self, item: Mapping[str, Any], chance: random.Random) -> None:
        """Decide one comment, until it is known whether that was carried out."""
        self._notes += 1
        action, document = _decision(item, chance, f"ghi-{self._notes}")
        note, path = document["note"], f"/v1/comments/{item['id']}"
        self.ledger.deciding(note, item["id"], action, document.get("body"))
        status, told = await self.moderator.until_answered("POST", f"{path}/{action}", document)
        if status == 409:  # an earlier attempt was carried out, or another was first
            _, told = await self.moderator.until_answered("GET", f"{path}/history")
            done = any(entry["note"] == note for entry in told["entries"])
            self.ledger.decided(note, Fate.DONE if done else Fate.REFUSED)
        elif status == 200:
            self.ledger.decided(note, Fate.DONE)
        else:
            self.ledger.complain(f"{note}: {action} was answered {status} {told}")

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
        until = time.monotonic() + within_s
        while await self.queued() != 0:
            if time.monotonic() > until:
                raise StuckError(f"the queue was not empty after {within_s:.0f} s")
            await asyncio.sleep(AGAIN_S)


def _decision(item: Mapping[str, Any], chance: random.Random, note: str) -> tuple[str, dict[str, Any]]:
    """What a moderator makes of a comment: mostly it is published, now and then edited or rejected."""
    document = {"version": item["version"], "note": note}
    drawn = chance.random()
    if drawn < 0.2:
        return "reject", document | {"reason": "off_topic"}
    if drawn < 0.3:
        return "approve", document | {"body": f"{item['body']} (sửa)"}
    return "approve", document


@contextlib.asynccontextmanager
async def crowd(stack: Stack, ledger: Ledger) -> AsyncIterator[Crowd]:
    """The crowd of one stack, with as many connections as it has clients."""
    connections = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(stack.url, connector=connections, timeout=TIMEOUT) as http:
        yield Crowd(stack, http, ledger)
