"""Intake and a worker at once, against intake alone: `python -m bench.beside [REQUESTS [ROUNDS]]`.

Each of the rounds (5) sends so many comments (2,000) over 32 connections to a service without a worker, and
to one with a worker process; there the clock runs until the last verdict. Then as many are sent at nine
tenths of that pace, so that the queue stays bounded, and the time to the verdict is taken: from the commit
that the answer follows to the commit of the verdict, both by Valkey's clock (ms), as the ids of its events
say. What is stored is compared with what was answered.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Iterator

from bench.command import run
from bench.load import Generator, generator
from bench.results import Row, ratios, spread, within
from bench.serving import working
from bench.sides import PARTITIONS, Side, check, emptied, measure, note, ours
from bench.submissions import document, request
from service.store.events import EntryId
from service.store.queue import Queue
from service.store.store import Store

CONNECTIONS = 32
PACE = 0.9
PAGE = 1_000


async def judged(url: str) -> None:
    """Wait until the queue is empty."""
    store = Store(url, PARTITIONS)
    queue = Queue(url, store.partitions, "bench")
    await emptied(queue)
    await queue.close()
    await store.close()


async def delays_ms(url: str, since: list[EntryId]) -> list[int]:
    """From the submission to the verdict, of all that was submitted after these places."""
    store = Store(url, PARTITIONS)
    submitted, found = dict[str, int](), list[int]()
    for p, place in zip(store.partitions, since, strict=True):
        while events := (await store.events.after({p: place}, PAGE))[p]:
            place = events[-1].entry  # noqa: PLW2901 - that is how far it was read
            for one in events:
                if one.type == "comment.queued":
                    submitted[one.comment_id] = one.entry.ms
                elif one.comment_id in submitted:
                    found.append(one.entry.ms - submitted.pop(one.comment_id))
    await store.close()
    if submitted:
        raise SystemExit(f"{len(submitted)} comments have no verdict")
    return found


async def ends(url: str) -> list[EntryId]:
    store = Store(url, PARTITIONS)
    found = await store.events.ends()
    await store.close()
    return found


def together(side: Side, sender: Generator, numbers: range) -> float:
    """Comments a second, from the first request to the last verdict."""
    began = time.perf_counter()
    measure(side, sender, numbers, CONNECTIONS)
    asyncio.run(judged(side.url))
    return len(numbers) / (time.perf_counter() - began)


def paced(side: Side, sender: Generator, numbers: range, per_s: float) -> list[int]:
    """Times to the verdict at a pace that the worker can keep, ms."""
    since = asyncio.run(ends(side.url))
    chance = random.Random(numbers.start)  # noqa: S311 - the same comments each time
    documents = [document(number, chance) for number in numbers]
    requests = [request(side.key, number, one) for number, one in zip(numbers, documents, strict=True)]
    note(side, documents, sender.run(side.served.port, requests, CONNECTIONS, per_s))
    asyncio.run(judged(side.url))
    return asyncio.run(delays_ms(side.url, since))


def rows(requests: int = 2_000, rounds: int = 5) -> list[Row]:
    """Measure in turns, then check; the first round warms up."""
    numbers = _numbers(requests)
    both, waits = list[float](), list[list[int]]()
    with generator() as sender, ours() as alone, ours() as side, working(side.url):
        for turn in range(rounds + 1):
            measure(alone, sender, next(numbers), CONNECTIONS, kept=turn > 0)
            both.append(together(side, sender, next(numbers)))
            waits.append(paced(side, sender, next(numbers), PACE * both[-1]))
        asyncio.run(check(alone))
        asyncio.run(check(side))
    intake = [one.per_s for one in alone.rounds[CONNECTIONS]]
    p99 = [within(found, 0.99) for found in waits[1:]]
    middle = [within(found, 0.5) for found in waits[1:]]
    told = [f"alone {spread(intake, 'requests/s')}", f"with its verdicts {spread(both[1:], 'comments/s')}"]
    return [
        Row(
            "beside",
            "intake and one worker on two cores, until the last verdict, against intake alone",
            ratios(both[1:], intake),
            goal=0.75,
            context=told,
        ),
        Row(
            "beside-p99",
            "99th percentile from answer to verdict, at nine tenths of that pace",
            p99,
            goal=25.0,
            at_most=True,
            unit="ms",
            context=[f"median {spread(middle, 'ms')}"],
        ),
    ]


def _numbers(requests: int) -> Iterator[range]:
    return (range(n * requests, (n + 1) * requests) for n in itertools.count())


if __name__ == "__main__":
    run(rows)
