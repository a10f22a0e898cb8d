"""How long a webhook takes beside one whose receiver is down: `python -m bench.webhooks 200 40 10`.

So many events happen on one site, so many a second, in so many turns. In each turn a receiver that is well
is measured beside another that is well too, one that hangs, one that refuses connections, and one that
fails. The order changes from turn to turn, since the machine may be busy with other work, and each is
compared with the first of its own turn. A delay is from the commit of a step to the call of its receiver.
Courier and an embedded server run here, receivers in a process beside.

Calls that hang are given up after 1 s, not 15, so that a turn has many that end so.
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

from service.comments.ids import new_id
from service.comments.model import Author, Comment, Entry, Event, State
from service.outgoing.client import OutgoingClient
from service.outgoing.signature import new_secret
from service.store.comments import Step
from service.store.deliveries import trial
from service.store.store import Store
from service.store.webhooks import TYPES, Hook
from service.store.webhooks import new_id as new_hook_id
from service.supervision.valkey import EmbeddedValkey
from workers.courier import Courier

WELL, BACK = "is well", "is back"
BACKLOG = 5_000  # messages that waited for the one that is back: more than are sent in a turn
GIVEN_UP_S = 1.0


class Receivers:
    """One server: what answers at once, what never answers, and what always fails."""

    def __init__(self) -> None:
        self._came: dict[str, float] = {}

    async def serve(self, told: Connection) -> None:
        """Serve for ever; tells its port."""
        app = web.Application()
        app.router.add_post("/well", self._well)
        app.router.add_post("/well/too", self._well_too)
        app.router.add_post("/hangs", self._hangs)
        app.router.add_post("/fails", self._fails)
        app.router.add_get("/came", self._tell)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        told.send(runner.addresses[0][1])
        await asyncio.sleep(3_600)

    async def _well(self, request: web.Request) -> web.Response:
        self._came.setdefault((await request.json())["data"]["id"], time.monotonic())
        return web.Response(status=204)

    async def _well_too(self, _: web.Request) -> web.Response:
        return web.Response(status=204)

    async def _hangs(self, _: web.Request) -> web.Response:
        await asyncio.sleep(3_600)
        return web.Response()

    async def _fails(self, _: web.Request) -> web.Response:
        return web.Response(status=500)

    async def _tell(self, _: web.Request) -> web.Response:
        return web.json_response(self._came)


def serve(told: Connection) -> None:
    uvloop.run(Receivers().serve(told))


@contextlib.contextmanager
def receivers() -> Iterator[str]:
    """Receivers in a process of their own; gives their address."""
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
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/"


async def delays(store: Store, base: str, count: int, rate: float) -> list[float]:
    """Let events happen; returns the delays of the receiver that is well, ms."""
    sent: dict[str, float] = {}
    began = time.monotonic()
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        at = int(time.time() * 1000)
        thread = f"bai/{number % 100}"
        entry = Entry(Event.REPLIED, State.PUBLISHED, "Lan", at, "k1", text="Cảm ơn bạn đã góp ý.")
        comment = Comment("bao", new_id(thread, at, number), thread, Author("Tòa soạn"), (entry,))
        await store.comments.commit(Step(None, comment))
        sent[comment.id] = time.monotonic()
    async with asyncio.timeout(60), aiohttp.ClientSession() as http:
        came: dict[str, float] = {}
        while len(came) < count:
            await asyncio.sleep(0.1)
            came = await (await http.get(f"{base}/came")).json()
    return [(came[one] - at) * 1000 for one, at in sent.items()]


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: the delays, and what an event took of this process's processor time, both ms."""

    delays: Sequence[float]
    cpu: float

    def delay(self, share: float) -> float:
        return sorted(self.delays)[int(len(self.delays) * share)]


async def run(folder: Path, base: str, name: str, other: str, *, count: int, rate: float) -> Turn:
    """One turn on an empty store: the receiver that is well, and the other beside it."""
    with EmbeddedValkey(folder) as server:
        store, stop = Store(server.url, 16), asyncio.Event()
        await store.open()
        for url in (f"{base}/well", other):
            hook = Hook(new_hook_id(), url, TYPES, 0, new_secret())
            await store.webhooks.add("bao", hook, await store.events.ends())
        if name == BACK:
            waiting = [trial(time.time_ns() // 1_000_000 - 3_600_000, number) for number in range(BACKLOG)]
            await asyncio.gather(*(store.deliveries.add("bao", hook.id, one, now_ms=1) for one in waiting))
        courier = Courier(store, lambda: OutgoingClient(allow_private=True, deadline_s=GIVEN_UP_S))
        working = asyncio.create_task(courier.run(stop))
        await asyncio.sleep(1)
        began = time.process_time()
        found = await delays(store, base, count, rate)
        cpu_ms = (time.process_time() - began) * 1000 / count
        stop.set()
        await working
        await store.close()
        return Turn(found, cpu_ms)


def told(found: Mapping[str, Sequence[Turn]], label: str, figure: Callable[[Turn], float]) -> None:
    """Print a figure for each kind of neighbour, and how it compares with the first kind's, turn by turn."""
    first = [figure(turn) for turn in found[WELL]]
    for name, turns in found.items():
        mine = [figure(turn) for turn in turns]
        low, middle, high = statistics.quantiles([a / b for a, b in zip(mine, first, strict=True)], n=4)
        print(
            f"{label} beside one that {name}: {statistics.median(mine):.2f} ms, "
            f"{middle:.2f} × ({low:.2f}–{high:.2f})"
        )


def main() -> None:
    count, rate, turns = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    found: dict[str, list[Turn]] = {name: [] for name in (WELL, "hangs", "refuses", "fails", BACK)}
    for turn in range(turns):
        names = list(found)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            with tempfile.TemporaryDirectory() as folder, receivers() as base, refusing() as nobody:
                other = {WELL: f"{base}/well/too", BACK: f"{base}/well/too", "refuses": nobody}.get(
                    name, f"{base}/{name}"
                )
                found[name].append(uvloop.run(run(Path(folder), base, name, other, count=count, rate=rate)))
    told(found, "median delay", lambda turn: turn.delay(0.5))
    told(found, "p95 delay", lambda turn: turn.delay(0.95))
    told(found, "processor time of an event", lambda turn: turn.cpu)


if __name__ == "__main__":
    main()
