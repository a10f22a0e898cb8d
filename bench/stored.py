"""What many stored comments cost: `python -m bench.stored [STORED [COMMENTS [ROUNDS]]]` (100,000, 500, 5).

Two services side by side, one with 1,000 comments stored and one with as many as asked. In each of the rounds
both take so many in, judge them, approve those that wait, answer as many first pages of the queue, and are
asked for a thread of 50 for a third of a second; approving is compared with a bare aiohttp GET as long, too.
What was sent is then looked for: published, once, each step of its log once, and found by its words. At the
end both are stopped, and the larger is started again, see `starting`.
"""

import asyncio
import contextlib
import itertools
import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench import starting
from bench.command import run
from bench.load import Generator, Load, generator
from bench.raw_http import Connection, request
from bench.results import Row, ratios, spread
from bench.serving import BARE, Served, serving
from bench.sides import PARTITIONS, SEARCHED, Side, before, judge_queued, key_of, measure
from bench.thread_rates import load
from bench.threads import Shape, page_request
from bench.transfer_files import comments, placed
from service.comments.model import Comment, Event, State
from service.store.directory import Role
from service.store.store import Store
from service.store.transfer import BATCH, TransferStore
from service.supervision.valkey import EmbeddedValkey

FEW = 1_000
CONNECTIONS = 32
READ_S = 0.3
THREAD = "bài/năm mươi"
STEPS = [Event.SUBMITTED, Event.JUDGED, Event.APPROVED]

WORDS = {
    "intake": "intake",
    "verdicts": "verdicts of one worker's loop",
    "approve": "approve",
    "queue": "first page of the queue",
    "thread-304": "thread of 50, unchanged (304)",
    "thread-200": "thread of 50, changed (200)",
}
"""What grows, in words; each is a rate."""


@dataclass(slots=True)
class Filled:
    """A service with comments in store.

    Attributes:
        moderator: a key.
        rates: a second, by what was done, for each round.
        approved: ids.
    """

    side: Side
    moderator: str
    rates: dict[str, list[float]] = field(default_factory=dict)
    approved: list[str] = field(default_factory=list)

    def note(self, what: str, per_s: float) -> None:
        self.rates.setdefault(what, []).append(per_s)

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.moderator}"}


async def fill(url: str, count: int) -> None:
    """Comments as an import brings them, and a thread of 50."""
    store = Store(url, PARTITIONS)
    await store.open()
    await store.directory.put_site("bao", "Báo Ví Dụ", now_ms=1)
    transfer = TransferStore(url, store.commands, store.partitions)
    made = (placed(one) for one in comments(count))
    while batch := list(itertools.islice(made, BATCH)):
        await transfer.restore(batch)
    await Shape(THREAD, 50).fill(store, 50)
    await store.close()


def turn(filled: Filled, bare: Served, sender: Generator, numbers: range) -> None:
    """One round on one service."""
    known = set(filled.side.sent)
    measure(filled.side, sender, numbers, CONNECTIONS)
    filled.note("intake", filled.side.rounds[CONNECTIONS][-1].per_s)
    began = time.perf_counter()
    asyncio.run(judge_queued(filled.side.url))
    filled.note("verdicts", len(numbers) / (time.perf_counter() - began))
    approve(filled, bare, sender, [one for one in filled.side.sent if one not in known])
    page = request("/v1/queue?limit=20", filled.headers)
    found = sender.run(filled.side.served.port, [page] * len(numbers), CONNECTIONS)
    _all(found, 200)
    filled.note("queue", found.per_s)
    asyncio.run(read(filled))


def approve(filled: Filled, bare: Served, sender: Generator, ids: list[str]) -> None:
    """Approve what was judged, those that were rejected left out; then the bare server beside."""
    waiting = [one for one in asyncio.run(stored(filled.side.url, ids)) if one.state is State.PENDING]
    asked = [approval(one, filled.headers) for one in waiting]
    found = sender.run(filled.side.served.port, asked, CONNECTIONS)
    _all(found, 200)
    filled.note("approve", found.per_s)
    filled.approved.extend(one.id for one in waiting)
    length = len(found.answers[0].partition(b"\r\n\r\n")[2])
    plain = sender.run(bare.port, [request(f"/{length}", filled.headers)] * len(asked), CONNECTIONS)
    filled.note("bare", plain.per_s)


def approval(one: Comment, headers: Mapping[str, str]) -> bytes:
    body = json.dumps({"version": one.version}).encode()
    return request(f"/v1/comments/{one.id}/approve", headers, "POST", body)


def _all(found: Load, status: int) -> None:
    if set(found.statuses) != {status}:
        raise SystemExit(f"{dict(found.statuses)}: {found.answers[0].decode(errors='replace')}")


async def read(filled: Filled) -> None:
    """The thread of 50, as `bench.thread_rates` asks for it."""
    once = await Connection.to(filled.side.served.port)
    page = await once.ask(page_request(THREAD, "limit=50", key=filled.side.key))
    once.close()
    for status, etag in ((304, page.etag), (200, f'"1{page.etag[1:]}')):
        sent = page_request(THREAD, "limit=50", etag, key=filled.side.key)
        per_s, _ = await load(filled.side.served, sent, status, READ_S)
        filled.note(f"thread-{status}", per_s)


async def stored(url: str, ids: list[str]) -> list[Comment]:
    """Comments by id.

    Raises:
        AssertionError: one is missing.
    """
    store = Store(url, PARTITIONS)
    found = await store.comments.many("bao", ids)
    await store.close()
    assert None not in found
    return [one for one in found if one is not None]


async def check(filled: Filled) -> None:
    """Compare what is stored with what was sent and answered."""
    found = {one.id: one for one in await stored(filled.side.url, list(filled.side.sent))}
    assert all(one.body == filled.side.sent[one.id] for one in found.values())
    assert all([entry.event for entry in found[one].log] == STEPS for one in filled.approved)
    assert all(one.state in (State.PUBLISHED, State.REJECTED) for one in found.values())
    async with aiohttp.ClientSession(headers=filled.headers) as http:
        for comment_id in filled.approved[-SEARCHED:]:
            asked = {"q": (found[comment_id].body or "").split()[2].rstrip(":"), "state": "published"}
            address = f"http://127.0.0.1:{filled.side.served.port}/v1/queue"
            async with http.get(address, params=asked) as answer:
                assert [item["id"] for item in (await answer.json())["items"]] == [comment_id]


@contextlib.contextmanager
def filled(folder: Path, count: int) -> Iterator[Filled]:
    with EmbeddedValkey(folder) as server:
        asyncio.run(fill(server.url, count))
        moderator = asyncio.run(key_of(server.url, Role.MODERATOR))
        with before(server.url, f"{count:,} stored") as side:
            yield Filled(side, moderator)


def rows(count: int = 100_000, requests: int = 500, rounds: int = 5) -> list[Row]:
    """Measure in turns, check, start again; the first round warms up."""
    with tempfile.TemporaryDirectory() as little, tempfile.TemporaryDirectory() as much:
        with (
            generator() as sender,
            serving(BARE) as bare,
            filled(Path(little), FEW) as few,
            filled(Path(much), count) as many,
        ):
            for number in range(rounds + 1):
                for one in (few, many) if number % 2 else (many, few):
                    turn(one, bare, sender, range(number * requests, (number + 1) * requests))
            for one in (few, many):
                asyncio.run(check(one))
                one.rates = {what: found[1:] for what, found in one.rates.items()}
        return [_approve(many, count), *_growth(few, many, count), *starting.rows(Path(much), count, rounds)]


def _approve(many: Filled, count: int) -> Row:
    ours, plain = many.rates["approve"], many.rates["bare"]
    context = [f"approve {spread(ours, 'requests/s')}", f"bare {spread(plain, 'requests/s')}"]
    what = f"approve, one process, 32 connections, {count:,} stored, against a bare aiohttp GET"
    return Row("approve", what, ratios(ours, plain), goal=0.5, context=context)


def _growth(few: Filled, many: Filled, count: int) -> Iterator[Row]:
    for name, what in WORDS.items():
        rates = few.rates[name], many.rates[name]
        context = [f"{FEW:,}: {spread(rates[0], '/s')}", f"{count:,}: {spread(rates[1], '/s')}"]
        told = f"growth: {what}, {count:,} stored against {FEW:,}"
        yield Row(f"growth-{name}", told, ratios(rates[1], rates[0]), goal=0.9, context=context)


if __name__ == "__main__":
    run(rows)
