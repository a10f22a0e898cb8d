"""Clocks that jump by an hour or a day, ahead and back, lose nothing, double nothing and lend nothing to two.

Valkey, the API with one worker, and another worker have clocks of their own (libfaketime, which must be
installed; only the time of day is set, as an administrator or NTP sets it). In each round one of them jumps
and then goes back, while comments come in and moderators decide. What was just acknowledged is sent again,
two moderators claim what waits, and a worker is killed where the store's clock has gone back.
"""

import asyncio
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.sides import key_of
from bench.torture.caller import Caller, Lost
from bench.torture.comparing import compare, look_into, set_aside
from bench.torture.crowd import Crowd, comment, crowd, idempotency_key
from bench.torture.ledger import Fate, Ledger
from bench.torture.outcome import Figure, Outcome, percentiles
from bench.torture.parts import Part, await_start
from bench.torture.stack import Before, before
from service.store.directory import Role
from service.supervision.children import environment, program
from service.supervision.options import arguments
from service.supervision.valkey import binary
from tests.store.looking import everything

JUMPS_S = (3_600, -3_600, 86_400, -86_400)
CLIENTS = 6
EACH = 40
CLAIMED = 5
LEASE_S = 3_600
SETTLED_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Size:
    """How often every clock makes every jump, and how long each lasts."""

    times: int = 4
    jump_s: int = 3
    seed: int = 1


SHORT = Size(times=1, jump_s=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day that can be set, for the processes that are started with it."""

    file: Path

    def __post_init__(self) -> None:
        self.set(0)

    def set(self, ahead_s: int) -> None:
        """Let it be ahead of the machine's, or behind."""
        partial = self.file.with_suffix(".partial")
        partial.write_text(f"{ahead_s:+d}", encoding="ascii")
        partial.rename(self.file)

    @property
    def env(self) -> Mapping[str, str]:
        return {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


def _library() -> Path:
    for found in Path("/usr/lib").glob("*/faketime/libfaketime.so.1"):
        return found
    raise SystemExit("libfaketime is not installed")


@dataclass(slots=True)
class Seen:
    """What was seen.

    Attributes:
        jumps: how many there were.
        lent_twice: comments that two held at a time, though no lease can have ended.
        repeated: how many acknowledged comments were sent again.
        settled: seconds until nothing was queued any more, by round.
    """

    jumps: int = 0
    lent_twice: list[str] = field(default_factory=list)
    repeated: int = 0
    settled: list[float] = field(default_factory=list)


def run(size: Size, folder: Path) -> Outcome:
    """Set clocks, compare, tell."""
    clocks = {name: Clock(folder / f"{name}.clock") for name in ("store", "api", "worker")}
    with ExitStack() as running:
        url = running.enter_context(_valkey(folder, clocks["store"]))
        stack = running.enter_context(before(folder, url, env=clocks["api"].env))
        other = asyncio.run(key_of(url, Role.MODERATOR))
        worker = Part(lambda: _worker(folder, url, clocks["worker"]))
        running.callback(worker.kill)
        worker.start()
        with Ledger(folder / "ledger") as ledger:
            return asyncio.run(_torture(size, _Setter(clocks, worker, stack, other), ledger))


@contextmanager
def _valkey(folder: Path, clock: Clock) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as place, (folder / "valkey.log").open("ab") as log:
        socket = Path(place) / "s"
        argv = [str(binary()), *arguments(folder, socket, "always")]
        process = subprocess.Popen(argv, env=os.environ | clock.env, stdout=log, stderr=log)  # noqa: S603
        try:
            await_start(socket.exists, process)
            yield f"unix://{socket}"
        finally:
            process.kill()
            process.wait()


def _worker(folder: Path, url: str, clock: Clock) -> subprocess.Popen[bytes]:
    env = environment({"CODAU_REDIS_URL": url, **clock.env})
    with (folder / "worker.log").open("ab") as log:
        return subprocess.Popen(program("workers"), env=env, stdout=log, stderr=log)  # noqa: S603


@dataclass(frozen=True, slots=True)
class _Setter:
    """Whose clocks are set, and the key of a second moderator."""

    clocks: Mapping[str, Clock]
    worker: Part
    stack: Before
    other: str


async def _torture(size: Size, setter: _Setter, ledger: Ledger) -> Outcome:
    chance, seen = random.Random(size.seed), Seen()  # noqa: S311 - seeded
    jumps = [(whose, ahead_s) for whose in setter.clocks for ahead_s in JUMPS_S] * size.times
    chance.shuffle(jumps)
    async with crowd(setter.stack, ledger) as people:
        other = Caller(people.website.http, setter.other, ledger)
        first = 0
        rounds = _Rounds(people, other, setter, seen)
        async with people.moderating(1, chance):
            for whose, ahead_s in jumps:
                await rounds.one(whose, ahead_s, range(first, first + EACH), size.jump_s)
                first += EACH
        broken = [*await compare(people), *look_into(people), *_out_of_order(people), *_lent(seen)]
        aside = await set_aside(people)
    if ledger.answers["429"]:
        broken.append(f"{ledger.answers['429']:,} comments were refused for limits that nobody reached")
    slow = max(seen.settled) > SETTLED_WITHIN_S
    late = [f"judged within {max(seen.settled):.0f} s of a jump"] if slow else []
    return Outcome(_figures(seen, ledger, aside), broken, late)


@dataclass(frozen=True, slots=True)
class _Rounds:
    """A burst of comments each, in the middle of which a clock jumps, and some time later goes back."""

    people: Crowd
    other: Caller
    setter: _Setter
    seen: Seen

    async def one(self, whose: str, ahead_s: int, numbers: range, jump_s: float) -> None:
        half = numbers.start + len(numbers) // 2
        sent = range(numbers.start, half)
        await self.people.submit(sent, CLIENTS)
        held = await _claimed(self.people.moderator)
        await self._set(whose, ahead_s, sent, held, goes_back=ahead_s < 0)
        await self.people.submit(range(half, numbers.stop), CLIENTS)
        await asyncio.sleep(jump_s)  # so long the clock is wrong
        await self._set(whose, 0, sent, held, goes_back=ahead_s > 0)
        await self.people.moderator.until_answered("POST", "/v1/queue/release", {})
        began = time.monotonic()
        await self.people.settled(SETTLED_WITHIN_S * 10)
        self.seen.settled.append(time.monotonic() - began)

    async def _set(self, whose: str, ahead_s: int, sent: range, held: set[str], *, goes_back: bool) -> None:
        """Set a clock, and look what becomes of comments and leases from before."""
        self.setter.clocks[whose].set(ahead_s)
        self.seen.jumps += 1
        if whose == "store" and goes_back:
            await asyncio.to_thread(self.setter.worker.kill)
            self.setter.worker.start()
        self.seen.repeated += await _sent_again(self.people, sent)
        theirs = await _claimed(self.other)
        if whose != "store" or goes_back:  # else leases have ended, by the store's clock
            self.seen.lent_twice += held & theirs
        await self.other.until_answered("POST", "/v1/queue/release", {})


async def _claimed(moderator: Caller) -> set[str]:
    """What a moderator is lent."""
    try:
        _, told = await moderator("POST", "/v1/queue/claim", {"limit": CLAIMED, "lease_seconds": LEASE_S})
    except Lost:
        return set()
    return {item["id"] for item in told["items"]}


async def _sent_again(people: Crowd, numbers: range) -> int:
    """Send acknowledged comments again: each is told of the one that it made."""
    for number in numbers:
        key = idempotency_key(number)
        status, told = await people.website.until_answered(
            "POST", "/v1/comments", comment(number), {"Idempotency-Key": key}
        )
        if status not in (201, 202) or told["id"] != people.ledger.submissions[key].id:
            people.ledger.complain(f"{key}, sent again, was answered {status} {told}")
    return len(numbers)


def _out_of_order(people: Crowd) -> list[str]:
    """Comments whose log goes back in time."""
    wrong = []
    for found in everything(people.stack.redis_url).comments.values():
        times = [entry.at for entry in found.log]
        if times != sorted(times):
            wrong.append(found.id)
    return [f"{len(wrong):,} logs go back in time: {wrong[0]}"] if wrong else []


def _lent(seen: Seen) -> list[str]:
    twice = seen.lent_twice
    return [f"{len(twice):,} comments were lent to two: {twice[0]}"] if twice else []


def _figures(seen: Seen, ledger: Ledger, aside: int) -> dict[str, Figure]:
    return {
        "jumps": seen.jumps,
        "comments acknowledged": ledger.acknowledged,
        "of them sent again after a jump": seen.repeated,
        "decisions acknowledged": ledger.fates()[Fate.DONE],
        **percentiles("until nothing was queued any more", seen.settled),
        "comments that went to a person unjudged": aside,
        "answers": ledger.told(),
    }
