"""What scenarios share in which servers of the store fail: rounds of a burst, a blow in it, and the mending.

With `CODAU_REPLICAS` nothing acknowledged may be missing in the end; without, what is missing is a figure.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.torture.caller import WAITING
from bench.torture.comparing import compare, look_into
from bench.torture.crowd import PROBES, Crowd, crowd
from bench.torture.ledger import Fate, Ledger
from bench.torture.outcome import Figure, Outcome, percentiles
from bench.torture.stack import Before, before

MODERATORS = 3


@dataclass(frozen=True, slots=True)
class Failure:
    """One kind of failure.

    Attributes:
        strike: does the damage, and returns at once.
        mend: waits until the store serves again, and brings back what was struck; may block.
    """

    strike: Callable[[], None]
    mend: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Failover:
    """How many failovers, and how many comments are sent meanwhile.

    Attributes:
        replicas: `CODAU_REPLICAS`: for how many is waited; with 0, a loss is told and breaks no promise.
    """

    rounds: int = 40
    comments: int = 8_000
    replicas: int = 1
    seed: int = 1


def under_load(folder: Path, url: str, failures: Sequence[Failure], size: Failover) -> Outcome:
    """Let the servers at `url` fail, one time after the other, under a service at work; compare, and tell."""
    env = {"CODAU_REPLICAS": str(size.replicas)}
    with Ledger(folder / "ledger") as ledger, before(folder, url, env=env) as stack:
        return asyncio.run(_suffer(stack, ledger, failures, size))


async def _suffer(stack: Before, ledger: Ledger, failures: Sequence[Failure], size: Failover) -> Outcome:
    chance, began = random.Random(size.seed), time.monotonic()  # noqa: S311 - seeded
    waits = size.replicas > 0
    async with crowd(stack, ledger) as people:
        rounds, each = _Rounds(people, chance), size.comments // len(failures)
        async with people.moderating(MODERATORS, chance):
            for number, failure in enumerate(failures):
                await rounds.one(failure, range(number * each, (number + 1) * each), PROBES + number)
        took_s = time.monotonic() - began
        await people.settled()
        found = [*await compare(people), *look_into(people)]
    return Outcome(_figures(ledger, rounds, took_s) | _lost(found, waits), found if waits else [])


class _Rounds:
    """One failure after the other.

    Attributes:
        taken, judged: seconds from a blow until a new comment was acknowledged, and until it was judged.
    """

    def __init__(self, people: Crowd, chance: random.Random) -> None:
        self._people = people
        self._chance = chance
        self.taken: list[float] = []
        self.judged: list[float] = []

    async def one(self, failure: Failure, burst: range, probe: int) -> None:
        """A burst with a blow somewhere in it, a probe right after, and the mending beside them."""
        struck = asyncio.Event()
        async with asyncio.TaskGroup() as going:
            going.create_task(self._people.submit(self._struck(burst, failure, struck)))
            await struck.wait()
            going.create_task(self._probe(probe))
            await asyncio.to_thread(failure.mend)

    def _struck(self, burst: range, failure: Failure, struck: asyncio.Event) -> Iterator[int]:
        at = self._chance.randrange(len(burst))
        for place, number in enumerate(burst):
            if place == at:
                failure.strike()
                struck.set()
            yield number

    async def _probe(self, number: int) -> None:
        """Send a comment, and see when it is acknowledged, and when judged."""
        taken_s, judged_s = await self._people.probe(number, WAITING)
        self.taken.append(taken_s)
        self.judged.append(judged_s)


def _figures(ledger: Ledger, rounds: _Rounds, took_s: float) -> dict[str, Figure]:
    return {
        "failures": len(rounds.taken),
        "comments acknowledged": ledger.acknowledged,
        "decisions acknowledged": ledger.fates()[Fate.DONE],
        **percentiles("until the next comment is acknowledged", rounds.taken),
        **percentiles("until the next comment is judged", rounds.judged),
        "took, s": took_s,
        "answers": ledger.told(),
    }


def _lost(found: Sequence[str], waits: bool) -> dict[str, Figure]:
    return (
        {} if waits else {"missing or wrong, as nothing waited for replicas": "; ".join(found) or "nothing"}
    )
