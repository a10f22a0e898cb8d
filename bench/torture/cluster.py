"""Nothing acknowledged is lost when a cluster's primaries are killed one after the other under load.

Three primaries and three replicas, API and worker with `CODAU_REPLICAS`. In each round another primary is
killed (SIGKILL) in the middle of a burst; when its replica has taken over it is brought back, as a copy of
that one. With `--replicas 0` nothing waits for replicas, and what a failover loses is told.
"""

from pathlib import Path

from bench.torture.failing import Failover, Failure, under_load
from bench.torture.outcome import Outcome
from tests.store.cluster import Cluster, clustered
from tests.store.servers import Node, until

Size = Failover
SHORT = Size(rounds=3, comments=300)


def run(size: Size, folder: Path) -> Outcome:
    """Kill primaries, compare, tell."""
    with clustered(folder, replicas=1) as servers:
        failures = [_killed(servers, number) for number in range(size.rounds)]
        return under_load(folder, servers.url, failures, size)


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
