"""A service under load, as the benches of speed have it: filled with comments, measured, and checked.

What is stored is compared with what was answered: each comment is there, once, judged, with its text, in all
its lists, and is found by its words. The goals themselves are those of `intake`, `beside`, `processes` and
others.
"""

import asyncio
import contextlib
import json
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench.load import Generator, Load
from bench.results import within
from bench.serving import API, Served, core_s, serving
from bench.submissions import document, request
from service.comments.model import State
from service.settings import Fsync
from service.store.directory import Role
from service.store.queue import Queue
from service.store.store import Store
from service.supervision.valkey import EmbeddedValkey
from tests.store.looking import assert_consistent, everything
from workers.validator import Validator

PARTITIONS = 16
SEARCHED = 20  # comments that are looked for by their words


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


def measure(side: Side, sender: Generator, numbers: range, connections: int, *, kept: bool = True) -> None:
    """One round on one server; what it answered is noted for the check."""
    chance = random.Random(numbers.start)  # noqa: S311 - the same comments for every server
    documents = [document(number, chance) for number in numbers]
    requests = [request(side.key, n, one) for n, one in zip(numbers, documents, strict=True)]
    used, stored = _used(side)
    load = sender.run(side.served.port, requests, connections)
    used, stored = (after - before for after, before in zip(_used(side), (used, stored), strict=True))
    note(side, documents, load)
    if kept:
        core_us, store_us = (spent / len(requests) * 1e6 for spent in (used, stored))
        made = Round(
            load.per_s, core_us, store_us, within(load.latencies_ms, 0.5), within(load.latencies_ms, 0.99)
        )
        side.rounds.setdefault(connections, []).append(made)


def note(side: Side, documents: Sequence[Mapping[str, object]], load: Load) -> None:
    """Keep what was taken in, for the check.

    Raises:
        SystemExit: not all of it was.
    """
    if not load.statuses.keys() <= {201, 202}:
        raise SystemExit(f"{side.name}: {dict(load.statuses)}: {load.answers[0].decode(errors='replace')}")
    if side.store:
        for one, answer in zip(documents, load.answers, strict=True):
            side.sent[json.loads(answer.partition(b"\r\n\r\n")[2])["id"]] = str(one["body"])


def _used(side: Side) -> tuple[float, float]:
    """Seconds of a core: the server's, and those of the store behind it."""
    return side.served.core_s(), core_s(side.store) if side.store else 0.0


@contextlib.contextmanager
def ours(fsync: Fsync = "always", processes: int = 1) -> Iterator[Side]:
    """API processes before an embedded server of their own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedValkey(Path(folder) / "data", fsync=fsync) as server,
        before(server.url, f"intake, {fsync}", processes) as side,
    ):
        yield side


@contextlib.contextmanager
def before(url: str, name: str, processes: int = 1) -> Iterator[Side]:
    """API processes before a server that runs."""
    pid, key = asyncio.run(_server_pid(url)), asyncio.run(key_of(url, Role.WEBSITE))
    with serving(API, {"CODAU_REDIS_URL": url}, processes) as served:
        yield Side(name, served, key, url, pid)


async def _server_pid(url: str) -> int:
    store = Store(url, PARTITIONS)
    await store.open()
    told: bytes = await store.commands.run("INFO", "server")
    await store.close()
    return int(told.partition(b"process_id:")[2].split()[0])


async def key_of(url: str, role: Role) -> str:
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
    await judge_queued(side.url)
    found = everything(side.url)
    assert_consistent(found)
    assert found.comments.keys() == side.sent.keys()
    assert sum(map(len, found.tags.values())) == len(side.sent)
    for comment_id, body in side.sent.items():
        assert found.comments[comment_id].body == body
        assert found.comments[comment_id].state in (State.PENDING, State.REJECTED)
    await _search(side)


async def judge_queued(url: str) -> None:
    """Empty the queue, as a worker does."""
    store = Store(url, PARTITIONS)
    queue = Queue(url, store.partitions, "bench")
    await queue.prepare()
    await Validator(store, queue).drain()
    await queue.close()
    await store.close()


async def emptied(queue: Queue) -> None:
    """Wait until the workers have judged all that is queued."""
    while await queue.length():  # noqa: ASYNC110 - a worker tells nobody that it has come to the end
        await asyncio.sleep(0.005)  # by so much the end is told late, of seconds


async def _search(side: Side) -> None:
    """Look for the latest by the words that they alone have."""
    key = await key_of(side.url, Role.MODERATOR)
    latest = list(side.sent.items())[-SEARCHED:]
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as http:
        for comment_id, body in latest:
            word = body.split()[2].rstrip(":")
            address = f"http://127.0.0.1:{side.served.port}/v1/queue"
            async with http.get(address, params={"q": word, "order": "newest"}) as answer:
                items = (await answer.json())["items"]
            assert [item["id"] for item in items] == [comment_id], f"{word}: {items}"
