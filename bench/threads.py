"""What pages of a thread cost: `python -m bench.threads [COMMENTS [ROUNDS]]` (10,000, 7).

Three threads of so many comments: all at the top; a twentieth at the top, the rest replies; one at the
top, all others below it. Of each the first page, one in the middle and the last one: when all of it must
be rendered, when it is kept, and when the caller has it (304), in turns. Then what a page costs after one
change, and the longest turn of the event loop meanwhile.

Processor time is the API process's own for one request; times are what one client waits, on a machine that
may be busy with other work. `bench.thread_rates` compares with a bare server.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import orjson
import uvloop

from bench.raw_http import Connection, Reply, request
from bench.serving import API, Served, core_s, serving
from service.api.answers import Answers
from service.api.requests import ThreadQuery
from service.api.services import Services
from service.api.threads import rendered
from service.comments.ids import new_id
from service.comments.model import Author, Comment, Entry, Event, State
from service.settings import Settings
from service.store.steps import Step
from service.store.store import Store
from service.supervision.valkey import EmbeddedValkey

ADMIN_KEY = "a-key-of-a-bench-that-nobody-else-will-ever-see"
KEY = {"Authorization": f"Bearer {ADMIN_KEY}"}
BEGAN = 1_795_000_000_000
SENTENCE = "Tôi đọc bài này hai lần và vẫn thấy ý kiến số {} đáng để tòa soạn suy nghĩ thêm. "
AT_ONCE = 1_000


@dataclass(slots=True)
class Shape:
    """A thread to be read: its comments as stored, `tops` of them at the top."""

    name: str
    tops: int
    comments: list[Comment] = field(default_factory=list)

    async def fill(self, store: Store, count: int) -> None:
        self.comments = comments_of(self.name, self.tops, count)
        for start in range(0, count, AT_ONCE):
            steps = [Step(None, one, silent=True) for one in self.comments[start : start + AT_ONCE]]
            await store.comments.commit_all(steps)

    async def edit(self, store: Store, number: int) -> str:
        """Change one comment; returns what it says now."""
        before = self.comments[number]
        text = f"Lời này đã sửa lần {before.version}."
        entry = Entry(Event.EDITED, State.PUBLISHED, "Lan", before.updated_at + 1, text=text)
        self.comments[number] = before.with_entry(entry)
        if not await store.comments.commit(Step(before, self.comments[number], silent=True)):
            raise SystemExit("the comment is not as it was left")
        return text


def comments_of(thread: str, tops: int, count: int) -> list[Comment]:
    """Published comments of some 200 characters, replies spread evenly below those at the top."""
    found: list[Comment] = []
    for number in range(count):
        at = BEGAN + number * 1_000
        entries = (
            Entry(Event.SUBMITTED, State.QUEUED, "web", at, text=SENTENCE.format(number) * 2 + "Cảm ơn."),
            Entry(Event.JUDGED, State.PENDING, "worker", at + 20),
            Entry(Event.APPROVED, State.PUBLISHED, "Lan", at + 500, key_id="k1"),
        )
        root = found[number % tops].id if number >= tops else None
        author = Author(f"Bạn đọc {number % 997}", f"u{number % 997}")
        path = (root,) if root else ()
        found.append(Comment("bao", new_id(thread, at, number), thread, author, entries, root, path))
    return found


def page_request(thread: str, query: str, etag: str = "", key: str = ADMIN_KEY) -> bytes:
    named = {"Authorization": f"Bearer {key}"} | ({"If-None-Match": etag} if etag else {})
    return request(f"/v1/threads/{quote(thread, safe='')}/comments?site=bao&{query}", named)


@dataclass(slots=True)
class Reader:
    """One client of one process; with each answer comes what processor time it took, s."""

    process: Served
    connection: Connection

    async def ask(self, shape: Shape, query: str, etag: str = "") -> tuple[Reply, float]:
        before = core_s(self.process.pid)
        reply = await self.connection.ask(page_request(shape.name, query, etag))
        return reply, core_s(self.process.pid) - before


async def pages_of(reader: Reader, shape: Shape, limit: int) -> dict[str, str]:
    """Queries of the first, a middle, and the last page."""
    queries, cursor = [f"limit={limit}"], ""
    while cursor is not None:
        cursor = orjson.loads((await reader.ask(shape, queries[-1]))[0].body)["next_cursor"]
        queries += [f"limit={limit}&cursor={cursor}"] if cursor else []
    if len(queries) == 1:
        return {"only": queries[0]}
    return {"first": queries[0], "middle": queries[len(queries) // 2 - 1], "last": queries[-2]}


async def all_new(store: Store, number: int) -> None:
    """Make what is kept worthless: the site's name is on what the newsroom answers."""
    await store.directory.put_site("bao", f"Báo {time.time_ns()} {number}", now_ms=1)


async def pages(store: Store, reader: Reader, shape: Shape, limit: int, rounds: int) -> None:
    """Print what the pages of one thread cost, in turns."""
    queries = await pages_of(reader, shape, limit)
    took: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for number in range(rounds):
        for page, query in queries.items():
            await all_new(store, number)
            await reader.ask(Shape("nobody's", 0), "limit=1")  # sites and keys are read anew by now
            built = await reader.ask(shape, query)
            kept = await reader.ask(shape, query)
            known = await reader.ask(shape, query, kept[0].etag)
            if [reply.status for reply, _ in (built, kept, known)] != [200, 200, 304]:
                raise SystemExit("a page is not what it should be")
            for state, (reply, cpu) in (("built", built), ("kept", kept), ("304", known)):
                took.setdefault((page, state), []).append((reply.seconds, cpu))
    print(f"{shape.name}, limit {limit}, {len(kept[0].body):,} bytes")
    for (page, state), found in took.items():
        print(f"  {page} {state}: {told([cpu for _, cpu in found])} processor, {told([s for s, _ in found])}")
    if "first" in queries:
        for state in ("built", "kept", "304"):
            last, first = (statistics.median(c for _, c in took[page, state]) for page in ("last", "first"))
            print(f"  last / first, {state}: {last / first:.2f}")


def told(samples: Sequence[float]) -> str:
    low, median, high = (quartile * 1_000 for quartile in statistics.quantiles(samples, n=4))
    return f"{median:.2f} ms ({low:.2f}–{high:.2f})"


async def after_one_change(store: Store, reader: Reader, shape: Shape, rounds: int) -> None:
    """Print what the first page costs when one of its comments has changed."""
    await reader.ask(shape, "limit=50")
    took = []
    for number in range(rounds):
        text = await shape.edit(store, number % min(shape.tops, 50))
        reply, cpu = await reader.ask(shape, "limit=50")
        if text.encode() not in reply.body:
            raise SystemExit("the change is not shown")
        took.append(cpu)
    print(f"  first page after one change: {told(took)} processor")


async def longest_turn(work: Awaitable[object]) -> float:
    """The most processor time that the loop's own thread took at a time while something was done, s."""
    longest, task = 0.0, asyncio.ensure_future(work)
    while not task.done():
        began = time.thread_time()
        await asyncio.sleep(0)  # one turn of the loop, in which the work does what is measured
        longest = max(longest, time.thread_time() - began)
    await task
    return longest


async def turns(store: Store, shape: Shape, rounds: int) -> None:
    """Print for how long a page of 200 keeps others from their turn: new, and after one change."""
    settings = Settings(redis_url=store.url, admin_key=ADMIN_KEY)  # type: ignore[arg-type]  # pydantic makes it one
    query, site = ThreadQuery(limit=200), (await store.directory.current()).site("bao")

    async def read(services: Services) -> float:
        version = await store.threads.version("bao", shape.name)
        return await longest_turn(rendered(services, site, shape.name, query, version))

    new, changed = [], []
    for number in range(rounds):
        services = Services(store, settings, Answers(store.url))
        new.append(await read(services))
        await shape.edit(store, number % min(shape.tops, 50))
        changed.append(await read(services))
    print(f"  longest turn, limit 200: built {told(new)}, after one change {told(changed)}")


async def measure(redis_url: str, process: Served, count: int, rounds: int) -> None:
    store = Store(redis_url, 16)
    await store.open()
    await all_new(store, 0)
    reader = Reader(process, await Connection.to(process.port))
    for shape in (Shape("flat", count), Shape("replies", count // 20), Shape("one top", 1)):
        await shape.fill(store, count)
        for limit in (50, 200) if shape.tops > 1 else (50,):
            await pages(store, reader, shape, limit, rounds)
        await after_one_change(store, reader, shape, rounds)
        await turns(store, shape, rounds)
    reader.connection.close()
    await store.close()


def main() -> None:
    count, rounds = (int(given) for given in (*sys.argv[1:], *("10000", "7")[len(sys.argv) - 1 :]))
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedValkey(Path(folder)) as server,
        serving(API, {"CODAU_REDIS_URL": server.url, "CODAU_ADMIN_KEY": ADMIN_KEY}) as process,
    ):
        uvloop.run(measure(server.url, process, count, rounds))


if __name__ == "__main__":
    main()
