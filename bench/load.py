"""A load generator in a process of its own: many connections, each with one request under way at a time.

Bytes are made before the clock starts, and answers are kept as they came, so that it costs little and is not
what is measured. It knows as much of HTTP as the answers of those servers need, no more; to one that ends its
connections it makes new ones.
"""

import asyncio
import contextlib
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

import uvloop

_LENGTH = b"\r\nContent-Length: "
_ENDS = b"\r\nConnection: close\r\n"


@dataclass(frozen=True, slots=True)
class Load:
    """What came of some requests.

    Attributes:
        took_s: from the first request to the last answer.
        latencies_ms: one for each request, in the order of their answers.
        statuses: how many were answered with each.
        answers: each whole, head and body, by the number of its request.
    """

    took_s: float
    latencies_ms: list[float]
    statuses: Counter[int]
    answers: list[bytes]

    @property
    def per_s(self) -> float:
        return len(self.latencies_ms) / self.took_s


class Generator:
    """Sends requests from another process: `run` as often as wanted."""

    def __init__(self, pipe: Connection, pid: int) -> None:
        self._pipe = pipe
        self.pid = pid

    def run(
        self, port: int, requests: Sequence[bytes], connections: int, per_s: float = float("inf")
    ) -> Load:
        """Send all requests over so many connections, at most so many a second, and await every answer."""
        self._pipe.send((port, list(requests), connections, per_s))
        done: Load = self._pipe.recv()
        return done


@contextlib.contextmanager
def generator() -> Iterator[Generator]:
    """A generator that ends with the block."""
    spawning = multiprocessing.get_context("spawn")
    here, there = spawning.Pipe()
    process = spawning.Process(target=_serve, args=(there,), daemon=True)
    process.start()
    there.close()  # so that a generator that dies is noticed
    try:
        yield Generator(here, process.pid or 0)
    finally:
        process.kill()
        process.join()


def _serve(pipe: Connection) -> None:
    with contextlib.suppress(EOFError):
        while True:
            pipe.send(uvloop.run(_run(*pipe.recv())))


class _Caller(asyncio.Protocol):
    """One connection."""

    def __init__(self, work: "_Work") -> None:
        self._work = work
        self._came = b""
        self._number = 0
        self._sent_at = 0.0
        self._coming_back: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # uvloop's is none by class
        self._lost = asyncio.Event()
        self._coming_back = None

    def send_next(self) -> None:
        number = next(self._work.numbers, None)
        if number is None:
            self._work.caller_done()
            return
        self._number = number
        if (early_s := self._work.due(number) - time.perf_counter()) > 0:
            asyncio.get_running_loop().call_later(early_s, self._send)
        else:
            self._send()

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._work.requests[self._number])

    def data_received(self, data: bytes) -> None:
        came = self._came + data if self._came else data
        if len(came) < _whole(came):
            self._came = came
            return
        self._came = b""
        self._work.latencies_ms.append((time.perf_counter() - self._sent_at) * 1000)
        self._work.answers[self._number] = came
        if _ENDS in came:
            self._coming_back = asyncio.ensure_future(self._come_back())
        else:
            self.send_next()

    async def _come_back(self) -> None:
        self._transport.close()
        await self._lost.wait()
        await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self._work.port)
        self.send_next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost.set()
        if self._coming_back is None:
            self._work.caller_done()

    def close(self) -> None:
        self._transport.close()


class _Work:
    """What the callers share."""

    def __init__(self, port: int, requests: Sequence[bytes], callers: int, per_s: float) -> None:
        self.port = port
        self.requests = requests
        self.numbers = iter(range(len(requests)))
        self.latencies_ms: list[float] = []
        self.answers = [b""] * len(requests)
        self.all_done = asyncio.Event()
        self._busy = callers
        self._apart_s = 1 / per_s
        self.began = time.perf_counter()

    def due(self, number: int) -> float:
        """When a request may be sent, by `time.perf_counter`."""
        return self.began + number * self._apart_s

    def caller_done(self) -> None:
        self._busy -= 1
        if self._busy == 0:
            self.all_done.set()


def _whole(came: bytes) -> float:
    """How many bytes the answer has, as far as can be told."""
    end = came.find(b"\r\n\r\n")
    if end < 0:
        return float("inf")
    at = came.find(_LENGTH, 0, end)
    if at < 0:  # a 304 has none
        return end + 4
    at += len(_LENGTH)
    return end + 4 + int(came[at : came.index(b"\r", at)])


async def _run(port: int, requests: Sequence[bytes], connections: int, per_s: float) -> Load:
    loop, work = asyncio.get_running_loop(), _Work(port, requests, connections, per_s)
    callers = []
    for _ in range(connections):
        _, caller = await loop.create_connection(lambda: _Caller(work), "127.0.0.1", port)
        callers.append(caller)
    work.began = time.perf_counter()
    for caller in callers:
        caller.send_next()
    await work.all_done.wait()
    took_s = time.perf_counter() - work.began
    for caller in callers:
        caller.close()
    statuses = Counter(int(answer[9:12] or b"0") for answer in work.answers)
    return Load(took_s, work.latencies_ms, statuses, work.answers)
