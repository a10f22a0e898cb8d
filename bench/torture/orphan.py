"""However often its supervisor is killed, a data folder has one server, and within 2 s an owner again.

Two supervisors start at once on one folder, as after a crash that systemd and a person both make good: one
owns it, the other is refused. Keys are written all the while. Then the owner is killed (SIGKILL), in every
third round the server with it, and the next two start. Somebody counts the folder's servers meanwhile.
"""

import contextlib
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import redis

from bench.torture.outcome import Figure, Outcome, percentiles
from service.supervision.children import environment, program
from service.supervision.valkey import EmbeddedValkey

RIVALS = 2
TAKEN_OVER_WITHIN_S = 2.0
WRITTEN_FOR_S = 0.5
LOOK_S = 0.005


@dataclass(frozen=True, slots=True)
class Size:
    """How often the owner is killed."""

    rounds: int = 100
    seed: int = 1


SHORT = Size(rounds=6)


@dataclass(slots=True)
class Seen:
    """What was seen: seconds, keys that were acknowledged, most servers at a time, process numbers of all."""

    taken_over: list[float] = field(default_factory=list)
    started: list[float] = field(default_factory=list)
    acknowledged: int = 0
    most: int = 0
    servers: set[int] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)


def run(size: Size, folder: Path) -> Outcome:
    """Kill, count, tell."""
    seen, chance, data = Seen(), random.Random(size.seed), folder / "data"  # noqa: S311 - seeded
    with _counting(data / "valkey", seen):
        for number in range(size.rounds):
            _round(data, seen, chance, anew=number == 0 or number % 3 == 1, killing=number % 3 == 0)
        with EmbeddedValkey(data) as server, redis.Redis.from_url(server.url) as store:
            if store.dbsize() != seen.acknowledged:
                seen.broken.append(f"{store.dbsize():,} keys are there of {seen.acknowledged:,}")
    if seen.most > 1:
        seen.broken.append(f"{seen.most} servers were on one folder at a time")
    late = [f"taken over within {max(seen.taken_over):.1f} s"] if _is_late(seen) else []
    return Outcome(_figures(size, seen), seen.broken, late)


def _is_late(seen: Seen) -> bool:
    return max(seen.taken_over, default=0.0) > TAKEN_OVER_WITHIN_S


def _round(data: Path, seen: Seen, chance: random.Random, *, anew: bool, killing: bool) -> None:
    """Two supervisors start; one of them owns the folder, serves for a while, and is killed."""
    rivals = [_supervisor(data) for _ in range(RIVALS)]
    said = [rival.stdout.readline().split() for rival in rivals if rival.stdout]
    owners = [rival for rival, words in zip(rivals, said, strict=True) if words[:1] == ["up"]]
    if len(owners) != 1:
        seen.broken.append(f"of {RIVALS} supervisors {len(owners)} owned the folder: {said}")
    (seen.started if anew else seen.taken_over).extend(
        float(words[1]) for words in said if words[:1] == ["up"]
    )
    with redis.Redis.from_url(EmbeddedValkey(data).url) as store:
        seen.acknowledged += _written(store, seen.acknowledged, chance.uniform(0, WRITTEN_FOR_S))
        server = int(store.info("server")["process_id"])
    for owner in owners:
        owner.kill()
    if killing:
        os.kill(server, signal.SIGKILL)
    for rival in rivals:
        rival.kill()
        rival.communicate()


def _supervisor(data: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - the arguments are ours
        program("bench.torture.owner", str(data)),
        env=environment({}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _written(store: redis.Redis, first: int, for_s: float) -> int:
    """Write keys for a while; returns how many were acknowledged."""
    until = time.monotonic() + for_s
    for number in count():
        if time.monotonic() > until:
            return number
        store.set(f"key:{first + number}", number)
    raise AssertionError


@contextlib.contextmanager
def _counting(folder: Path, seen: Seen) -> Iterator[None]:
    """Count the folder's servers until the block ends."""
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(LOOK_S):
            found = set(_servers(folder))
            seen.most = max(seen.most, len(found))
            seen.servers |= found

    counting = threading.Thread(target=look)
    counting.start()
    try:
        yield
    finally:
        stop.set()
        counting.join()


def _servers(folder: Path) -> Iterator[int]:
    """The processes that run a server in this folder."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "comm").read_text() == "valkey-server\n" and (process / "cwd").readlink() == folder:
                yield int(process.name)


def _figures(size: Size, seen: Seen) -> dict[str, Figure]:
    return {
        "owners killed": size.rounds,
        "servers, one after the other": len(seen.servers),
        "most servers at a time": seen.most,
        "keys acknowledged": seen.acknowledged,
        **percentiles("a server taken over", seen.taken_over),
        **percentiles("a server started", seen.started),
    }
