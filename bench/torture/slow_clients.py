"""Slow clients, 2,000 at once, are sent away within 15 s, and more than 99.9 % of good requests are served.

They send half a head or half a body, a byte a second, or nothing; they ask and do not read the answer, or
the event stream. Whoever is sent away is followed by another. That a connection is closed is read from the
kernel: who does not read cannot see it. Meanwhile websites submit and readers read.
"""

import asyncio
import contextlib
import itertools
import os
import resource
import socket
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.torture.caller import Caller, Lost
from bench.torture.comparing import compare, look_into
from bench.torture.crowd import Crowd, crowd
from bench.torture.ledger import Ledger
from bench.torture.memory import most_held_mib
from bench.torture.outcome import Figure, Outcome, percentile
from bench.torture.slowness import Kind, kinds
from bench.torture.sockets import clients_of, sockets_of
from bench.torture.stack import Apart, apart

WITHIN_S = 15.0
AT_MOST_S = 60.0
SERVED = 0.999
READERS = 4
WEBSITES = 4
RAMP_S = 10.0  # they do not all come at the same moment
LOOK_S = 0.25
DRIP_S = 1.0
SMALL = 4_096  # bytes that a client's side takes of what it does not read
SELDOM = 10  # of those who cost the service work there are so many times fewer


@dataclass(frozen=True, slots=True)
class Size:
    """How many slow clients there are at once, for how long, and how much has happened before."""

    clients: int = 2_000
    seconds: int = 120
    comments: int = 9_000


SHORT = Size(clients=120, seconds=12, comments=500)


@dataclass
class Slow:
    """All slow clients; one is a connection, from its beginning to its end.

    Attributes:
        lasted: how long connections were open, by kind, in seconds.
        at_once: how many there were at one moment, at the most.
        lag_s: how late we ourselves were at the most, which is in all other times.
    """

    address: tuple[str, int]
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    lasted: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    at_once: int = 0
    lag_s: float = 0.0
    _closed: dict[int, asyncio.Event] = field(default_factory=dict)

    async def keep_coming(self, kinds: Iterator[tuple[str, Kind]], after_s: float) -> None:
        """One client after the other, each as slow as it may be; the first after some time."""
        await asyncio.sleep(after_s)
        while not self.stop.is_set():
            name, kind = next(kinds)
            with contextlib.suppress(OSError):
                await self._one(name, kind)

    async def _one(self, name: str, kind: Kind) -> None:
        bound = socket.socket()
        bound.setblocking(False)
        if not kind.reads:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        began = time.monotonic()
        await asyncio.get_running_loop().sock_connect(bound, self.address)
        port = bound.getsockname()[1]
        closed = self._closed[port] = asyncio.Event()
        reader, writer = await asyncio.open_connection(sock=bound, limit=SMALL)
        writer.write(kind.first)
        beside = [asyncio.create_task(_drip(writer, kind.then))]
        if kind.reads:
            beside.append(asyncio.create_task(_read_on(reader, closed)))
        else:
            writer.transport.pause_reading()  # type: ignore[attr-defined]  # it is one for reading, too
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(closed.wait(), AT_MOST_S)
        if self._closed.get(port) is closed:  # no other client has this port by now
            del self._closed[port]
        self.lasted[name].append(time.monotonic() - began)
        for task in beside:
            task.cancel()
        writer.transport.abort()

    async def watch(self) -> None:
        """See which connections were closed; never ends."""
        seen: set[int] = set()
        while True:
            began = time.monotonic()
            await asyncio.sleep(LOOK_S)  # the kernel is asked: who does not read is told nothing
            self.lag_s = max(self.lag_s, time.monotonic() - began - LOOK_S)
            there = clients_of(self.address[1])
            self.at_once = max(self.at_once, len(there & self._closed.keys()))
            for port in (seen - there) & self._closed.keys():
                self._closed[port].set()
            seen = there


async def _read_on(reader: asyncio.StreamReader, closed: asyncio.Event) -> None:
    """Read until the end, which is the connection's."""
    with contextlib.suppress(ConnectionError):
        while await reader.read(SMALL):
            pass
    closed.set()


async def _drip(writer: asyncio.StreamWriter, parts: bytes) -> None:
    for part in parts:
        await asyncio.sleep(DRIP_S)
        if not writer.transport.is_closing():
            writer.write(bytes([part]))


def run(size: Size, folder: Path) -> Outcome:
    """Be slow, many at once; compare, tell."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with apart(folder) as stack, Ledger(folder / "ledger") as ledger:
        return asyncio.run(_torture(size, stack, ledger))


async def _torture(size: Size, stack: Apart, ledger: Ledger) -> Outcome:
    parts = urlsplit(stack.url)
    slow = Slow((str(parts.hostname), int(parts.port or 0)))
    async with crowd(stack, ledger) as people:
        place = await _first_event(people)
        await people.submit(range(size.comments))
        await people.settled()
        before = sockets_of(stack.api.pid)
        ledger.answers.clear()
        await _all_at_once(size, slow, people, kinds(stack.keys, place))
        answers = ledger.answers.copy()
        left = sockets_of(stack.api.pid) - before
        await people.settled()
        broken = [*await compare(people), *look_into(people)]
    memory = most_held_mib(stack.api.pid)
    served = sum(count for what, count in answers.items() if what in ("200", "202")) / answers.total()
    figures: dict[str, Figure] = {
        "slow clients": sum(map(len, slow.lasted.values())),
        "of them at once": slow.at_once,
        **_times(slow),
        "those who measured were late by, s": slow.lag_s,
        "good requests": answers.total(),
        "of them served, %": 100 * served,
        "sockets of the API more than before": left,
        "memory of the API at the most, MiB": memory,
        "load of the machine": os.getloadavg()[0],
        "answers": ledger.told(),
    }
    return Outcome(figures, [*broken, *_late(slow), *_unserved(served), *_leaked(left)])


async def _first_event(people: Crowd) -> str:
    """The place of a follower who begins now."""
    caller = people.moderator
    headers = {"Authorization": f"Bearer {caller.key}"}
    async with caller.http.get("/v1/events", headers=headers) as answer:
        async for line in answer.content:
            if line.startswith(b"id: "):
                return line[4:].strip().decode()
    raise SystemExit("the event stream said nothing")


async def _all_at_once(size: Size, slow: Slow, people: Crowd, kinds: Mapping[str, Kind]) -> None:
    """Slow clients and good ones, until the time is up and the last slow one is gone."""
    cheap = [(name, kind) for name, kind in kinds.items() if kind.reads]
    dear = [(name, kind) for name, kind in kinds.items() if not kind.reads]
    endless = itertools.cycle([*dear, *cheap * SELDOM])
    watching = asyncio.create_task(slow.watch())
    async with asyncio.TaskGroup() as all_of_them:
        for number in range(size.clients):
            after_s = RAMP_S * number / size.clients
            all_of_them.create_task(slow.keep_coming(endless, after_s))
        for number in range(READERS):
            all_of_them.create_task(_read(people.website, f"bai%2F{number}", slow.stop))
        async with people.submitting(size.comments, WEBSITES):
            await asyncio.sleep(size.seconds)  # so long they keep coming
        slow.stop.set()
    watching.cancel()


async def _read(website: Caller, thread: str, stop: asyncio.Event) -> None:
    while not stop.is_set():
        with contextlib.suppress(Lost):
            await website("GET", f"/v1/threads/{thread}/comments")
        await asyncio.sleep(0.02)  # a reader reads; it is not a load


def _times(slow: Slow) -> dict[str, Figure]:
    longest = {f"longest: {name}, s": max(times) for name, times in sorted(slow.lasted.items())}
    every = [one for times in slow.lasted.values() for one in times]
    return {"sent away after, median, s": percentile(every, 50), **longest}


def _late(slow: Slow) -> Iterator[str]:
    for name, times in slow.lasted.items():
        late = sum(one > WITHIN_S for one in times)
        if late:
            yield f"{late:,} of {len(times):,} clients ({name}) were there for more than {WITHIN_S:.0f} s"


def _unserved(served: float) -> Iterator[str]:
    if served <= SERVED:
        yield f"{100 * served:.3f} % of the good requests were served"


def _leaked(left: int) -> Iterator[str]:
    if left > READERS + WEBSITES:
        yield f"the API has {left:,} sockets more than before"
