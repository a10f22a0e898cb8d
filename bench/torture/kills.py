"""Nothing acknowledged is lost, judged twice or published twice, whatever is killed; it is back within 5 s.

Under `codau up`, with `appendfsync always`: API, worker and Valkey are killed (SIGKILL) at random moments of
bursts of comments, one at a time and now and then two together, while moderators decide. The supervisor
starts them again. A client of the live stream and a receiver of webhooks, which refuses some calls, miss
nothing. Recovery is the time from a kill until a comment that was first sent after it is acknowledged, and
until that comment is judged.
"""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import redis

from bench.serving import API
from bench.torture.comparing import compare, look_into, set_aside
from bench.torture.crowd import PROBES, Crowd, crowd
from bench.torture.followers import caught_up, following
from bench.torture.ledger import Fate, Ledger
from bench.torture.outcome import Figure, Outcome, percentile, percentiles
from bench.torture.parts import WORKER
from bench.torture.stack import VALKEY, Whole, whole

VICTIMS = (API, WORKER, VALKEY)
TWO_TOGETHER = 0.15  # share of the rounds
REWRITING = 0.3  # share of the kills of Valkey that come while it rewrites its file
MODERATORS = 4
BACK_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Size:
    """How many kills, how many comments are sent meanwhile, and how many webhooks are told of them."""

    rounds: int = 300
    comments: int = 100_000
    hooks: int = 1
    seed: int = 1


SHORT = Size(rounds=6, comments=1_200)


def run(size: Size, folder: Path) -> Outcome:
    """Kill, compare, tell."""
    with whole(folder, WEBHOOK_ALLOW_PRIVATE="true") as stack, Ledger(folder / "ledger") as ledger:
        return asyncio.run(_torture(size, stack, ledger))


async def _torture(size: Size, stack: Whole, ledger: Ledger) -> Outcome:
    kills, decisions, refusals = (random.Random(size.seed + n) for n in range(3))  # noqa: S311 - seeded
    async with (
        crowd(stack, ledger) as people,
        following(people, stack, size.hooks, refusals) as followers,
    ):
        killer, began = _Killer(people, stack, kills), time.monotonic()
        async with people.moderating(MODERATORS, decisions):
            each = -(-size.comments // size.rounds)
            for number in range(size.rounds):  # each with one comment less, and a probe
                await killer.round(range(number * each, (number + 1) * each - 1), PROBES + number)
        took_s = time.monotonic() - began
        await people.settled()
        settled = time.monotonic()
        await caught_up(ledger, followers)
        told_s = time.monotonic() - settled
        broken = [*await compare(people), *look_into(people, *(one.law for one in followers))]
        figures = {
            **_figures(killer, ledger, took_s),
            "comments that nobody could judge (`check_failed`)": await set_aside(people),
            **{f"told by {one.name}, and again": f"{one.count:,}, {one.again:,}" for one in followers},
            "until they were told of all, once all was judged, s": told_s,
        }
    slow_s = percentile(killer.taken + killer.judged, 99)
    late = [f"back within {slow_s:.1f} s at the 99th percentile"] if slow_s > BACK_WITHIN_S else []
    return Outcome(figures, broken, late)


class _Killer:
    """Kills, and sees how long it takes to be back.

    Attributes:
        killed: how often each was.
        taken, judged: seconds until a new comment was, by round.
        struck: who was killed, by round.
    """

    def __init__(self, people: Crowd, stack: Whole, chance: random.Random) -> None:
        self._people = people
        self._stack = stack
        self._chance = chance
        self.killed: Counter[str] = Counter()
        self.taken: list[float] = []
        self.judged: list[float] = []
        self.struck: list[list[str]] = []

    async def round(self, burst: range, probe: int) -> None:
        """A burst of comments, a kill somewhere in it, and a probe sent right after."""
        killed = asyncio.Event()
        async with asyncio.TaskGroup() as going:
            going.create_task(self._people.submit(self._struck(burst, killed)))
            going.create_task(self._probe(probe, killed))
        await self._people.read_back(self._chance.sample(burst, min(10, len(burst))))

    def _struck(self, burst: range, killed: asyncio.Event) -> Iterator[int]:
        """The burst's numbers; the kill comes before one of them is sent."""
        at, together = self._chance.randrange(len(burst)), self._chance.random() < TWO_TOGETHER
        for place, number in enumerate(burst):
            if place == at:
                self._kill(self._chance.sample(VICTIMS, 2 if together else 1))
                killed.set()
            yield number

    def _kill(self, victims: list[str]) -> None:
        """Kill those that run at this moment; who has just died is being started."""
        pids = self._stack.pids()
        self.struck.append(victims)
        for victim in victims:
            if victim in pids:
                if victim == VALKEY and self._chance.random() < REWRITING:
                    self._rewrite()
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pids[victim], signal.SIGKILL)
                    self.killed[victim] += 1

    def _rewrite(self) -> None:
        """Let the server begin to rewrite its file."""
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self._stack.redis_url) as client:
            client.bgrewriteaof()
            self.killed["while it rewrote its file"] += 1

    async def _probe(self, number: int, killed: asyncio.Event) -> None:
        await killed.wait()
        taken_s, judged_s = await self._people.probe(number)
        self.taken.append(taken_s)
        self.judged.append(judged_s)

    def judged_after(self, victim: str) -> list[float]:
        """Seconds until a new comment was judged, of the rounds that struck this one alone."""
        return [s for struck, s in zip(self.struck, self.judged, strict=True) if struck == [victim]]


def _figures(killer: _Killer, ledger: Ledger, took_s: float) -> dict[str, Figure]:
    fates = ledger.fates()
    return {
        **{f"killed: {victim}": killer.killed[victim] for victim in killer.killed},
        "rounds": len(killer.taken),
        "comments acknowledged": ledger.acknowledged,
        "decisions acknowledged": fates[Fate.DONE],
        **percentiles("until the next comment is acknowledged", killer.taken),
        **percentiles("until the next comment is judged", killer.judged),
        **{
            f"the same after {one} alone: longest, s": max(killer.judged_after(one), default=0.0)
            for one in VICTIMS
        },
        "took, s": took_s,
        "answers": ledger.told(),
    }
