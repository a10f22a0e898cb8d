"""How long webhooks take beside receivers that are well, hang, or fail: `python -m bench.webhooks 400 40 3`.

So many events happen on one site, so many a second, in so many rounds, which take turns since the machine may
be busy with other work. Courier and an embedded server run here, receivers in a process beside. A delay is
from the commit of a step to the call of its receiver. Calls to a receiver that hangs last until the deadline.
"""

import asyncio
import contextlib
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
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
from service.store.store import Store
from service.store.webhooks import TYPES, Hook
from service.store.webhooks import new_id as new_hook_id
from service.supervision.valkey import EmbeddedValkey
from workers.courier import Courier


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


async def run(folder: Path, base: str, others: Sequence[str], count: int, rate: float) -> list[float]:
    """One round on an empty store: the receiver that is well, and others beside it."""
    with EmbeddedValkey(folder) as server:
        store, stop = Store(server.url, 16), asyncio.Event()
        await store.open()
        for path in ("well", *others):
            hook = Hook(new_hook_id(), f"{base}/{path}", TYPES, 0, new_secret())
            await store.webhooks.add("bao", hook, await store.events.ends())
        courier = Courier(store, lambda: OutgoingClient(allow_private=True))
        working = asyncio.create_task(courier.run(stop))
        await asyncio.sleep(1)
        found = await delays(store, base, count, rate)
        stop.set()
        await working
        await store.close()
        return found


def main() -> None:
    count, rate, turns = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    rounds: dict[str, list[str]] = {
        "beside one that is well": ["well/too"],
        "beside one that hangs": ["hangs"],
        "beside one that fails": ["fails"],
    }
    found: dict[str, list[float]] = {name: [] for name in rounds}
    for _ in range(turns):
        for name, others in rounds.items():
            with tempfile.TemporaryDirectory() as folder, receivers() as base:
                found[name] += uvloop.run(run(Path(folder), base, others, count, rate))
    for name, measured in found.items():
        p25, median, p95 = (sorted(measured)[len(measured) * share // 100] for share in (25, 50, 95))
        print(f"{name}: quartile {p25:.1f} ms, median {median:.1f} ms, p95 {p95:.1f} ms")


if __name__ == "__main__":
    main()
