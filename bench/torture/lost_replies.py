"""So many submissions make exactly so many comments, though replies of the store are lost on their way.

Between API and worker on one side and Valkey on the other stands a proxy that carries every command to the
server, and cuts the line before the reply in 5 % of all cases. Websites submit, some waiting for the verdict,
and moderators decide meanwhile; nobody is spared.
"""

import asyncio
import random
import time
from dataclasses import dataclass, replace
from pathlib import Path

from bench.torture.caller import WAITING
from bench.torture.comparing import compare, look_into, set_aside
from bench.torture.crowd import CLIENTS, Crowd, crowd
from bench.torture.cutter import Cutter, Cutting
from bench.torture.ledger import Fate, Ledger
from bench.torture.outcome import Figure, Outcome
from bench.torture.stack import Apart, apart

MODERATORS = 3
WAITS = 50  # of so many submissions one waits for the verdict


@dataclass(frozen=True, slots=True)
class Size:
    """How many comments are submitted, and how many replies of a hundred are lost."""

    comments: int = 20_000
    percent: int = 5
    seed: int = 1


SHORT = Size(comments=300)


def run(size: Size, folder: Path) -> Outcome:
    """Lose replies, compare, tell."""
    cutting = Cutting(size.percent / 100, size.seed)
    with apart(folder, through=cutting) as stack, Ledger(folder / "ledger") as ledger:
        return asyncio.run(_torture(size, stack, ledger, cutting))


async def _torture(size: Size, stack: Apart, ledger: Ledger, cutting: Cutting) -> Outcome:
    chance, began = random.Random(size.seed), time.monotonic()  # noqa: S311 - seeded
    async with crowd(stack, ledger) as people:
        async with people.moderating(MODERATORS, chance):
            await _submit(people, size.comments)
        took_s = time.monotonic() - began
        await people.settled()
        lost = replace(_cutter(cutting))
        _cutter(cutting).share = 0.0  # the judge is told everything
        broken = [*await compare(people), *look_into(people)]
        if ledger.acknowledged != size.comments:
            broken.append(f"{ledger.acknowledged:,} of {size.comments:,} were acknowledged")
        aside = await set_aside(people)
    return Outcome(_figures(ledger, lost, aside, took_s), broken)


async def _submit(people: Crowd, count: int) -> None:
    waits = [number for number in range(count) if number % WAITS == 0]
    others = (number for number in range(count) if number % WAITS)
    async with asyncio.TaskGroup() as sending:
        sending.create_task(people.submit(others))
        sending.create_task(people.submit(waits, CLIENTS // 4, WAITING))


def _cutter(cutting: Cutting) -> Cutter:
    if cutting.cutter is None:
        raise RuntimeError("the proxy was not started")
    return cutting.cutter


def _figures(ledger: Ledger, cutter: Cutter, aside: int, took_s: float) -> dict[str, Figure]:
    return {
        "replies of the store": cutter.replies,
        "of them lost": cutter.lost,
        "lines cut": cutter.cuts,
        "comments acknowledged": ledger.acknowledged,
        "decisions acknowledged": ledger.fates()[Fate.DONE],
        "comments that nobody could judge (`check_failed`)": aside,
        "took, s": took_s,
        "answers": ledger.told(),
    }
