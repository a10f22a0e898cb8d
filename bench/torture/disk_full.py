"""A disk that fills up and is freed again loses nothing: 503 within 1 s while it is full, back within 10 s.

Under `codau up`, with `appendfsync always`, its data and its log on a small disk in memory (root mounts it).
While comments and decisions come in, a file takes the rest of the disk, and is removed again some seconds
later. Whoever asks meanwhile must be refused at once, and `/readyz` must say so. In every second round the
server is killed while the disk is full.
"""

import asyncio
import os
import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from bench.torture.again import AGAIN_S, comes_true
from bench.torture.comparing import compare, look_into
from bench.torture.crowd import PROBES, Crowd, crowd
from bench.torture.ledger import Fate, Ledger
from bench.torture.outcome import Figure, Outcome, percentile, percentiles
from bench.torture.stack import VALKEY, Whole, whole
from tests.supervision.disks import Disk, small_disk

DISK_MIB = 256
MODERATORS = 2
WEBSITES = 8
REFUSED_WITHIN_S = 1.0
BACK_WITHIN_S = 10.0
LOAD = 20_000_000  # and from here on what is sent all the time


@dataclass(frozen=True, slots=True)
class Size:
    """How often the disk is filled, and for how many seconds it stays so."""

    rounds: int = 20
    full_s: int = 3
    seed: int = 1


SHORT = Size(rounds=2, full_s=1)


def run(size: Size, folder: Path) -> Outcome:
    """Fill, free, compare, tell."""
    with (
        small_disk(folder / "disk", DISK_MIB) as disk,
        whole(disk.path) as stack,
        Ledger(folder / "ledger") as ledger,
    ):
        return asyncio.run(_torture(size, disk, stack, ledger))


async def _torture(size: Size, disk: Disk, stack: Whole, ledger: Ledger) -> Outcome:
    chance = random.Random(size.seed)  # noqa: S311 - the same decisions each time
    async with crowd(stack, ledger) as people:
        filler = _Filler(people, disk, stack)
        async with people.moderating(MODERATORS, chance), people.submitting(LOAD, WEBSITES):
            for number in range(size.rounds):
                await filler.round(PROBES + number, size.full_s, killing=number % 2 == 1)
        await people.settled()
        broken = [*filler.broken(), *await compare(people), *look_into(people)]
    return Outcome(_figures(filler, ledger), broken)


class _Filler:
    """Fills and frees, and asks meanwhile.

    Attributes:
        refusing: seconds from a full disk until the first refusal.
        refused: seconds that each refusal took.
        back: seconds from room on the disk until a comment was acknowledged again.
    """

    def __init__(self, people: Crowd, disk: Disk, stack: Whole) -> None:
        self._people = people
        self._disk = disk
        self._stack = stack
        self.refusing: list[float] = []
        self.refused: list[float] = []
        self.back: list[float] = []
        self._wrong: list[str] = []

    async def round(self, number: int, full_s: float, *, killing: bool) -> None:
        """Fill the disk, ask for a while, free it, and wait until a comment is taken in."""
        await asyncio.to_thread(self._disk.fill)
        began = time.monotonic()
        await comes_true(lambda: self._refused(number))
        self.refusing.append(time.monotonic() - began)
        if killing:
            os.kill(self._stack.pids()[VALKEY], signal.SIGKILL)
        until = time.monotonic() + full_s
        while time.monotonic() < until:
            if await self._ready():
                self._wrong.append(f"round {number - PROBES}: ready though the disk is full")
            await asyncio.sleep(AGAIN_S)  # so often is asked while it is full
            if not await self._refused(number):
                self._wrong.append(f"round {number - PROBES}: a comment was taken in by a full disk")
        self._disk.free()
        began = time.monotonic()
        await self._people.submit_one(number)
        await comes_true(self._ready)
        self.back.append(time.monotonic() - began)

    async def _ready(self) -> bool:
        return await self._people.queued() is not None

    async def _refused(self, number: int) -> bool:
        """Whether a comment is refused at the first try; how long that took is kept."""
        refused_s = await self._people.try_one(number)
        if refused_s is None:
            return False
        self.refused.append(refused_s)
        return True

    def broken(self) -> list[str]:
        """What was promised of time and answers, and not kept."""
        late, back = percentile(self.refused, 99), max(self.back)
        found = list(dict.fromkeys(self._wrong))
        if late > REFUSED_WITHIN_S:
            found.append(f"refused within {late:.2f} s at the 99th percentile")
        if back > BACK_WITHIN_S:
            found.append(f"back within {back:.1f} s")
        unanswered = [what for what in self._people.ledger.answers if not what.isdigit()]
        return [*found, *(f"requests that were not answered: {what}" for what in unanswered)]


def _figures(filler: _Filler, ledger: Ledger) -> dict[str, Figure]:
    return {
        "rounds": len(filler.back),
        "comments acknowledged": ledger.acknowledged,
        "decisions acknowledged": ledger.fates()[Fate.DONE],
        **percentiles("from a full disk to the first refusal", filler.refusing),
        **percentiles("a refusal", filler.refused),
        **percentiles("from room on the disk to a comment taken in, and ready", filler.back),
        "answers": ledger.told(),
    }
