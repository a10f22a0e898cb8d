"""Memory that fills up stops intake at 85 % of `maxmemory`; decisions and verdicts go on, beyond it too.

Comments come in until they are refused; the worker is stopped for the last of them. Then other keys take what
is left of the memory, the worker starts again and judges what waits, and moderators decide. When memory is
given back, intake goes on by itself.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import redis

from bench.torture.again import AGAIN_S, comes_true
from bench.torture.comparing import compare, look_into, set_aside
from bench.torture.crowd import CLIENTS, Crowd, crowd
from bench.torture.ledger import Fate, Ledger
from bench.torture.outcome import Figure, Outcome, percentiles
from bench.torture.stack import Apart, apart

STOPS_FROM, STOPS_BY = 0.85, 0.95
REFUSED_WITHIN_S = 1.0
BACK_WITHIN_S = 10.0
MODERATORS = 4
DECIDED_WITHIN_S = 600.0
MIB = 1024 * 1024
BALLAST = b"\\0" * 64 * 1024
QUEUED = 0.8  # of the memory that may be filled; what comes then waits for the worker


@dataclass(frozen=True, slots=True)
class Size:
    """How much memory may be filled, and how many decisions are made while it is full."""

    mib: int = 32
    decisions: int = 1_000
    seed: int = 1


SHORT = Size(mib=4, decisions=100)


@dataclass(slots=True)
class Seen:
    """What was measured: shares of `maxmemory`, seconds, numbers of comments."""

    stopped_at: float = 0.0
    refused: list[float] = field(default_factory=list)
    waiting: int = 0
    full: float = 0.0
    drained_s: float = 0.0
    decided_s: float = 0.0
    back_s: float = 0.0


def run(size: Size, folder: Path) -> Outcome:
    """Fill, decide, compare, tell."""
    with (
        apart(folder) as stack,
        redis.Redis.from_url(stack.redis_url) as store,
        Ledger(folder / "ledger") as ledger,
    ):
        return asyncio.run(_torture(size, stack, store, ledger))


async def _torture(size: Size, stack: Apart, store: redis.Redis, ledger: Ledger) -> Outcome:
    seen = Seen()
    store.config_set("maxmemory", str(_used(store) + size.mib * MIB))
    async with crowd(stack, ledger) as people:
        await _fill(people, stack, store, seen)
        seen.waiting = _queued(store)
        ballast = _take_the_rest(store)
        seen.full = _share(store)
        began = time.monotonic()
        stack.worker.start()
        await comes_true(lambda: not _queued(store))  # /readyz is red: the server does not write everything
        seen.drained_s = time.monotonic() - began
        await _decide(people, size, seen)
        store.delete(*ballast)
        store.config_set("maxmemory", "0")
        began = time.monotonic()
        await people.submit_one(90_000_000)
        seen.back_s = time.monotonic() - began
        await people.settled()
        broken = [*_broken(size, seen, ledger), *await compare(people), *look_into(people)]
        aside = await set_aside(people)
    return Outcome(_figures(seen, ledger, aside), broken, _late(seen))


async def _fill(people: Crowd, stack: Apart, store: redis.Redis, seen: Seen) -> None:
    """Send comments until they are refused, and some more; the worker is stopped before that."""
    numbers, refused = count(), asyncio.Event()

    async def client() -> None:
        while len(seen.refused) < 200:
            refused_s = await people.try_one(next(numbers))
            if refused_s is None:
                continue
            seen.refused.append(refused_s)
            if not refused.is_set():
                seen.stopped_at = _share(store)
                refused.set()
            await asyncio.sleep(AGAIN_S)  # as a website pauses that was refused

    async def stop_the_worker() -> None:
        await comes_true(lambda: _share(store) >= QUEUED * STOPS_FROM)
        await asyncio.to_thread(stack.worker.kill)

    await asyncio.gather(stop_the_worker(), *(client() for _ in range(CLIENTS)))


def _take_the_rest(store: redis.Redis) -> Sequence[str]:
    """Write other keys until the server takes no more; returns their names."""
    names = []
    for number in count():
        names.append(f"ballast:{number}")
        try:
            store.set(names[-1], BALLAST)
        except redis.exceptions.OutOfMemoryError:
            return names
    raise AssertionError


async def _decide(people: Crowd, size: Size, seen: Seen) -> None:
    """Let moderators decide so many of those that wait."""
    began, done = time.monotonic(), people.ledger.fates
    async with people.moderating(MODERATORS, random.Random(size.seed)):  # noqa: S311 - seeded
        await comes_true(lambda: done()[Fate.DONE] >= size.decisions, DECIDED_WITHIN_S)
    seen.decided_s = time.monotonic() - began


def _queued(store: redis.Redis) -> int:
    return sum(int(store.xlen(name)) for name in store.scan_iter("codau:*:queue"))


def _used(store: redis.Redis) -> int:
    return int(store.info("memory")["used_memory"])


def _share(store: redis.Redis) -> float:
    return _used(store) / int(store.info("memory")["maxmemory"])


def _broken(size: Size, seen: Seen, ledger: Ledger) -> list[str]:
    found = []
    if not STOPS_FROM <= seen.stopped_at <= STOPS_BY:
        found.append(f"intake stopped at {seen.stopped_at:.0%} of maxmemory")
    if ledger.fates()[Fate.DONE] < size.decisions:
        found.append(f"{ledger.fates()[Fate.DONE]:,} of {size.decisions:,} decisions were acknowledged")
    if not seen.waiting:
        found.append("nothing waited for the worker while memory was full: the run says nothing of it")
    return found


def _late(seen: Seen) -> list[str]:
    found = []
    if max(seen.refused) > REFUSED_WITHIN_S:
        found.append(f"refused within {max(seen.refused):.2f} s")
    if seen.back_s > BACK_WITHIN_S:
        found.append(f"back within {seen.back_s:.1f} s")
    return found


def _figures(seen: Seen, ledger: Ledger, aside: int) -> dict[str, Figure]:
    return {
        "comments acknowledged": ledger.acknowledged,
        "share of maxmemory at the first refusal, %": seen.stopped_at * 100,
        **percentiles("a refusal", seen.refused),
        "share of maxmemory when it was full, %": seen.full * 100,
        "comments that waited for the worker then": seen.waiting,
        "until they were judged, s": seen.drained_s,
        "decisions acknowledged then": ledger.fates()[Fate.DONE],
        "until they were, s": seen.decided_s,
        "from memory that is given back to a comment taken in, s": seen.back_s,
        "comments that went to a person unjudged": aside,
        "answers": ledger.told(),
    }
