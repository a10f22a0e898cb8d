"""How long webhooks take, alone and beside receivers that hang or fail: `python -m bench.webhooks 400 40 3`.

So many events happen on one site, so many a second, in so many rounds, which take turns since the machine may
be busy with other work. Receivers, courier and an embedded server run here. A delay is from the commit of a
step to the call of its receiver. Calls to a receiver that hangs last as long as the deadline (15 s).
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

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
        self.came: dict[str, float] = {}
        self._app = web.Application()
        self._app.router.add_post("/well/{n}", self._well)
        self._app.router.add_post("/hangs", self._hangs)
        self._app.router.add_post("/fails", self._fails)

    async def start(self) -> str:
        runner = web.AppRunner(self._app, shutdown_timeout=0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def _well(self, request: web.Request) -> web.Response:
        self.came.setdefault((await request.json())["data"]["id"], time.perf_counter())
        return web.Response(status=204)

    async def _hangs(self, _: web.Request) -> web.Response:
        await asyncio.sleep(3_600)
        return web.Response()

    async def _fails(self, _: web.Request) -> web.Response:
        return web.Response(status=500)


async def delays(store: Store, base: str, came: dict[str, float], count: int, rate: float) -> list[float]:
    """Let events happen; returns the delays of the receiver that is well, ms, sorted."""
    sent: dict[str, float] = {}
    began = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        at = int(time.time() * 1000)
        thread = f"bai/{number % 100}"
        entry = Entry(Event.REPLIED, State.PUBLISHED, "Lan", at, "k1", text="Cảm ơn bạn đã góp ý.")
        comment = Comment("bao", new_id(thread, at, number), thread, Author("Tòa soạn"), (entry,))
        await store.comments.commit(Step(None, comment))
        sent[comment.id] = time.perf_counter()
    async with asyncio.timeout(60):
        while len(came) < count:  # noqa: ASYNC110 - receivers tell nothing
            await asyncio.sleep(0.01)
    return sorted((came[one] - at) * 1000 for one, at in sent.items())


async def run(folder: Path, others: Sequence[str], count: int, rate: float) -> list[float]:
    """One round on an empty store: the receiver that is well, and others beside it."""
    with EmbeddedValkey(folder) as server:
        store, receivers, stop = Store(server.url, 16), Receivers(), asyncio.Event()
        await store.open()
        base = await receivers.start()
        for path in ("well/1", *others):
            hook = Hook(new_hook_id(), f"{base}/{path}", TYPES, 0, new_secret())
            await store.webhooks.add("bao", hook, await store.events.ends())
        courier = Courier(store, lambda: OutgoingClient(allow_private=True))
        working = asyncio.create_task(courier.run(stop))
        await asyncio.sleep(1)
        found = await delays(store, base, receivers.came, count, rate)
        stop.set()
        await working
        await store.close()
        return found


def main() -> None:
    count, rate, turns = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    rounds: dict[str, list[str]] = {
        "alone": [],
        "beside one that hangs": ["hangs"],
        "beside one that fails": ["fails"],
        "beside three that hang and one that fails": ["hangs", "hangs", "hangs", "fails"],
    }
    found: dict[str, list[float]] = {name: [] for name in rounds}
    for _ in range(turns):
        for name, others in rounds.items():
            with tempfile.TemporaryDirectory() as folder:
                found[name] += uvloop.run(run(Path(folder), others, count, rate))
    for name, measured in found.items():
        p25, median, p95 = (sorted(measured)[len(measured) * share // 100] for share in (25, 50, 95))
        print(f"{name}: quartile {p25:.1f} ms, median {median:.1f} ms, p95 {p95:.1f} ms")


if __name__ == "__main__":
    main()
