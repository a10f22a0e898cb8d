"""Clients that go away in the middle, 20,000, leave nothing behind, and nobody else gets their answers.

They submit, some waiting for the verdict, read threads and the queue, follow the events; and go in the
middle of what they send, before the answer, or in the middle of it, half of them with a reset. Beside them
websites submit and moderators decide on connections that they keep, each request under a name of its own:
its answer has to carry that name (`crowd`), and the text that was sent.
"""

import asyncio
import contextlib
import json
import random
import socket
import struct
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.torture.again import comes_true
from bench.torture.comparing import compare, look_into
from bench.torture.crowd import Crowd, comment, crowd, idempotency_key
from bench.torture.ledger import Ledger
from bench.torture.memory import most_held_mib
from bench.torture.outcome import Figure, Outcome
from bench.torture.sockets import clients_of, sockets_of
from bench.torture.stack import Apart, Keys, apart

AT_ONCE = 32
FIRST = 1_000_000  # comments of those who go have numbers from here on
MODERATORS = 2
WEBSITES = 4
GONE_S = 20.0  # what a stream may take to notice
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 s


@dataclass(frozen=True, slots=True)
class Size:
    """How many clients go."""

    clients: int = 20_000
    seed: int = 1


SHORT = Size(clients=600)


def run(size: Size, folder: Path) -> Outcome:
    """Go away in the middle; compare, tell."""
    with apart(folder) as stack, Ledger(folder / "ledger") as ledger:
        return asyncio.run(_torture(size, stack, ledger))


async def _torture(size: Size, stack: Apart, ledger: Ledger) -> Outcome:
    chance, began = random.Random(size.seed), time.monotonic()  # noqa: S311 - seeded
    async with crowd(stack, ledger) as people:
        await people.submit(range(500))
        await people.settled()
    before = await _at_rest(stack)
    async with crowd(stack, ledger) as people:
        went = await _come_and_go(size, people, chance)
        took_s = time.monotonic() - began
        await people.settled()
        broken = [*await compare(people), *look_into(people)]
    after = await _at_rest(stack)
    answers = ledger.answers
    figures: dict[str, Figure] = {
        "clients that went": went.total(),
        **{f"of them {how}": count for how, count in went.most_common()},
        "good requests meanwhile": answers.total(),
        "sockets of the API before": before,
        "sockets of the API after": after,
        "memory of the API at the most, MiB": most_held_mib(stack.api.pid),
        "took, s": took_s,
        "answers": ledger.told(),
    }
    if after > before:
        broken.append(f"the API has {after - before} sockets more than before")
    return Outcome(figures, broken)


async def _come_and_go(size: Size, people: Crowd, chance: random.Random) -> Counter[str]:
    """All that go, and good ones beside them until the last is gone."""
    goer = _Goer(people, chance)
    async with people.moderating(MODERATORS, chance), people.submitting(500, WEBSITES):
        shared = iter(range(size.clients))
        async with asyncio.TaskGroup() as going:
            for _ in range(AT_ONCE):
                going.create_task(goer.go_all(shared))
    return goer.went


class _Goer:
    """Makes requests of every kind and leaves them.

    Attributes:
        went: how often when.
    """

    def __init__(self, people: Crowd, chance: random.Random) -> None:
        parts = urlsplit(people.stack.url)
        self._address = str(parts.hostname), int(parts.port or 0)
        self._people = people
        self._chance = chance
        self.went: Counter[str] = Counter()

    async def go_all(self, numbers: Iterator[int]) -> None:
        for number in numbers:
            with contextlib.suppress(OSError):
                await self._go(number)

    async def _go(self, number: int) -> None:
        request = self._request(number)
        reader, writer = await asyncio.open_connection(*self._address)
        how = self._chance.choice(["in the middle of sending", "before the answer", "in the middle of it"])
        sent = request[: self._chance.randrange(len(request))] if how.endswith("sending") else request
        writer.write(sent)
        if how == "in the middle of it":
            await reader.readexactly(1)
        elif self._chance.random() < 0.5:
            await asyncio.sleep(self._chance.random() * 0.05)  # to go at any moment of the work on it
        if self._chance.random() < 0.5:
            bound: socket.socket = writer.get_extra_info("socket")
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()
        self.went[how] += 1

    def _request(self, number: int) -> bytes:
        keys = self._people.stack.keys
        return self._chance.choice([self._submission, self._submission, _reading])(number, keys)

    def _submission(self, number: int, keys: Keys) -> bytes:
        """A comment that may be taken in, or not; half of them wait for the verdict."""
        key, document = idempotency_key(FIRST + number), comment(FIRST + number)
        self._people.ledger.submitting(key, document)
        body = json.dumps(document, ensure_ascii=False).encode()
        waits = "Prefer: wait=10\r\n" if number % 2 else ""
        head = (
            f"POST /v1/comments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {keys.website}\r\n{waits}"
            f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


_PATHS = (
    *("/v1/events", "/v1/queue?limit=100", "/v1/queue?q=hay", "/v1/stats?from=2026-01-01&to=2026-01-31"),
    *("/v1/threads/bai%2F1/comments?limit=200", "/openapi.json", "/readyz", "/metrics"),
)


def _reading(number: int, keys: Keys) -> bytes:
    path = _PATHS[number % len(_PATHS)]
    return f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {keys.moderator}\r\n\r\n".encode()


async def _at_rest(stack: Apart) -> int:
    """How many sockets the API has when it has had time to close those of clients that are gone."""
    port = int(urlsplit(stack.url).port or 0)
    await comes_true(lambda: not clients_of(port), GONE_S)
    return sockets_of(stack.api.pid)
