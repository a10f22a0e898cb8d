"""Nothing acknowledged is lost when primaries that Sentinels watch are killed; the service goes on by itself.

A primary, its replica and three Sentinels, API and worker with `CODAU_REPLICAS`. In each round the primary is
killed (SIGKILL) in the middle of a burst; when the other has taken over it is brought back as its replica.
With `--replicas 0` nothing waits for replicas, and what a failover loses is told.
"""

from pathlib import Path

from bench.torture.failing import Failover, Failure, under_load
from bench.torture.outcome import Outcome
from tests.store.sentinels import Watched, watched
from tests.store.servers import Node, in_step, until

Size = Failover
SHORT = Size(rounds=2, comments=200)


def run(size: Size, folder: Path) -> Outcome:
    """Kill primaries, compare, tell."""
    with watched(folder) as servers:
        failures = [_killed(servers)] * size.rounds
        return under_load(folder, servers.url, failures, size)


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
