"""Nothing acknowledged is lost when primaries that Sentinels watch are killed; the service goes on by itself.

A primary, its replica and three Sentinels, API and worker with `CODAU_REPLICAS`. In each round the primary is
killed (SIGKILL) in the middle of a burst; when the other has taken over it is brought back as its replica.
With `--replicas 0` nothing waits for replicas, and what a failover loses is told.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from bench.torture.failing import Failure, suffer
from bench.torture.ledger import Ledger
from bench.torture.outcome import Outcome
from bench.torture.stack import before
from tests.store.servers import Node, Watched, in_step, until, watched


@dataclass(frozen=True, slots=True)
class Size:
    """How many failovers, how many comments are sent meanwhile, and for how many replicas is waited."""

    rounds: int = 40
    comments: int = 8_000
    replicas: int = 1
    seed: int = 1


SHORT = Size(rounds=2, comments=200)


def run(size: Size, folder: Path) -> Outcome:
    """Kill primaries, compare, tell."""
    with watched(folder) as servers, Ledger(folder / "ledger") as ledger:
        env = {"CODAU_REPLICAS": str(size.replicas)}
        with before(folder, servers.url, env=env) as stack:
            failures = [_killed(servers)] * size.rounds
            told = suffer(
                stack, ledger, failures, comments=size.comments, seed=size.seed, waits=size.replicas > 0
            )
            return asyncio.run(told)


def _killed(servers: Watched) -> Failure:
    struck: list[Node] = []

    def strike() -> None:
        struck.append(servers.primary)
        struck[-1].kill()

    def mend() -> None:
        """As who looks after them does: what is down is started as a copy of who is up."""
        old = struck[-1]
        until(lambda: servers.failed_over(old), "nobody took over")
        new = servers.primary
        old.start()
        old.ask("REPLICAOF", new.host, new.port)
        until(lambda: in_step(new, [old]), "the old primary did not follow")
        until(servers.knows_replicas, "the Sentinels did not see it")

    return Failure(strike, mend)
