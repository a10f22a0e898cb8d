"""Nothing acknowledged is lost when a link is cut and there are two primaries, each for one side.

On the near side are the primary, one Sentinel, API and worker; on the far side the replica and two Sentinels,
which make it the primary while the link is cut (network namespaces; needs root). Healed, the old primary
drops what it alone had. `--replicas 0` tells how much that is, and `--lag N` how much with
`min-replicas-to-write 1` and `min-replicas-max-lag N`.
"""

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path

from bench.torture.failing import Failover, Failure, under_load
from bench.torture.outcome import Outcome
from bench.torture.sides import Machine, Network, network, possible
from tests.store.sentinels import SERVICE, Watched, sentinel, started
from tests.store.servers import KEEPING, Node, until


@dataclass(frozen=True, slots=True)
class Size(Failover):
    """How often the link is cut, for how many seconds, and what may not be lost.

    Attributes:
        lag: `min-replicas-max-lag`, s; 0 leaves `min-replicas-to-write` at 0.
    """

    rounds: int = 10
    comments: int = 5_000
    seconds: int = 15
    lag: int = 0


SHORT = Size(rounds=1, seconds=4, comments=150)


def run(size: Size, folder: Path) -> Outcome:
    """Cut, heal, compare, tell."""
    if not possible():
        return Outcome({"skipped": "network namespaces need root, and ip"})
    with contextlib.ExitStack() as running:
        net = running.enter_context(network())
        servers = _servers(running, net, size, folder)
        return under_load(folder, servers.url, [_cut(net, servers, size.seconds)] * size.rounds, size)


def _servers(running: contextlib.ExitStack, net: Network, size: Size, folder: Path) -> Watched:
    options = KEEPING | {"protected-mode": "no"}  # nobody else is in this network
    if size.lag:
        options |= {"min-replicas-to-write": 1, "min-replicas-max-lag": size.lag}

    def node(name: str, machine: Machine) -> Node:
        return Node(folder / name, options, host=machine.host, inside=machine.inside)

    nodes = [node("near", net.machine("near")), node("far", net.machine("far"))]
    places = [net.machine(side) for side in ("near", "far", "far")]
    sentinels = [
        sentinel(folder / f"sentinel-{number}", nodes[0], host=place.host, inside=place.inside)
        for number, place in enumerate(places)
    ]
    made = started(running, folder, nodes, sentinels)
    made.await_agreement()
    return made


def _cut(net: Network, servers: Watched, seconds: int) -> Failure:
    near = servers.nodes[0]

    def mend() -> None:
        time.sleep(seconds)  # so long the link is cut
        net.heal()
        until(lambda: servers.failed_over(near), "nobody took over")
        until(servers.in_step, "the old primary did not follow")
        until(servers.knows_replicas, "the Sentinels did not see it")
        until(lambda: _handed_back(servers), "the near side did not get it back", within_s=180)

    return Failure(net.cut, mend)


def _handed_back(servers: Watched) -> bool:
    """Let the far primary hand over to the near one, without a loss, as often as it takes."""
    if servers.primary is servers.nodes[0]:
        return servers.in_step()
    servers.sentinels[1].ask("SENTINEL", "FAILOVER", SERVICE, "COORDINATED")
    return False
