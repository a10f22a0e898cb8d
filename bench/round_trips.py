"""What one request asks of Valkey and of the kernel: `python -m bench.round_trips [REQUESTS]` (300).

With one client, round trips are what Valkey has read from its clients (`total_reads_processed`), commands
what it has counted, those of scripts included (`INFO commandstats`). With 64 clients requests of one
event-loop turn share a round trip. System calls are those of the API process, counted by strace where that is
there and may.
"""

import asyncio
import contextlib
import random
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

import redis

from bench.command import run
from bench.load import Generator, Load, generator
from bench.raw_http import Connection, request
from bench.results import Row
from bench.sides import PARTITIONS, Side, judge_queued, key_of, ours
from bench.stored import approval
from bench.submissions import document
from bench.submissions import request as submission
from bench.threads import Shape, page_request
from service.comments.model import State
from service.store.directory import Role
from service.store.ordered import Order
from service.store.store import Store

CLIENTS = (1, 64)
THREAD = "bài/năm mươi"


class Counts:
    """Valkey's own counters since this was made."""

    def __init__(self, client: "redis.Redis") -> None:
        self._client = client
        self._before = self._now()

    def since(self) -> tuple[int, int]:
        """Round trips and commands, without those that ask."""
        reads, commands = (now - then for now, then in zip(self._now(), self._before, strict=True))
        return reads - 2, commands - 2

    def _now(self) -> tuple[int, int]:
        calls = sum(one["calls"] for one in self._client.info("commandstats").values())
        return self._client.info("stats")["total_reads_processed"], calls


@contextlib.contextmanager
def system_calls(pid: int) -> Iterator[list[int]]:
    """Count the system calls of a process; the list stays empty where that cannot be done."""
    found: list[int] = []
    strace = shutil.which("strace")
    if strace is None:
        yield found
        return
    with tempfile.NamedTemporaryFile() as told:
        command = [strace, "-f", "-c", "-o", told.name, "-p", str(pid)]
        with subprocess.Popen(command, stderr=subprocess.PIPE) as process:  # noqa: S603 - our arguments
            attached = b"attached" in (process.stderr.readline() if process.stderr else b"")
            yield found
            process.send_signal(signal.SIGINT)
        if attached:
            found.extend(_total(Path(told.name).read_text(encoding="utf-8")))


def _total(table: str) -> list[int]:
    """The sum line of `strace -c`: share, seconds, µs a call, calls, errors."""
    return [int(line.split()[3]) for line in table.splitlines() if line.endswith(" total")]


def told(name: str, what: str, side: Side, sender: Generator, requests: Sequence[bytes]) -> Row:
    """Send a third of them with one client, a third with 64, and a third so under strace."""
    each, seen, trips = len(requests) // 3, list[str](), list[float]()
    with redis.Redis(unix_socket_path=unquote(urlsplit(side.url).path)) as client:
        for number, clients in enumerate(CLIENTS):
            counts = Counts(client)
            _accepted(sender.run(side.served.port, requests[number * each : (number + 1) * each], clients))
            reads, commands = (total / each for total in counts.since())
            trips.append(reads)
            seen.append(f"{clients} at once: {reads:.2f} round trips, {commands:.1f} commands")
    with system_calls(side.served.pid) as calls:
        _accepted(sender.run(side.served.port, requests[-each:], CLIENTS[-1]))
    seen += [f"{total / each:.1f} system calls with {CLIENTS[-1]} at once" for total in calls]
    what = f"round trips to Valkey of {what}, one client"
    return Row(f"trips-{name}", what, trips[:1], at_most=True, unit="", context=seen)


def _accepted(load: Load) -> None:
    if not all(200 <= status < 400 for status in load.statuses):
        raise SystemExit(f"refused: {dict(load.statuses)}")


async def _later(side: Side, count: int) -> dict[str, tuple[str, list[bytes]]]:
    """What moderators and readers ask for once all is judged: by name what it is, and the requests."""
    await judge_queued(side.url)
    store = Store(side.url, PARTITIONS)
    await Shape(THREAD, 50).fill(store, 50)
    waiting = await store.lists.by_time("bao", State.PENDING, Order.OLDEST, 3 * count, None)
    found = await store.comments.many("bao", list(waiting.ids))
    await store.close()
    headers = {"Authorization": f"Bearer {await key_of(side.url, Role.MODERATOR)}"}
    reader = await Connection.to(side.served.port)
    page = await reader.ask(page_request(THREAD, "limit=50", key=side.key))
    reader.close()
    unchanged = page_request(THREAD, "limit=50", page.etag, key=side.key)
    return {
        "approve": ("an approval", [approval(one, headers) for one in found if one is not None]),
        "thread": ("a thread of 50, unchanged", [unchanged] * 3 * count),
        "queue": ("a first page of the queue", [request("/v1/queue", headers)] * 3 * count),
    }


def rows(count: int = 300) -> list[Row]:
    """Submitting, approving, reading a thread and the queue; the first submissions warm up."""
    with generator() as sender, ours() as side:
        chance = random.Random(0)  # noqa: S311 - the same comments each time
        sent = [submission(side.key, number, document(number, chance)) for number in range(5 * count)]
        sender.run(side.served.port, sent[: 2 * count], 1)
        made = [told("submit", "a submission", side, sender, sent[2 * count :])]
        for name, (what, requests) in asyncio.run(_later(side, count)).items():
            made.append(told(name, what, side, sender, requests))
    return made


if __name__ == "__main__":
    run(rows)
