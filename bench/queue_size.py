"""Does the first page of the queue cost the same with a million comments waiting as with a thousand?

`python -m bench.queue_size [MANY]` (1,000,000). A thousand comments are real; the rest stand behind them in
the lists alone, since a first page reads no more of them than that they are there.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from redis.asyncio import Redis

from bench.command import quiet
from bench.moderators import submitted
from service.comments.ids import new_id
from service.comments.model import State
from service.store import keys
from service.supervision.valkey import EmbeddedValkey
from tests.running import Running, running

REAL = 1_000
ROUNDS = 60
ORDERS = ("oldest", "risk")


async def times_ms(service: Running, order: str) -> list[float]:
    """How long the first page takes, again and again."""
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = await service.moderator("GET", f"/v1/queue?order={order}&limit=20")
        found.append((time.perf_counter() - began) * 1_000)
        if answer.status != 200 or len(answer.json["items"]) != 20:
            raise SystemExit(answer.text)
    return found


async def fill(service: Running, url: str, many: int) -> None:
    """Put ids behind the real comments into the lists by time and by risk."""
    partitions, now = service.store.partitions, time.time_ns() // 1_000_000
    async with Redis.from_url(url) as redis:
        for p in partitions:
            ids = [new_id(f"bai/{p}", now + n, n) for n in range(many // partitions.count)]
            for start in range(0, len(ids), 10_000):
                part = ids[start : start + 10_000]
                await redis.zadd(
                    keys.listed(p, "bao", State.PENDING), {one: now + n for n, one in enumerate(part)}
                )
                await redis.zadd(keys.risk(p, "bao"), {one: n for n, one in enumerate(part)})


async def main(many: int) -> None:
    quiet()
    with tempfile.TemporaryDirectory() as folder, EmbeddedValkey(Path(folder)) as server:
        async with running(server.url) as service:
            await submitted(service, REAL)
            few = {order: await times_ms(service, order) for order in ORDERS}
            await fill(service, server.url, many)
            total = (await service.moderator("GET", "/v1/queue?limit=1")).json["total"]
            for order in ORDERS:
                lots = statistics.median(await times_ms(service, order))
                before = statistics.median(few[order])
                ratio = f"{lots / before:.2f}×"
                print(f"{order}: {before:.1f} ms with {REAL:,}, {lots:.1f} ms with {total:,}: {ratio}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
