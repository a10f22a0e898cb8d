"""What the checks cost a worker, and what they cost alone: `python -m bench.verdicts [COMMENTS [ROUNDS]]`.

Each of the rounds (5) queues so many comments (2,000) of 200 characters twice, and the loop of one worker
empties the queue, once with the checks and once with checks that find nothing at all. All else is the same in
both: reading, what is known of author and thread, near-duplicates, the verdict, committing. Then as many
texts are judged without any store. What is stored is compared with what was queued.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import uvloop

from bench.command import run
from bench.results import Row, ratios, spread
from bench.sides import PARTITIONS, Side, check, ours
from bench.submissions import talk
from service.clock import unix_ms
from service.comments.ids import new_id
from service.comments.model import Author, Comment, Entry, Event, State
from service.judging.judge import judge
from service.judging.model import Context, Judgement, Rules
from service.store.queue import Queue
from service.store.store import Store
from service.store.transfer import BATCH, Placed, TransferStore
from workers.validator import Judge, Validator

LENGTH = 200


def nothing(_text: str, _rules: Rules, _context: Context) -> Judgement:
    """The empty checks."""
    return Judgement((), None, 0.0)


JUDGES: Mapping[str, Judge] = {"checks": judge, "empty checks": nothing}


@dataclass(frozen=True, slots=True)
class Rates:
    """Verdicts a second, and processor time of the worker for each, µs; by round."""

    per_s: list[float] = field(default_factory=list)
    core_us: list[float] = field(default_factory=list)


def queued(numbers: range) -> Iterator[Comment]:
    """Comments as intake leaves them."""
    chance = random.Random(numbers.start)  # noqa: S311 - the same comments each time
    for number in numbers:
        thread, at = f"doi-song/{number % 500}", unix_ms()
        log = (Entry(Event.SUBMITTED, State.QUEUED, "web", at, text=talk(number, chance, LENGTH)),)
        author = Author(f"Bạn đọc {number % 5_000}", f"u-{number % 5_000}")
        yield Comment("bao", new_id(thread, at, number), thread, author, log)


async def fill(store: Store, side: Side, numbers: range) -> None:
    comments = list(queued(numbers))
    side.sent.update({one.id: one.body or "" for one in comments})
    transfer = TransferStore(store.url, store.commands, store.partitions)
    for start in range(0, len(comments), BATCH):
        await transfer.restore([Placed(one) for one in comments[start : start + BATCH]])


async def worker(side: Side, comments: int, rounds: int) -> dict[str, Rates]:
    """Empty the queue in turns; the first round warms up."""
    store, found = Store(side.url, PARTITIONS), {name: Rates() for name in JUDGES}
    queue = Queue(side.url, store.partitions, "bench")
    await queue.prepare()
    validators = {name: Validator(store, queue, judge=made) for name, made in JUDGES.items()}
    numbers = itertools.count()
    for turn in range(rounds + 1):
        for name, validator in validators.items():
            first = next(numbers) * comments
            await fill(store, side, range(first, first + comments))
            began, used = time.perf_counter(), time.process_time()
            if await validator.drain() != comments:
                raise SystemExit("the queue was not what was put into it")
            if turn:
                found[name].per_s.append(comments / (time.perf_counter() - began))
                found[name].core_us.append((time.process_time() - used) / comments * 1e6)
    await queue.close()
    await store.close()
    return found


def alone(comments: int, rounds: int) -> list[float]:
    """Texts judged in a second of a core, by round; the first warms up."""
    found = []
    for turn in range(rounds + 1):
        chance = random.Random(turn)  # noqa: S311 - the same texts each time
        texts = [talk(number, chance, LENGTH) for number in range(comments)]
        used = time.process_time()
        for text in texts:
            judge(text)
        found.append(comments / (time.process_time() - used))
    return found[1:]


def rows(comments: int = 2_000, rounds: int = 5) -> list[Row]:
    """Measure, then check."""
    with ours() as side:
        found = uvloop.run(worker(side, comments, rounds))
        asyncio.run(check(side))
    with_checks, without = found.values()
    context = [f"{name} {spread(one.per_s, 'verdicts/s')}" for name, one in found.items()]
    context += [f"core with {name} {spread(one.core_us, 'µs')}" for name, one in found.items()]
    pure = alone(comments, rounds)
    return [
        Row(
            "worker",
            "one worker, checks included, 200 characters, against the same loop with empty checks",
            ratios(with_checks.per_s, without.per_s),
            goal=0.4,
            context=context,
        ),
        Row(
            "checks",
            "the checks alone, 200 characters, a second of one core",
            pure,
            goal=15_000,
            unit="comments",
            context=[f"one takes {spread([1e6 / one for one in pure], 'µs')}"],
        ),
    ]


if __name__ == "__main__":
    run(rows)
