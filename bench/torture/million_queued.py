"""However many wait in the queue, none is lost, and moderators' pages come within 100 ms all the while.

So many comments are queued while no worker runs; then workers start and judge them all. Somebody asks for
pages of the queue meanwhile, ten a second, from a process of its own, and for `/healthz`, which reads nothing
at all: what that takes is the machine's, and not counted. Memory is told of all processes, and that of the
store is held to what docs/run.md says.
"""

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import redis

from bench.load import Generator, generator
from bench.submissions import request
from bench.torture.comparing import compare, look_into
from bench.torture.crowd import CLIENTS, Crowd, comment, crowd, idempotency_key
from bench.torture.ledger import Ledger
from bench.torture.memory import held_bytes
from bench.torture.outcome import Figure, Outcome, percentile
from bench.torture.stack import Apart, apart

CHUNK = 5_000
PAGES = ("", "?order=risk", "?order=newest&limit=50", "?state=rejected", "?thread=bai%2F7")
PAGES_A_SECOND = 10.0
WITHIN_MS = 100.0
BYTES_EACH = 2_000
"""What docs/run.md says that a comment takes in Valkey: some 2 GB for a million."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many are queued, how many workers judge them, and of how many the history is read in the end."""

    comments: int = 1_000_000
    workers: int = 1
    histories: int = 20_000


SHORT = Size(comments=2_000, histories=2_000)


@dataclass(slots=True)
class Seen:
    """What was measured: times in s, memory in bytes, and how long answers took, ms, by phase."""

    queueing_s: float = 0.0
    judging_s: float = 0.0
    memory: dict[str, int] = field(default_factory=dict)
    pages: dict[str, list[float]] = field(default_factory=dict)
    nothing: dict[str, list[float]] = field(default_factory=dict)


def run(size: Size, folder: Path) -> Outcome:
    """Queue, judge, compare, tell."""
    with ExitStack() as running:
        stack = running.enter_context(apart(folder, workers=size.workers))
        ledger = running.enter_context(Ledger(folder / "ledger"))
        sender, reader = (running.enter_context(generator()) for _ in range(2))
        return asyncio.run(_torture(size, stack, ledger, sender, reader))


async def _torture(size: Size, stack: Apart, ledger: Ledger, sender: Generator, reader: Generator) -> Outcome:
    seen = Seen()
    asking = _Asking(stack, reader, seen)
    for worker in stack.workers:
        worker.kill()
    async with crowd(stack, ledger) as people:
        began = time.monotonic()
        with asking.during("queueing"):
            await asyncio.to_thread(_queue, people, sender, size.comments)
        seen.queueing_s = time.monotonic() - began
        if (waiting := await people.queued()) != size.comments:
            ledger.complain(f"{waiting} wait in the queue, {size.comments} were acknowledged")
        seen.memory |= _memory(stack, "queued")
        began = time.monotonic()
        for worker in stack.workers:
            worker.start()
        with asking.during("judging"):
            await people.settled(within_s=7_200)
        seen.judging_s = time.monotonic() - began
        seen.memory |= _memory(stack, "judged")
        broken = [*await compare(people, histories=size.histories), *look_into(people)]
    return Outcome(_figures(size, seen), [*broken, *_too_large(size, seen)], list(_late(seen)))


def _queue(people: Crowd, sender: Generator, count: int) -> None:
    """Send comments as fast as they are taken, a handful at a time, and note each."""
    port, ledger = urlsplit(people.stack.url).port or 0, people.ledger
    for start in range(0, count, CHUNK):
        documents = {number: comment(number) for number in range(start, min(start + CHUNK, count))}
        for number, document in documents.items():
            ledger.submitting(idempotency_key(number), document)
        requests = [request(people.stack.keys.website, number, one) for number, one in documents.items()]
        for number, answer in zip(documents, sender.run(port, requests, CLIENTS).answers, strict=True):
            _note(ledger, idempotency_key(number), answer)


def _note(ledger: Ledger, key: str, answer: bytes) -> None:
    status, told = answer[9:12].decode(), json.loads(answer.partition(b"\r\n\r\n")[2] or b"{}")
    ledger.answered(status)
    if status == "202":
        ledger.submitted(key, told["id"], told["state"])
    else:
        ledger.complain(f"{key} was answered {status} {told}")


class _Asking:
    """Somebody who looks at the queue all the time, and asks for nothing at all in between."""

    def __init__(self, stack: Apart, reader: Generator, seen: Seen) -> None:
        self._reader = reader
        self._seen = seen
        self._port = urlsplit(stack.url).port or 0
        head = f"HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {stack.keys.moderator}\r\n\r\n"
        self._pages = [f"GET /v1/queue{query} {head}".encode() for query in PAGES]
        self._nothing = [f"GET /healthz {head}".encode()] * len(PAGES)

    @contextlib.contextmanager
    def during(self, phase: str) -> Iterator[None]:
        """Ask until the block ends, and note how long each answer took."""
        stop = threading.Event()
        pages, nothing = (held.setdefault(phase, []) for held in (self._seen.pages, self._seen.nothing))

        def ask() -> None:
            while not stop.is_set():
                pages.extend(self._asked(self._pages))
                nothing.extend(self._asked(self._nothing))

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            yield
        finally:
            stop.set()
            asking.join()

    def _asked(self, requests: Sequence[bytes]) -> list[float]:
        load = self._reader.run(self._port, requests, 1, PAGES_A_SECOND)
        if set(load.statuses) != {200}:
            raise SystemExit(f"pages were answered {dict(load.statuses)}")
        return load.latencies_ms


def _memory(stack: Apart, when: str) -> dict[str, int]:
    """What the processes hold, and the store's own count."""
    with redis.Redis.from_url(stack.redis_url) as client:
        used = int(client.info("memory")["used_memory"])
    parts = {"Valkey": stack.valkey, "API": stack.api}
    parts |= {f"worker {number}": part for number, part in enumerate(stack.workers, start=1) if part.runs}
    held = {f"{name}, {when}, resident": held_bytes(part.pid) for name, part in parts.items()}
    return {f"Valkey, {when}, used": used, **held}


def _late(seen: Seen) -> Iterator[str]:
    for phase, pages_ms in seen.pages.items():
        late_ms = percentile(pages_ms, 99) - percentile(seen.nothing[phase], 99)
        if late_ms > WITHIN_MS:
            yield f"pages took {late_ms:.0f} ms more than nothing at the 99th percentile ({phase})"


def _too_large(size: Size, seen: Seen) -> Iterator[str]:
    each = max(used for name, used in seen.memory.items() if name.endswith("used")) / size.comments
    if each > BYTES_EACH and size.comments >= CHUNK:  # an empty server has its own
        yield f"a comment takes {each:,.0f} bytes, not {BYTES_EACH:,}"


def _figures(size: Size, seen: Seen) -> dict[str, Figure]:
    return {
        "comments queued": size.comments,
        "queued a second": size.comments / seen.queueing_s,
        "judged a second": size.comments / seen.judging_s,
        **{f"{name}, MiB": held / 2**20 for name, held in seen.memory.items()},
        **_latencies("pages", seen.pages),
        **_latencies("`/healthz`", seen.nothing),
    }


def _latencies(name: str, by_phase: Mapping[str, Sequence[float]]) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for phase, latencies_ms in by_phase.items():
        what = f"{name} while {phase}"
        figures[f"{what}: how many"] = len(latencies_ms)
        figures[f"{what}: median, ms"] = percentile(latencies_ms, 50)
        figures[f"{what}: 99th percentile, ms"] = percentile(latencies_ms, 99)
        figures[f"{what}: longest, ms"] = max(latencies_ms)
    return figures
