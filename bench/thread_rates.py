"""What a thread of 50 costs against as many bytes from a server that does no work.

`python -m bench.thread_rates [ROUNDS [MILLISECONDS]]` (15, 1,000): one API process, 64 connections; its pages
are kept, and their version is read in the store for each request. `200` has an ETag of before, `304` the
current one. All three take turns of that length.
"""

import asyncio
import tempfile
import time
from pathlib import Path

import uvloop

from bench.command import run
from bench.raw_http import Connection, request
from bench.results import Row, ratios, spread
from bench.serving import API, BARE, Served, core_s, serving
from bench.threads import ADMIN_KEY, KEY, Reader, Shape, all_new, page_request
from service.store.store import Store
from service.supervision.valkey import EmbeddedValkey

CONNECTIONS = 64


class Asker(asyncio.Protocol):
    """One connection that asks the same again and again, and counts answers by their length, which is one."""

    def __init__(self, sent: bytes, length: int, start: bytes) -> None:
        self._sent = sent
        self._length = length
        self._start = start
        self._missing = 0
        self._transport = asyncio.Transport()
        self.answers = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # uvloop's is none by class
        self._ask()

    def _ask(self) -> None:
        self._missing = self._length
        self._transport.write(self._sent)

    def data_received(self, data: bytes) -> None:
        if self._missing == self._length and not data.startswith(self._start):
            raise SystemExit("an answer is not what it should be")
        self._missing -= len(data)
        if not self._missing:
            self.answers += 1
            self._ask()

    def close(self) -> None:
        self._transport.abort()


async def load(process: Served, sent: bytes, status: int, seconds: float) -> tuple[float, float]:
    """Ask again and again on all connections; requests a second, and processor time of one, s."""
    once = await Connection.to(process.port)
    reply = await once.ask(sent)
    once.close()
    length, start = len(reply.head) + 4 + len(reply.body), b"HTTP/1.1 %d " % status
    loop, askers = asyncio.get_running_loop(), list[Asker]()
    cpu, began = core_s(process.pid), time.perf_counter()
    for _ in range(CONNECTIONS):
        _, asker = await loop.create_connection(lambda: Asker(sent, length, start), "127.0.0.1", process.port)
        askers.append(asker)
    await asyncio.sleep(seconds)  # so long is counted; the askers go on by themselves
    took, spent, count = (
        time.perf_counter() - began,
        core_s(process.pid) - cpu,
        sum(a.answers for a in askers),
    )
    for asker in askers:
        asker.close()
    return count / took, spent / count


async def measure(
    redis_url: str, process: Served, plain: Served, rounds: int, seconds: float
) -> dict[str, list[tuple[float, float]]]:
    """By what was asked, requests a second and processor time of one, s, for each round."""
    store, shape = Store(redis_url, 16), Shape("bài/năm mươi", 50)
    await store.open()
    await all_new(store, 0)
    await shape.fill(store, 50)
    reader = Reader(process, await Connection.to(process.port))
    page, _ = await reader.ask(shape, "limit=50")
    cases = {
        "bare": (plain, request(f"/{len(page.body)}", KEY), 200),
        "200": (process, page_request(shape.name, "limit=50", f'"1{page.etag[1:]}'), 200),
        "304": (process, page_request(shape.name, "limit=50", page.etag), 304),
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, (asked, sent, status) in cases.items():
            found[name].append(await load(asked, sent, status, seconds))
    reader.connection.close()
    await store.close()
    return found


def rows(rounds: int = 15, milliseconds: int = 1_000) -> list[Row]:
    """Measure in turns, each so long."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedValkey(Path(folder)) as server:
        settings = {"CODAU_REDIS_URL": server.url, "CODAU_ADMIN_KEY": ADMIN_KEY}
        with serving(API, settings) as process, serving(BARE) as plain:
            found = uvloop.run(measure(server.url, process, plain, rounds, milliseconds / 1000))
    rates = {name: [rate for rate, _ in measured] for name, measured in found.items()}
    costs = {name: [cpu * 1e6 for _, cpu in measured] for name, measured in found.items()}
    made = []
    for name, goal, what in (("304", 0.8, "unchanged (304)"), ("200", 0.7, "changed (200)")):
        told = f"thread of 50 comments, {what}, against a bare aiohttp GET of that size"
        rate = ratios(rates[name], rates["bare"])
        core = ratios(costs["bare"], costs[name])
        seen = [f"{one} {spread(rates[one], 'requests/s')}" for one in ("bare", name)]
        used = [f"{one} {spread(costs[one], 'µs')}" for one in ("bare", name)]
        made.append(Row(f"thread-{name}", told, rate, goal=goal, context=seen))
        made.append(
            Row(
                f"thread-{name}-core", f"thread of 50 comments, {name}, by processor time", core, context=used
            )
        )
    return made


if __name__ == "__main__":
    run(rows)
