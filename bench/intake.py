"""Intake against a bare aiohttp server, side by side: `python -m bench.intake [REQUESTS] [ROUNDS]`.

Each of the rounds (7) sends as many comments (2,000) to each server in turn, from a process beside, over 64
connections and then over 32: to bare aiohttp, to one API process before an embedded Valkey with `appendfsync`
`always`, and to one with `everysec`. All that intake does is on: key, validation, Idempotency-Key, limits of
author and address, record, queue, event. Then a worker judges, and what is stored is compared with what was
answered: each comment is there, once, judged, with its text, in all its lists, and is found by its words.
"""

import asyncio
import contextlib
import itertools
import json
import logging
import random
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench.load import Generator, generator
from bench.serving import API, BARE, Served, core_s, serving
from service import logs
from service.comments.model import State
from service.settings import Fsync
from service.store.directory import Role
from service.store.queue import Queue
from service.store.store import Store
from service.supervision.valkey import EmbeddedValkey
from tests.store.looking import assert_consistent, everything
from workers.validator import Validator

BYTES = 568
"""Of the JSON of a request."""

PARTITIONS = 16
SEARCHED = 20  # comments that are looked for by their words

CONNECTIONS = (64, 32)
FSYNC: tuple[Fsync, ...] = ("always", "everysec")

_ONSETS = (
    "b",
    "c",
    "d",
    "đ",
    "g",
    "h",
    "l",
    "m",
    "n",
    "ng",
    "nh",
    "ph",
    "qu",
    "r",
    "s",
    "t",
    "th",
    "tr",
    "v",
)
_RIMES = (
    "à",
    "á",
    "ạ",
    "ài",
    "ái",
    "ạn",
    "ắn",
    "ấn",
    "ật",
    "ầu",
    "ẹ",
    "ếch",
    "ện",
    "ề",
    "ình",
    "ọc",
    "ốt",
    "ừng",
)
_SYLLABLES = [onset + rime for onset in _ONSETS for rime in _RIMES]  # so many that no two comments are alike


@dataclass(frozen=True, slots=True)
class Round:
    """What one server did in one round.

    Attributes:
        core_us: processor time for each request.
        store_us: the same of the Valkey behind it.
        p50_ms, p99_ms: latencies.
    """

    per_s: float
    core_us: float
    store_us: float
    p50_ms: float
    p99_ms: float


@dataclass(slots=True)
class Side:
    """A server under load.

    Attributes:
        key: sent with each request; "" where nobody looks at it.
        store: pid of the Valkey behind it, or None.
        sent: bodies by id, as answered.
        rounds: by number of connections.
    """

    name: str
    served: Served
    key: str = ""
    url: str = ""
    store: int | None = None
    sent: dict[str, str] = field(default_factory=dict)
    rounds: dict[int, list[Round]] = field(default_factory=dict)


def document(number: int, chance: random.Random) -> dict[str, object]:
    """A comment like no other, `BYTES` long as JSON; 5,000 authors at 3,000 addresses, 500 threads."""
    address = number % 3_000
    made: dict[str, object] = {
        "thread": f"doi-song/{number % 500}",
        "body": f"Ý kiến số{number}:",
        "author": {
            "name": f"Bạn đọc {number % 5_000}",
            "id": f"u-{number % 5_000}",
            "email": f"u{number % 5_000}@thu.example",
            "ip": f"198.51.{address // 250}.{address % 250}",
        },
    }
    missing = BYTES - len(_dumped(made))
    while missing > 12:
        made["body"] = f"{made['body']} {chance.choice(_SYLLABLES)}"
        missing = BYTES - len(_dumped(made))
    made["body"] = f"{made['body']} {number:0{missing - 1}}"
    return made


def _dumped(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def request(side: Side, number: int, body: bytes) -> bytes:
    """The bytes of one submission, with the headers that a website sends."""
    head = (
        "POST /v1/comments HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {side.key}\r\nIdempotency-Key: yeu-cau-{number}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def measure(side: Side, sender: Generator, numbers: range, connections: int, *, kept: bool = True) -> None:
    """One round on one server; what it answered is noted for the check."""
    chance = random.Random(numbers.start)  # noqa: S311 - the same comments for every server
    documents = [document(number, chance) for number in numbers]
    requests = [request(side, n, _dumped(one)) for n, one in zip(numbers, documents, strict=True)]
    used, stored = core_s(side.served.pid), core_s(side.store) if side.store else 0.0
    load = sender.run(side.served.port, requests, connections)
    used, stored = core_s(side.served.pid) - used, (core_s(side.store) if side.store else 0.0) - stored
    if load.statuses != {202: len(requests)}:
        raise SystemExit(f"{side.name}: {dict(load.statuses)}: {load.answers[0].decode(errors='replace')}")
    if kept:
        core_us, store_us = (spent / len(requests) * 1e6 for spent in (used, stored))
        made = Round(load.per_s, core_us, store_us, load.latency_ms(0.5), load.latency_ms(0.99))
        side.rounds.setdefault(connections, []).append(made)
    if side.store:
        for one, answer in zip(documents, load.answers, strict=True):
            side.sent[json.loads(answer.partition(b"\r\n\r\n")[2])["id"]] = str(one["body"])


@contextlib.contextmanager
def sides() -> Iterator[list[Side]]:
    """The servers to compare, the bare one first."""
    with contextlib.ExitStack() as stack:
        bare = stack.enter_context(serving(BARE))
        yield [Side("bare aiohttp", bare), *(stack.enter_context(_ours(fsync)) for fsync in FSYNC)]


@contextlib.contextmanager
def _ours(fsync: Fsync) -> Iterator[Side]:
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        server = stack.enter_context(EmbeddedValkey(Path(folder) / "data", fsync=fsync))
        pid = asyncio.run(_server_pid(server.url))
        served = stack.enter_context(serving(API, {"CODAU_REDIS_URL": server.url}))
        key = asyncio.run(_key(server.url, Role.WEBSITE))
        yield Side(f"intake, {fsync}", served, key, server.url, pid)


async def _server_pid(url: str) -> int:
    store = Store(url, PARTITIONS)
    await store.open()
    told: bytes = await store.commands.run("INFO", "server")
    await store.close()
    return int(told.partition(b"process_id:")[2].split()[0])


async def _key(url: str, role: Role) -> str:
    store = Store(url, PARTITIONS)
    await store.directory.put_site("bao", "Báo Ví Dụ", now_ms=1)
    _, key = await store.directory.create_key(role=role, name="bench", site="bao", now_ms=1)
    await store.close()
    return key


async def check(side: Side) -> None:
    """Judge what is queued, and compare all that is stored with all that was answered.

    Raises:
        AssertionError: a comment is missing, or there twice, or not what was sent.
    """
    await _judge(side.url)
    found = everything(side.url)
    assert_consistent(found)
    assert found.comments.keys() == side.sent.keys()
    assert len(found.keys_of_comments) == len(side.sent)
    for comment_id, body in side.sent.items():
        assert found.comments[comment_id].body == body
        assert found.comments[comment_id].state in (State.PENDING, State.REJECTED)
    await _search(side)


async def _judge(url: str) -> None:
    store = Store(url, PARTITIONS)
    queue = Queue(url, store.partitions, "bench")
    await queue.prepare()
    await Validator(store, queue).drain()
    await queue.close()
    await store.close()


async def _search(side: Side) -> None:
    """Look for the latest by the words that they alone have."""
    key = await _key(side.url, Role.MODERATOR)
    latest = list(side.sent.items())[-SEARCHED:]
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as http:
        for comment_id, body in latest:
            word = body.split()[2].rstrip(":")
            address = f"http://127.0.0.1:{side.served.port}/v1/queue"
            async with http.get(address, params={"q": word, "order": "newest"}) as answer:
                items = (await answer.json())["items"]
            assert [item["id"] for item in items] == [comment_id], f"{word}: {items}"


def run(requests: int = 2_000, rounds: int = 7) -> list[Side]:
    """Measure in turns, then check what was stored; the first round warms up and is not kept."""
    numbers = itertools.count()
    with generator() as sender, sides() as compared:
        for turn in range(rounds + 1):
            for connections in CONNECTIONS:
                first = next(numbers) * requests
                for side in compared:
                    measure(side, sender, range(first, first + requests), connections, kept=turn > 0)
        for side in compared[1:]:
            asyncio.run(check(side))
    return compared


def table(compared: Sequence[Side], connections: int) -> str:
    """Medians with the smallest and the largest of the rounds, and ratios to the first server's."""
    lines = [
        "| server | requests/s | ratio | core, µs | ratio | store, µs | p50, ms | p99, ms | ratio |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    bare = compared[0].rounds[connections]
    for side in compared:
        ours = side.rounds[connections]
        cells = [
            side.name,
            spread([one.per_s for one in ours], 0),
            f"{middle(ours, 'per_s') / middle(bare, 'per_s'):.2f}",
            spread([one.core_us for one in ours], 0),
            f"{middle(bare, 'core_us') / middle(ours, 'core_us'):.2f}",
            spread([one.store_us for one in ours], 0),
            spread([one.p50_ms for one in ours], 1),
            spread([one.p99_ms for one in ours], 1),
            f"{middle(ours, 'p99_ms') / middle(bare, 'p99_ms'):.1f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def middle(rounds: Sequence[Round], what: str) -> float:
    return statistics.median([float(getattr(one, what)) for one in rounds])


def spread(values: Sequence[float], digits: int) -> str:
    """The median, and in parentheses the smallest and the largest."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):,.{digits}f} ({low:,.{digits}f}–{high:,.{digits}f})"


def main() -> None:
    logs.set_up("console", level=logging.WARNING)
    requests, rounds = (int(given) for given in (*sys.argv[1:3], *("2000", "7")[len(sys.argv) - 1 :]))
    compared = run(requests, rounds)
    for connections in CONNECTIONS:
        print(f"{connections} connections, {rounds} rounds of {requests:,} requests of {BYTES} bytes each")
        print(table(compared, connections), end="\n\n")
    for side in compared[1:]:
        print(f"{side.name}: {len(side.sent):,} comments are there, once each, judged, and searchable")


if __name__ == "__main__":
    main()
