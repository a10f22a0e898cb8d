"""How long a webhook takes beside one whose receiver is down, or back: `python -m bench.webhooks 200 20 10`.

So many events happen on one site, so many a second, in so many turns. In each turn a receiver that is well
is measured beside another that is well too, one that hangs, one that refuses connections, one that fails,
and one that is back and is sent what it missed. The order changes from turn to turn, since the machine may
be busy with other work, and each is compared with the first of its own turn. A delay is from the commit of
a step to the call of its receiver. Courier and an embedded server run here, each receiver in a process of
its own.

Names behind the numbers (`back`, `hangs`, …) restrict it to these. Calls that hang are given up after 1 s,
not 15, so that a turn has many that end so.
"""

import asyncio
import contextlib
import multiprocessing
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp
import uvloop
from aiohttp import web

from bench.pacing import paced
from bench.results import within
from service.comments.ids import new_id
from service.comments.model import Author, Comment, Entry, Event, State
from service.outgoing.client import OutgoingClient
from service.outgoing.signature import new_secret
from service.store.deliveries import Delivery
from service.store.steps import Step
from service.store.store import Store
from service.store.webhooks import TYPES, Hook
from service.store.webhooks import new_id as new_hook_id
from service.supervision.valkey import EmbeddedValkey
from workers.courier import Courier

WELL, BACK = "well", "back"
KINDS = (WELL, "hangs", "refuses", "fails", BACK)
MISSED = 500, 10  # comments, and messages of each, that wait for the one that is back: more than a turn sends
HOUR_MS = 3_600_000
GIVEN_UP_S = 1.0
SETTLED_S = 1.0  # for the courier's start, which is not what is measured


class Receiver:
    """One server: answers at once, never, or with failure, by the path that is called."""

    def __init__(self) -> None:
        self._came: dict[str, float] = {}
        self._count = 0

    async def serve(self, told: Connection) -> None:
        """Serve for ever; tells its port."""
        app = web.Application()
        app.router.add_post("/well", self._well)
        app.router.add_post("/hangs", self._hangs)
        app.router.add_post("/fails", self._fails)
        app.router.add_get("/came", self._tell)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        told.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    async def _well(self, request: web.Request) -> web.Response:
        self._count += 1
        self._came.setdefault((await request.json())["data"]["id"], time.monotonic())
        return web.Response(status=204)

    async def _hangs(self, _: web.Request) -> web.Response:
        await asyncio.Event().wait()  # for what never comes
        return web.Response()

    async def _fails(self, _: web.Request) -> web.Response:
        return web.Response(status=500)

    async def _tell(self, _: web.Request) -> web.Response:
        return web.json_response({"came": self._came, "count": self._count})


def serve(told: Connection) -> None:
    uvloop.run(Receiver().serve(told))


@contextlib.contextmanager
def receiver() -> Iterator[str]:
    """A receiver in a process of its own; gives its address."""
    spawning = multiprocessing.get_context("spawn")
    here, there = spawning.Pipe()
    process = spawning.Process(target=serve, args=(there,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        process.kill()
        process.join()


@contextlib.contextmanager
def refusing() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


async def asked(base: str) -> tuple[dict[str, float], int]:
    """When the first message of each comment came, and how many came at all."""
    async with aiohttp.ClientSession() as http, http.get(f"{base}/came") as answer:
        document = await answer.json()
    return document["came"], document["count"]


def made(number: int) -> Step:
    """A comment that is published from its first step on."""
    at, thread = int(time.time() * 1000), f"bai/{number % 100}"
    entry = Entry(Event.REPLIED, State.PUBLISHED, "Lan", at, "k1", text="Cảm ơn bạn đã góp ý.")
    comment = Comment("bao", new_id(thread, at, number), thread, Author("Tòa soạn"), (entry,))
    return Step(None, comment)


async def published(store: Store) -> list[Step]:
    """Comments that no webhook was told of."""
    steps = [made(1_000_000 + number) for number in range(MISSED[0])]
    await store.comments.commit_all(steps)
    return steps


async def miss(store: Store, hook: Hook, steps: Sequence[Step]) -> None:
    """Let messages of comments wait for a receiver, since an hour ago."""
    at = int(time.time() * 1000) - HOUR_MS
    for number in range(MISSED[1]):
        waiting = [
            Delivery(f"{at:012x}-{number:04x}-{place:03x}", "comment.published", step.after.id, 1, at)
            for place, step in enumerate(steps)
        ]
        await asyncio.gather(*(store.deliveries.add("bao", hook.id, one, now_ms=at) for one in waiting))


async def delays(store: Store, base: str, numbers: range, rate: float, *, left_out: int = 0) -> list[float]:
    """Let events happen, so many a second; returns the delays of the receiver that is well, ms.

    Args:
        left_out: so many at the beginning do not count.
    """
    sent = dict[str, float]()
    async for number in paced(numbers, rate):
        step = made(number)
        await store.comments.commit(step)
        if number - numbers.start >= left_out:
            sent[step.after.id] = time.monotonic()
    came = dict[str, float]()
    async with asyncio.timeout(60):
        while not sent.keys() <= came.keys():
            await asyncio.sleep(0.1)  # it is told when they came, so that asking seldom changes no delay
            came, _ = await asked(base)
    return [(came[one] - at) * 1000 for one, at in sent.items()]


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: the delays, and what an event took of this process's processor time, both ms; and how many
    messages a second the other receiver was sent."""

    delays: Sequence[float]
    cpu: float
    rate: float


async def run(folder: Path, base: str, other: str, kind: str, *, count: int, rate: float) -> Turn:
    """One turn on an empty store: the receiver that is well, and the other beside it."""
    with EmbeddedValkey(folder) as server:
        store, stop = Store(server.url, 16), asyncio.Event()
        await store.open()
        path = "well" if kind == BACK else kind
        hooks = [
            Hook(new_hook_id(), url, TYPES, 0, new_secret()) for url in (f"{base}/well", f"{other}/{path}")
        ]
        steps = await published(store) if kind == BACK else []
        for hook in hooks:
            await store.webhooks.add("bao", hook, await store.events.ends())
        await miss(store, hooks[1], steps)
        courier = Courier(store, lambda: OutgoingClient(allow_private=True, deadline_s=GIVEN_UP_S))
        working = asyncio.create_task(courier.run(stop))
        await asyncio.sleep(SETTLED_S)
        before, began, cpu = await answered(other, kind), time.monotonic(), time.process_time()
        found = await delays(store, base, range(count), rate)
        cpu_ms = (time.process_time() - cpu) * 1000 / count
        other_rate = (await answered(other, kind) - before) / (time.monotonic() - began)
        stop.set()
        await working
        await store.close()
        return Turn(found, cpu_ms, other_rate)


async def answered(other: str, kind: str) -> int:
    """How many messages the other receiver has taken."""
    return (await asked(other))[1] if kind in (WELL, BACK) else 0


def told(found: Mapping[str, Sequence[Turn]], label: str, figure: Callable[[Turn], float]) -> None:
    """Print a figure for each kind of neighbour, and how it compares with the first kind's, turn by turn."""
    first = [figure(turn) for turn in found[WELL]]
    for kind, turns in found.items():
        mine = [figure(turn) for turn in turns]
        low, middle, high = statistics.quantiles([a / b for a, b in zip(mine, first, strict=True)], n=4)
        print(f"{label} beside {kind}: {statistics.median(mine):.2f}, {middle:.2f} × ({low:.2f}–{high:.2f})")


def main() -> None:
    count, rate, turns = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    kinds = [WELL, *(kind for kind in KINDS if kind in sys.argv[4:])] if sys.argv[4:] else list(KINDS)
    found: dict[str, list[Turn]] = {kind: [] for kind in kinds}
    for turn in range(turns):
        for kind in kinds[turn % len(kinds) :] + kinds[: turn % len(kinds)]:
            with (
                tempfile.TemporaryDirectory() as folder,
                receiver() as base,
                refusing() if kind == "refuses" else receiver() as other,
            ):
                turned = run(Path(folder), base, other, kind, count=count, rate=rate)
                found[kind].append(uvloop.run(turned))
    told(found, "median delay, ms,", lambda turn: within(turn.delays, 0.5))
    told(found, "95th percentile, ms,", lambda turn: within(turn.delays, 0.95))
    told(found, "processor time of an event, ms,", lambda turn: turn.cpu)
    told(found, "messages a second to the other", lambda turn: turn.rate)


if __name__ == "__main__":
    main()
