"""How long does a sweep take, what memory, and what do others feel of it?

`python -m bench.retention [MANY]` (100,000). Half of the comments were rejected and have to be erased, of the
other half the addresses have to be taken out: the first sweep of a site that has had none, by a process of
its own. Before it and meanwhile, small reads are sent one after the other, as requests send them.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from service.comments.ids import new_id
from service.comments.model import Author, Comment, Entry, Event, State
from service.store import keys
from service.store.retention import seen
from service.store.store import Store
from service.store.transfer import BATCH, Placed, TransferStore
from service.supervision.valkey import EmbeddedValkey

LONG_AGO_MS = 1_600_000_000_000
TEXT = "Đoạn đường này sáng nào cũng kẹt, mong thành phố sớm mở thêm một làn cho xe buýt. " * 4
QUIET_S = 3.0


def made(number: int) -> Comment:
    """A comment of long ago; every second one was rejected, the others are published."""
    thread, at = f"bai/{number % 500}", LONG_AGO_MS + number
    to, event = (State.REJECTED, Event.REJECTED) if number % 2 else (State.PUBLISHED, Event.APPROVED)
    log = (
        Entry(Event.SUBMITTED, State.QUEUED, "web", at, text=TEXT),
        Entry(Event.JUDGED, State.PENDING, "worker", at + 100),
        Entry(event, to, "Lan", at + 60_000, key_id="k1"),
    )
    author = Author("Minh Anh", f"u-{number % 5_000}", "a@example.vn", "203.0.113.9", "Trình duyệt 1.0")
    return Comment("bao", new_id(thread, at, number), thread, author, log)


async def fill(store: Store, many: int) -> None:
    await store.directory.put_site("bao", "Báo Ví Dụ", now_ms=1)
    transfer = TransferStore(store.url, store.commands, store.partitions)
    for start in range(0, many, BATCH):
        await transfer.restore([Placed(made(number)) for number in range(start, min(start + BATCH, many))])


async def told(store: Store, what: str, go_on: Callable[[], bool]) -> None:
    """How long one small read takes, again and again."""
    found: list[float] = []
    while go_on():
        began = time.perf_counter()
        await store.commands.run("HGET", keys.thread(0, "bao", "bai/1"), "version")
        found.append((time.perf_counter() - began) * 1_000)
        await asyncio.sleep(0.001)  # so that the reads are not themselves the load
    p99 = statistics.quantiles(found, n=100)[98]
    print(f"a read {what}: median {statistics.median(found):.2f} ms, 99th percentile {p99:.2f} ms")


async def sweep(store: Store, many: int) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CODAU_")}
    janitor = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workers", "janitor"), env=kept | {"CODAU_REDIS_URL": store.url}
    )
    ended, began = asyncio.create_task(_swept(store)), time.perf_counter()
    await told(store, "during the sweep", lambda: not ended.done())
    took_s = time.perf_counter() - began
    print(f"{many:,} comments in {took_s:.1f} s: {many / took_s:,.0f} a second")
    print("of the janitor's core a comment took", f"{_cpu_s(janitor.pid) / many * 1_000:.2f} ms;", end=" ")
    print(f"it held {_peak_mib(janitor.pid):.0f} MiB at the most")
    janitor.terminate()
    await janitor.wait()


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1_024


async def _swept(store: Store) -> None:
    while (await seen(store.commands)).swept is None:  # noqa: ASYNC110 - the other process tells nobody
        await asyncio.sleep(0.05)  # seldom enough to take nothing from the sweep


async def index_bytes(store: Store) -> int:
    """What the list by which addresses are found takes."""
    names = [keys.addressed(p, "bao") for p in store.partitions]
    return sum([await store.commands.run("MEMORY", "USAGE", name, "SAMPLES", 0) or 0 for name in names])


async def main(many: int) -> None:
    with tempfile.TemporaryDirectory() as folder, EmbeddedValkey(Path(folder)) as server:
        store = Store(server.url, 16)
        await store.open()
        await fill(store, many)
        used = int((await store.commands.run("INFO", "memory")).split(b"used_memory:")[1].split(b"\r")[0])
        share = await index_bytes(store) / used
        print(f"{used / many:,.0f} bytes a comment, {share:.1%} of it the list of those with addresses")
        until = time.perf_counter() + QUIET_S
        await told(store, "before it", lambda: time.perf_counter() < until)
        await sweep(store, many)
        await store.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
