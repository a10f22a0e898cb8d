"""Nothing acknowledged is lost when a cluster's primaries are killed one after the other under load.

Three primaries and three replicas, API and worker with `CODAU_REPLICAS`. In each round another primary is
killed (SIGKILL) in the middle of a burst; when its replica has taken over it is brought back, as a copy of
that one. With `--replicas 0` nothing waits for replicas, and what a failover loses is told.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from bench.torture.failing import Failure, suffer
from bench.torture.ledger import Ledger
from bench.torture.outcome import Outcome
from bench.torture.stack import before
from tests.store.cluster import Cluster, clustered
from tests.store.servers import Node, until


@dataclass(frozen=True, slots=True)
class Size:
    """How many failovers, how many comments are sent meanwhile, and for how many replicas is waited."""

    rounds: int = 40
    comments: int = 8_000
    replicas: int = 1
    seed: int = 1


SHORT = Size(rounds=3, comments=300)


def run(size: Size, folder: Path) -> Outcome:
    """Kill primaries, compare, tell."""
    with clustered(folder, replicas=1) as servers, Ledger(folder / "ledger") as ledger:
        env = {"CODAU_REPLICAS": str(size.replicas)}
        with before(folder, servers.url, env=env) as stack:
            failures = [_killed(servers, number) for number in range(size.rounds)]
            told = suffer(
                stack, ledger, failures, comments=size.comments, seed=size.seed, waits=size.replicas > 0
            )
            return asyncio.run(told)


def _killed(servers: Cluster, number: int) -> Failure:
    struck: list[Node] = []

    def strike() -> None:
        primaries = servers.primaries
        struck.append(primaries[number % len(primaries)])
        struck[0].kill()

    def mend() -> None:
        until(lambda: struck[0] not in servers.primaries, "nobody took over")
        struck[0].start()  # its own file says that it may no longer be one
        until(servers.in_order, "the old primary did not follow")

    return Failure(strike, mend)
